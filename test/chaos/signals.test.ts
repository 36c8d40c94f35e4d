import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startCli } from './run.js';
import {
  close,
  countsOf,
  filesUnder,
  ledgerOf,
  lettersOf,
  pinsFile,
  type Scenario,
  start,
} from './scenario.js';
import { type ChaosServer, startServer } from './server.js';
import { always, answering, inOrder, refusingLines, silent, throttling } from './step.js';

/** Says on stderr when signals are listened to, and fails inside at SIGUSR2, where nobody catches it. */
const READY = `data:text/javascript,${encodeURIComponent(`
  process.on('newListener', (name) => name === 'SIGHUP' && setImmediate(() => process.stderr.write('listening\\n')));
  process.on('SIGUSR2', () => {
    if (process.env.LUIGIS_TEST_DEFECT === 'rejection') Promise.reject(new Error('a defect'));
    else throw new Error('a defect');
  });`)}`;
const WATCHED = ['--import', READY];
/** Waits take a hundred times as long, so that only a signal can end them. */
const SLOW = 0.01;
/** A second, and what a busy machine takes to end a process. */
const SOON_MS = 2000;

const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const;

/** A server that holds back the answer to one request. */
async function holding(number: number) {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const server = await startServer({
    onMilestone: (at, milestone) => (at === number && milestone === 'received' ? released : undefined),
  });
  return { server, release };
}

/** Starts, sends the signal when `ready` says so, and gives how it ended and how long that took. */
async function interrupted(
  scenario: Scenario,
  signal: NodeJS.Signals,
  ready: RegExp | ((server: ChaosServer) => Promise<void>),
) {
  const { server, running } = await start(scenario);
  await (ready instanceof RegExp ? running.line(ready) : ready(server));
  const sentAtMs = Date.now();
  running.child.kill(signal);
  const result = await running.ended;
  return { ...close(scenario, server, result), endedAfterMs: Date.now() - sentAtMs };
}

describe('G1 G4 while nothing is under way, the run ends at once', () => {
  test.each(SIGNALS)('%s while stdin is awaited', async (signal, exit) => {
    const at = await startServer();
    const running = startCli(['push'], {
      env: at.env,
      stdin: pinsFile('ab'),
      stdinOpen: true,
      nodeArgs: WATCHED,
    });
    await running.line(/listening/);
    running.child.kill(signal);
    const result = await running.ended;
    expect([result.code, result.signal, at.connections()]).toEqual([exit, null, []]);
    expect(filesUnder(result.cwd)).toEqual([]);
  });

  test.each(SIGNALS)('%s while the server wants to be left alone', async (signal, exit) => {
    const scenario = { server: { script: always(throttling('100')) }, run: { timeFactor: SLOW } };
    const { result, server, endedAfterMs } = await interrupted(scenario, signal, /throttled, attempt 2/);
    expect([result.code, server.requests.length, countsOf(result.stdout)?.['not sent']]).toEqual([
      exit,
      1,
      4,
    ]);
    expect(endedAfterMs).toBeLessThan(SOON_MS);
  });

  test.each(['override', 'ignore'] as const)(
    'between two tries under %s: what is in doubt stays so',
    async (conflict) => {
      const scenario = { conflict, server: { script: always(answering(500)) }, run: { timeFactor: SLOW } };
      const { result, server, told, endedAfterMs } = await interrupted(
        scenario,
        'SIGINT',
        /no trustworthy answer, attempt 2/,
      );
      expect([result.code, server.requests.length]).toEqual([130, 1]);
      expect(countsOf(result.stdout)).toMatchObject({ unknown: 2, 'not sent': 2 });
      expect(told).toMatch(/2 customizations may be stored or not\..* Sending them again does no harm/);
      expect(endedAfterMs).toBeLessThan(SOON_MS);
    },
  );
});

describe('G2 with a request under way', () => {
  test.each(SIGNALS)('%s: its answer is awaited, and nothing more is sent', async (signal, exit) => {
    const { server: at, release } = await holding(2);
    const args = ['--resume', 'journal', '--rejects', 'rejects'];
    const { server, running } = await start({ conflict: 'raise', pins: 'abcdef', at, args });
    await server.reached(2, 'received');
    running.child.kill(signal);
    await running.line(/waiting up to 10 s for answers under way/);
    release();
    const result = await running.ended;
    close({ pins: 'abcdef' }, server, result);
    expect([result.code, ledgerOf(server)]).toEqual([exit, ['ab', 'cd']]);
    expect(countsOf(result.stdout)).toMatchObject({ accepted: 4, 'not sent': 2 });
    expect(readFileSync(join(result.cwd, 'journal'), 'utf8').match(/accepted/g)).toHaveLength(2);
    expect(readFileSync(join(result.cwd, 'rejects'), 'utf8')).toBe(pinsFile('ef'));
    expect(result.stderr).toMatch(
      /2 were not sent\. .*[Gg]o on with:\n {4}luigis-pins push .*--resume journal/,
    );
  });

  test('rejects hold what was rejected, then what was not sent', async () => {
    const refusing = refusingLines((line) => lettersOf([line]) === 'b');
    const { result } = await interrupted(
      { pins: 'abcdef', args: ['--rejects', 'rejects'], server: { script: inOrder([refusing, silent()]) } },
      'SIGINT',
      (server) => server.reached(2, 'received'),
    );
    expect(result.code).toBe(130);
    expect(readFileSync(join(result.cwd, 'rejects'), 'utf8')).toBe(pinsFile('abcdef'));
  });

  test.each(['raise', 'override'] as const)(
    'no answer comes within 10 s, under %s: unknown',
    async (conflict) => {
      const { result, server, told } = await interrupted(
        { conflict, server: { script: always(silent()) } },
        'SIGINT',
        (at) => at.reached(1, 'received'),
      );
      expect([result.code, server.requests.length, result.waits]).toEqual([130, 1, [10_000]]);
      expect(countsOf(result.stdout)).toMatchObject({ unknown: 2, 'not sent': 2 });
      expect(told).toMatch(/may be stored or not/);
    },
  );

  test.each([1, 3])(
    'G3 the second signal ends at once, and the journal says what is in doubt (%i)',
    async (pairs) => {
      const { server, running } = await start({
        conflict: 'raise',
        batchSize: 1,
        args: ['--resume', 'journal', '--concurrency', String(pairs)],
        server: { script: always(silent()) },
        run: { timeFactor: SLOW },
      });
      await server.reached(pairs, 'received');
      running.child.kill('SIGINT');
      await running.line(/Once more ends at once/);
      running.child.kill('SIGTERM');
      const result = await running.ended;
      expect([result.code, result.signal]).toEqual([143, null]);
      const journal = readFileSync(join(result.cwd, 'journal'), 'utf8');
      expect(journal.match(/"type":"\w+"/g)).toEqual([
        '"type":"header"',
        ...Array(pairs).fill('"type":"sending"'),
      ]);
    },
  );

  test.each(['exception', 'rejection'])(
    'G7 a defect of our own (%s) is 70, and the journal can be gone on with',
    async (kind) => {
      const { server, running } = await start({
        conflict: 'raise',
        args: ['--resume', 'journal'],
        server: { script: inOrder([silent()]) },
        run: { nodeArgs: WATCHED, env: { LUIGIS_TEST_DEFECT: kind } },
      });
      await server.reached(1, 'received');
      running.child.kill('SIGUSR2');
      const first = await running.ended;
      close({}, server, first);
      expect(first.code).toBe(70);
      expect(first.stderr).toMatch(/should not have happened: Error: a defect/);
      const scenario: Scenario = {
        conflict: 'raise',
        at: server,
        args: ['--resume', 'journal'],
        run: { cwd: first.cwd },
      };
      const again = await start(scenario);
      const { result } = close(scenario, server, await again.running.ended);
      expect([result.code, ledgerOf(server)]).toEqual([6, ['cd']]);
      expect(countsOf(result.stdout)).toMatchObject({ unknown: 2, accepted: 2 });
    },
  );
});

test('F11 a run that is killed leaves an older file of rejects as it was', async () => {
  const { server, running } = await start({
    args: ['--rejects', 'rejects'],
    server: { script: inOrder([answering(422), silent()]) },
    run: { files: { rejects: 'older\n' } },
  });
  await server.reached(2, 'received');
  running.child.kill('SIGKILL');
  const { cwd } = await running.ended;
  expect(readFileSync(join(cwd, 'rejects'), 'utf8')).toBe('older\n');
});
