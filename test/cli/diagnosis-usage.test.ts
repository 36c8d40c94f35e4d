import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { type RunResult, runCli } from '../chaos/run.js';
import { pinLines } from './pins.js';

const COMMANDS = ['push', 'validate', 'sandbox', 'schema', 'completion'];

describe('a slip on the command line is answered with what to write', () => {
  test.each<[string[], string, string]>([
    [['psuh'], 'There is no command "psuh".', 'Did you mean push?'],
    [['pins.ndjson'], 'There is no command "pins.ndjson".', 'luigis-pins push pins.ndjson'],
    [['-'], 'There is no command "-".', 'luigis-pins push -'],
    [['launch'], 'There is no command "launch".', 'luigis-pins --help'],
    [['--sandbox', 'p'], 'There is no option --sandbox before a command.', 'luigis-pins push --sandbox'],
    [['push', '--conflct', 'raise'], 'There is no option --conflct of push.', 'Did you mean --conflict?'],
    [['validate', '--isolate'], 'There is no option --isolate of validate.', 'luigis-pins validate --help'],
    [['push', '--json=yes'], '--json takes no value.', 'Write --json alone.'],
    [['push', '--expect'], "Option '--expect <n>' argument missing.", '--help'],
    [['schema', 'x'], "Too many arguments for 'schema'.", '--help'],
    [['push', '--conflict', 'overide', 'p'], 'not "overide".', 'Did you mean override?'],
    [['completion', 'zzsh'], 'There is no completion for "zzsh".', 'Did you mean zsh?'],
    [['completion', 'powershell'], 'There is no completion for "powershell".', 'bash, zsh, fish'],
    [['push', '-', '-'], 'stdin ("-") can be read once only.', ''],
    [['push', 'nowhere.ndjson', '-n'], 'There is no file nowhere.ndjson.', 'Mend the path'],
    [
      ['push', 'p', '--quiet', '--verbose'],
      "Option '-q, --quiet' cannot be used with option '-v, --verbose'.",
      '--help',
    ],
  ])('%j', async (args, message, hint) => {
    const run = await runCli(args);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toContain(`error: `);
    expect(run.stderr).toContain(message);
    expect(run.stderr).toContain(hint);
  });

  test.each([
    ['--private-key', 'S3CRET'],
    ["--private-key=S3'CRET"],
    ['--key=S3CRET'],
    ['-kS3CRET'],
    ['--private_key=S3CRET'],
    ['--privatekeyfile=S3CRET'],
    ['--secret', 'S3CRET'],
  ])('a value behind an option that does not exist is never repeated: %s', async (...args) => {
    const runs = await Promise.all([['push'], []].map((command) => runCli([...command, ...args])));
    for (const run of runs) {
      expect(run.code).toBe(2);
      expect(run.stderr).toMatch(/^error: There is no option/);
      expect(run.stdout + run.stderr).not.toMatch(/S3|CRET/);
    }
  });

  test('nor the key where a path belongs, though a dry run does not read it', async () => {
    for (const stdin of [pinLines(1).join(), 'null']) {
      const run = await runCli(['push', '--dry-run', '--private-key-file', 'S3CRET'], { stdin });
      expect(run.stderr).toContain('luigis-pins push');
      expect(run.stdout + run.stderr).not.toContain('S3CRET');
    }
  });

  test('who gives the key itself is told where it belongs', async () => {
    const { stderr } = await runCli(['push', '--private-key', 'x']);
    expect(stderr).toContain('--private-key-file, or set LUIGISBOX_PRIVATE_KEY');
  });
});

/** The help of a command, which is asked for once. */
const helpOf = (command: string) => {
  const known = helps.get(command) ?? runCli([command, '--help']);
  helps.set(command, known);
  return known;
};
const helps = new Map<string, Promise<RunResult>>();

describe('help', () => {
  test.each(COMMANDS)('of %s shows examples and exit codes, on stdout', async (command) => {
    const run = await helpOf(command);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect([...run.stdout.matchAll(/^ {2}\$ /gm)].length).toBeGreaterThanOrEqual(2);
    expect(run.stdout).toMatch(/Exit codes:/);
  });

  test('names every command, variable and exit code', async () => {
    const { stdout } = await runCli(['--help']);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    for (const word of ['LUIGISBOX_TRACKER_ID', 'HTTPS_PROXY', 'NO_COLOR', '  74  ', ' 130  '])
      expect(stdout).toContain(word);
  });

  test('comes unasked, with exit code 2, where there is no command', async () => {
    expect(await runCli([])).toMatchObject({ code: 2, stderr: expect.stringContaining('Examples:') });
  });
});

describe('completion', () => {
  /** What bash offers after those words, with the script that the executable prints. */
  const offered = async (...words: string[]) => {
    const { stdout, code } = await runCli(['completion', 'bash']);
    expect(code).toBe(0);
    const script = `${stdout}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _luigis_pins; echo "\${COMPREPLY[*]}"`;
    return execFileSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' })
      .trim()
      .split(' ');
  };

  test('of commands, options and values in bash', async () => {
    expect(await offered('luigis-pins', '')).toEqual([...COMMANDS, '--help', '--version']);
    expect(await offered('luigis-pins', 'push', '--con')).toEqual(['--conflict', '--concurrency']);
    expect(await offered('luigis-pins', 'push', '--conflict', '')).toEqual(['raise', 'ignore', 'override']);
    expect(await offered('luigis-pins', 'completion', '')).toEqual(['bash', 'zsh', 'fish']);
    // Nothing of ours: the shell then offers files.
    expect(await offered('luigis-pins', 'push', 'pi')).toEqual(['']);
    expect(await offered('luigis-pins', 'push', '--resume', '')).toEqual(['']);
  });

  test.each(['bash', 'zsh', 'fish'])('in %s knows every option that help shows', async (shell) => {
    const script = (await runCli(['completion', shell])).stdout;
    for (const command of COMMANDS) {
      const { stdout } = await helpOf(command);
      const options = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, long]) => long ?? '');
      expect(options.length).toBeGreaterThan(0);
      for (const long of options.filter((name) => name !== '--help'))
        expect(script).toContain(shell === 'fish' ? `-l ${long.slice(2)}` : long);
    }
  });
});
