import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { freshDirectory } from './place.js';
import { runCli } from './run.js';
import {
  askedOf,
  countsOf,
  ledgerOf,
  type Played,
  pin,
  pinsFile,
  play,
  type Scenario,
  start,
} from './scenario.js';
import { type ChaosServer, startServer } from './server.js';
import {
  always,
  answering,
  applying,
  honestly,
  inOrder,
  resetting,
  type Step,
  throttling,
  tooLargeAbove,
} from './step.js';

const JOURNAL = ['--resume', 'journal'];

/** Plays it, then the same command again against the same server, which is honest then unless told otherwise. */
async function twice(scenario: Scenario, second: Scenario = {}): Promise<[Played, Played]> {
  const args = [...JOURNAL, ...(scenario.args ?? [])];
  const first = await play({ ...scenario, args });
  const { cwd } = first.result;
  const again = await play({
    ...scenario,
    at: first.server,
    args,
    ...second,
    run: {
      ...scenario.run,
      ...second.run,
      cwd,
      files: { 'pins.ndjson': pinsFile(second.pins ?? scenario.pins ?? 'abcd'), ...second.run?.files },
    },
  });
  return [first, again];
}

/** Steps for the first run; honest afterwards. */
const script = (...steps: Step[]) => ({ script: inOrder(steps) });

describe('a resumed run', () => {
  test.each(['raise', 'override'] as const)(
    'of which all was accepted sends nothing and is 0, under %s',
    async (conflict) => {
      const [, { result, server }] = await twice({ conflict });
      expect([result.code, ledgerOf(server)]).toEqual([0, ['ab', 'cd']]);
      expect(result.stderr).toMatch(/4 of them were accepted by an earlier run/);
      expect(result.stdout).toMatch(/Batch 1\/2 {2}accepted .*by an earlier run/);
    },
  );

  test('goes on where a refusal ended it', async () => {
    const [first, { result, server }] = await twice({
      conflict: 'raise',
      pins: 'abcdef',
      server: script(honestly(), answering(403)),
    });
    expect(first.result.code).toBe(4);
    expect([result.code, askedOf(server)]).toEqual([0, ['ab', 'cd', 'cd', 'ef']]);
  });

  test('under raise never sends what is in doubt, and says what to do', async () => {
    const [first, { result, server, told }] = await twice({
      conflict: 'raise',
      args: ['--rejects', 'rejects'],
      server: script(applying(resetting())),
    });
    expect(first.result.code).toBe(6);
    expect([result.code, askedOf(server)]).toEqual([6, ['ab', 'cd']]);
    expect(countsOf(result.stdout)).toMatchObject({ unknown: 2, accepted: 2 });
    expect(told).toMatch(/Batch 1\/2 {2}UNKNOWN .*by an earlier run/);
    expect(told).toMatch(
      /2 customizations may be stored or not\..* This stores .*\n {4}luigis-pins push rejects --conflict ignore/,
    );
    expect(readFileSync(join(result.cwd, 'rejects'), 'utf8')).toBe(pinsFile('ab'));
  });

  test.each(['ignore', 'override'] as const)('under %s sends what is in doubt again', async (conflict) => {
    const [first, { result, server }] = await twice({
      conflict,
      args: ['--retries', '0'],
      server: script(applying(resetting())),
    });
    expect(first.result.code).toBe(6);
    expect([result.code, askedOf(server)]).toEqual([0, ['ab', 'ab', 'cd']]);
  });

  test('sends what was rejected again, since it may have been mended at the server', async () => {
    const [, { result, server }] = await twice({ conflict: 'raise', server: script(answering(422)) });
    expect([result.code, askedOf(server)]).toEqual([0, ['ab', 'cd', 'ab']]);
  });

  test('under raise a 409 after an earlier rejection is not called a conflict', async () => {
    const [, { result }] = await twice({
      conflict: 'raise',
      server: { script: always(honestly()), existing: [pin('b')], storeMode: 'partial-then-409' },
    });
    expect([result.code, countsOf(result.stdout)?.['unknown']]).toEqual([6, 2]);
  });

  test('goes on with halves, and sends no whole of which a half was accepted', async () => {
    const small = tooLargeAbove({ records: 2 });
    const [first, { result, server }] = await twice({
      conflict: 'raise',
      batchSize: 4,
      pins: 'abcdefgh',
      server: script(small, small, small, small, answering(403)),
    });
    expect([first.result.code, countsOf(first.result.stdout)?.['accepted']]).toEqual([4, 6]);
    expect([result.code, askedOf(server)]).toEqual([0, ['abcd', 'ab', 'cd', 'ef', 'gh', 'gh']]);
  });

  test('that is stopped early still knows what earlier runs did', async () => {
    const pins = 'abcdefgh';
    const [first, { result, server }] = await twice({
      conflict: 'raise',
      pins,
      args: ['--rejects', 'rejects'],
      server: script(answering(422), resetting(), honestly(), answering(403), answering(403)),
    });
    expect(first.result.code).toBe(6);
    expect(askedOf(server)).toEqual(['ab', 'cd', 'ef', 'gh', 'ab']);
    expect(result.code).toBe(6);
    expect(countsOf(result.stdout)).toMatchObject({ accepted: 2, unknown: 2, rejected: 2, 'not sent': 2 });
    expect(readFileSync(join(result.cwd, 'rejects'), 'utf8')).toBe(pinsFile('abcdgh'));
  });

  test('goes on after a journal whose last line was torn', async () => {
    const first = await play({ conflict: 'raise', args: JOURNAL });
    const path = join(first.result.cwd, 'journal');
    writeFileSync(path, readFileSync(path).subarray(0, -30));
    const { result, server } = await play({
      conflict: 'raise',
      args: JOURNAL,
      at: first.server,
      run: { cwd: first.result.cwd },
    });
    expect([result.code, countsOf(result.stdout)?.['unknown'], askedOf(server)]).toEqual([
      6,
      2,
      ['ab', 'cd'],
    ]);
  });
});

describe('F1 F5 a journal of something else is refused with 2 before any request', () => {
  const OTHERS: [name: string, second: Scenario, sentence: RegExp][] = [
    [
      'another tracker',
      { run: { env: { LUIGISBOX_TRACKER_ID: 'other-1' } } },
      /its tracker is 4711-815, this run's is other-1/,
    ],
    [
      'another host',
      { args: [...JOURNAL, '--base-url', 'http://127.0.0.1:1'] },
      /its host is http:\/\/127\.0\.0\.1:\d+, this run's is http:\/\/127\.0\.0\.1:1\./,
    ],
    ['another strategy', { conflict: 'ignore' }, /its conflict strategy is override, this run's is ignore/],
    ['another batch size', { batchSize: 3 }, /its batch size is 2, this run's is 3/],
    [
      'other bytes a request',
      { args: [...JOURNAL, '--max-batch-bytes', '1MiB'] },
      /its largest batch in bytes is 4194304, this run's is 1048576/,
    ],
    ['a file that grew', { pins: 'abcde' }, /its number of customizations is 4, this run's is 5/],
    ['a file that shrank', { pins: 'abc' }, /its number of customizations is 4, this run's is 3/],
    [
      'a file of the same size and other content',
      { pins: 'abcx' },
      /batch 2 \(pins\.ndjson:3-4\) is not what was sent/,
    ],
  ];
  let journaled: { at: ChaosServer; journal: string };
  beforeAll(async () => {
    const { server, result } = await play({ args: JOURNAL });
    journaled = { at: server, journal: readFileSync(join(result.cwd, 'journal'), 'utf8') };
  });
  test.each(OTHERS)('%s', async (_name, second, sentence) => {
    const { at, journal } = journaled;
    const { result, told } = await play({
      at,
      args: JOURNAL,
      ...second,
      run: { ...second.run, files: { journal } },
    });
    expect([result.code, at.connections().length]).toEqual([2, 2]);
    expect(told).toMatch(sentence);
    expect(told).toMatch(/Use the same options as that run|Restore the input/);
    expect(existsSync(join(result.cwd, 'journal.lock'))).toBe(false);
    expect(readFileSync(join(result.cwd, 'journal'), 'utf8')).toBe(journal);
  });

  const FOREIGN: [name: string, content: string][] = [
    ['a file of pins', pinsFile('ab')],
    ['a single pin without a line feed', pin('a')],
  ];
  test.each(FOREIGN)('F8 %s, which stays as it was', async (_name, content) => {
    const { result, server, told } = await play({ args: JOURNAL, run: { files: { journal: content } } });
    expect([result.code, server.connections()]).toEqual([2, []]);
    expect(told).toMatch(/no journal that can be trusted/);
    expect(readFileSync(join(result.cwd, 'journal'), 'utf8')).toBe(content);
  });
});

/** Root may write everywhere, so it gives that up first. */
const UNPRIVILEGED =
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : [];

describe('F8 a journal or rejects where none can be', () => {
  const prepared = (prepare: (cwd: string) => void) => {
    const cwd = freshDirectory();
    prepare(cwd);
    return cwd;
  };
  const PLACES: [
    name: string,
    option: string,
    prepare: (cwd: string) => void,
    exit: number,
    sentence: RegExp,
  ][] = [
    [
      'a symlink',
      '--resume',
      (cwd) => symlinkSync('elsewhere', join(cwd, 'it')),
      2,
      /cannot be opened: ELOOP/,
    ],
    ['a directory', '--resume', (cwd) => mkdirSync(join(cwd, 'it')), 2, /cannot be opened: EISDIR/],
    ['no directory', '--resume', () => {}, 74, /cannot be written: ENOENT/],
    ['a directory', '--rejects', (cwd) => mkdirSync(join(cwd, 'it')), 74, /no regular file/],
    ['a device', '--rejects', (cwd) => symlinkSync('/dev/null', join(cwd, 'it')), 74, /no regular file/],
    ['no directory', '--rejects', () => {}, 74, /cannot be written: ENOENT.*\n.*Nothing was sent/],
  ];
  test.each(PLACES)('%s for %s', async (name, option, prepare, exit, sentence) => {
    const path = name === 'no directory' ? 'none/it' : 'it';
    const { result, server, told } = await play({ args: [option, path], run: { cwd: prepared(prepare) } });
    expect([result.code, server.connections()]).toEqual([exit, []]);
    expect(told).toMatch(sentence);
    expect(existsSync(join(result.cwd, 'elsewhere'))).toBe(false);
  });

  test.each(['--resume', '--rejects'])('a directory that is not ours to write, for %s', async (option) => {
    const cwd = prepared((directory) => {
      mkdirSync(join(directory, 'closed'));
      chmodSync(join(directory, 'closed'), 0o555);
    });
    const { result, server, told } = await play({
      args: [option, 'closed/it'],
      run: { cwd, launcher: UNPRIVILEGED },
    });
    expect([result.code, server.connections()]).toEqual([74, []]);
    expect(told).toMatch(/EACCES/);
  });

  test('one for both', async () => {
    const { result, server, told } = await play({ args: [...JOURNAL, '--rejects', './journal'] });
    expect([result.code, server.connections()]).toEqual([2, []]);
    expect(told).toMatch(/name the same file\.\n.*Name another one/);
  });

  test('both are for this user only, whatever the umask', async () => {
    const { result } = await play({
      args: [...JOURNAL, '--rejects', 'rejects'],
      server: { script: always(answering(422)) },
      run: { launcher: ['sh', '-c', 'umask 0; exec "$0" "$@"'] },
    });
    expect(['journal', 'rejects'].map((name) => statSync(join(result.cwd, name)).mode & 0o777)).toEqual([
      0o600, 0o600,
    ]);
  });
});

describe('F9 one journal', () => {
  test('is used by one run at a time', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const at: ChaosServer = await startServer({
      onMilestone: (_, milestone) => (milestone === 'received' ? released : undefined),
    });
    const { running, server } = await start({ at, args: JOURNAL });
    await server.reached(1, 'received');
    const second = await runCli(['push', 'pins.ndjson', ...JOURNAL], { cwd: running.cwd, env: at.env });
    release();
    expect((await running.ended).code).toBe(0);
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(new RegExp(`journal is in use: process ${running.child.pid} `));
    expect(second.stderr).toMatch(/Wait for the other run/);
    expect(server.connections()).toHaveLength(2);
  });

  test('is taken over from a process that is gone', async () => {
    const { result } = await play({ args: JOURNAL, run: { files: { 'journal.lock': '999999999' } } });
    expect([result.code, existsSync(join(result.cwd, 'journal.lock'))]).toEqual([0, false]);
  });
});

describe('F2 input that changes while it is pushed', () => {
  test('ends the run before the next batch that is not read yet', async () => {
    const cwd = freshDirectory();
    const at = await startServer({
      onMilestone: (number, milestone) => {
        if (number === 1 && milestone === 'received') appendFileSync(join(cwd, 'pins.ndjson'), pinsFile('e'));
      },
    });
    const { result, told } = await play({ conflict: 'raise', pins: 'abcdef', at, run: { cwd } });
    // The second may have been read, as it was checked, before the first was answered.
    expect(['ab', 'ab cd']).toContain(ledgerOf(at).join(' '));
    const accepted = 2 * ledgerOf(at).length;
    expect(result.code).toBe(5);
    expect(countsOf(result.stdout)).toMatchObject({ accepted, 'not sent': 6 - accepted });
    expect(told).toMatch(/Stopping: pins\.ndjson changed after it was checked\./);
    expect(told).toMatch(
      /[24] were not sent\. .*[Gg]o on with:\n {4}luigis-pins push pins\.ndjson --conflict ignore/,
    );
  });
});

/** Files of this process and its children end at 1 KiB. */
const NO_ROOM = ['sh', '-c', 'ulimit -f 1; exec "$0" "$@"'];
const LETTERS = 'abcdefghijklmnopqrst';

describe('F6 a disk that is full', () => {
  test('for the journal: nothing is sent that it does not hold, and the next run goes on', async () => {
    // Files are counted in blocks of 512 or 1024 bytes, as the shell likes it.
    const [first, { result, server }] = await twice(
      { conflict: 'raise', pins: LETTERS, run: { launcher: NO_ROOM } },
      { run: { launcher: [] } },
    );
    expect(first.result.code).toBe(74);
    expect(first.told).toMatch(/Could not be written: .*journal.*EFBIG.*Make room/);
    expect(first.told).toMatch(/were not sent\. .*[Gg]o on with:\n {4}luigis-pins push .*--resume journal/);
    const asked = askedOf(server);
    expect(new Set(asked).size).toBe(asked.length);
    const unknown = countsOf(result.stdout)?.['unknown'] ?? 0;
    expect([0, 2]).toContain(unknown);
    expect([result.code, asked.length]).toEqual([unknown === 0 ? 0 : 6, 10]);
  });

  test('for the rejects: 74, and no half file', async () => {
    const { result, told } = await play({
      pins: LETTERS,
      args: ['--rejects', 'rejects'],
      server: { script: always(answering(422)) },
      run: { launcher: NO_ROOM },
    });
    expect(result.code).toBe(74);
    expect(told).toMatch(/Could not be written: rejects: EFBIG.*Make room, or name another place/);
    expect(countsOf(result.stdout)).toMatchObject({ rejected: 20 });
    expect(existsSync(join(result.cwd, 'rejects'))).toBe(false);
  });

  test('for the copy of stdin: 74 before any request', async () => {
    const at = await startServer();
    const result = await runCli(['push'], { env: at.env, stdin: pinsFile(LETTERS), launcher: NO_ROOM });
    expect([result.code, at.connections()]).toEqual([74, []]);
    expect(result.stderr).toMatch(/temporary copy of \(stdin\) cannot be written \(EFBIG.*\n.*TMPDIR/);
  });

  test.each([[], ['--json'], ['--quiet']])('for stdout: 74 though all was accepted %j', async (...args) => {
    const { result, server } = await play({ args, run: { stdoutFile: '/dev/full' } });
    expect([result.code, ledgerOf(server)]).toEqual([74, ['ab', 'cd']]);
    expect(result.stderr).not.toMatch(/ {4}at /);
  });

  test.each([[], ['--json']])(
    'a reader of stdout that goes away: 74, all is sent, and no trace %j',
    async (...args) => {
      const { server, running } = await start({ args, server: script(throttling('1')) });
      running.child.stdout?.destroy();
      const result = await running.ended;
      expect([result.code, ledgerOf(server)]).toEqual([74, ['ab', 'cd']]);
      expect(result.stderr).not.toMatch(/EPIPE|Error| {4}at /);
    },
  );
});
