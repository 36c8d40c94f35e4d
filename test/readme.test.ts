import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { EXIT_CODES } from '../src/exit-code.js';
import { runCli } from './chaos/run.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(`${root}README.md`, 'utf8');
const run = promisify(execFile);

/** The section under a heading, up to the next heading of any level. */
function section(heading: string): string {
  const start = readme.indexOf(`# ${heading}\n`);
  expect(start).toBeGreaterThan(0);
  const [text = ''] = readme.slice(readme.indexOf('\n', start)).split(/\n#+ /);
  return text;
}

/** The flags that the first column of a table names. */
const flagsOf = (text: string) =>
  [...text.matchAll(/^\| `(?:-\w`, `)?(--[a-z-]+)/gm)].map(([, flag]) => flag);

/** The flags of a command, as its help lists them. */
async function flagsOfHelp(command: string): Promise<(string | undefined)[]> {
  const { stdout } = await runCli([command, '--help']);
  return [...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)]
    .map(([, flag]) => flag)
    .filter((flag) => flag !== '--help');
}

describe('the README', () => {
  test('shows a first push as it is', async () => {
    const [, command = '', output = ''] =
      /```sh\nnpm ci && npm run build && (.*)\n```\n\n```\n([^`]*)```/.exec(readme) ?? [];
    const { stdout, stderr } = await run('sh', ['-c', command], { cwd: root });
    const steady = (text: string) =>
      text.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT').replaceAll(/\d+ ms/g, 'N ms');
    expect(steady(stderr + stdout)).toBe(steady(output));
  });

  test('shows what is said of mistakes as it is', async () => {
    const [, command = '', output = ''] =
      /```sh\n(node bin\/luigis-pins.js validate .*)\n```\n\n```\n([^`]*)```/.exec(readme) ?? [];
    const { code, stdout } = await run('sh', ['-c', command], { cwd: root })
      .catch((failed: { code: number; stdout: string }) => failed)
      .then((ended) => ({ code: 0, ...ended }));
    expect({ code, stdout }).toEqual({ code: 3, stdout: output });
  });

  test('lists the options of push, each once, and those of validate', async () => {
    const ofPush = flagsOf(section('Options of push'));
    const ofBoth = flagsOf(section('Options of push and validate'));
    expect([...ofPush, ...ofBoth].sort()).toEqual((await flagsOfHelp('push')).sort());
    const ofValidate = await flagsOfHelp('validate');
    expect(ofBoth.filter((flag) => !ofValidate.includes(flag))).toEqual([]);
  });

  test('lists the options of the sandbox', async () => {
    const common = ['--quiet', '--no-color'];
    const listed = flagsOf(section('Rehearsing in a sandbox'));
    expect([...listed, ...common].sort()).toEqual((await flagsOfHelp('sandbox')).sort());
  });

  test('lists the commands', async () => {
    const listed = [...section('Commands').matchAll(/^\| `luigis-pins (\w+)/gm)].map(([, name]) => name);
    const { stdout } = await runCli(['--help']);
    const commands = /Commands:\n([\s\S]*?)\n\n/.exec(stdout)?.[1] ?? '';
    const known = [...commands.matchAll(/^ {2}(\w+)/gm)]
      .map(([, name]) => name)
      .filter((name) => name !== 'help');
    expect(listed).toEqual(known);
  });

  test('has the exit codes of the program, in its words', () => {
    const rows = [...section('Exit codes').matchAll(/^\| (\d+) \| (.*) \|$/gm)].map(([, code, meaning]) => [
      code,
      meaning,
    ]);
    expect(Object.fromEntries(rows)).toEqual(EXIT_CODES);
  });

  test('shows the environment that the sandbox prints', () => {
    expect(section('Rehearsing in a sandbox')).toContain(
      'export LUIGISBOX_PRIVATE_KEY=sandbox-key-not-a-secret',
    );
  });

  test('names files that exist', () => {
    for (const [, path = ''] of readme.matchAll(/\]\(((?:examples|src|test)\/[^)]+|LICENSE)\)/g)) {
      expect(readFileSync(root + path).length).toBeGreaterThan(0);
    }
  });
});
