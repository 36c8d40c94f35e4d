import { once } from 'node:events';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { CONFLICT_STRATEGIES } from '../../src/delivery/strategy.js';
import { closedPort, hangingPort } from './listeners.js';
import { runCli } from './run.js';
import { countsOf, ledgerOf, named, pinsFile, play, playRow, type Row, start } from './scenario.js';
import { startServer } from './server.js';
import {
  always,
  answering,
  applying,
  applyingAfter,
  applyingFirst,
  closingAfter,
  dripping,
  early,
  hangingUp,
  honestly,
  inOrder,
  keepingAlive,
  resetting,
  sending,
  silent,
} from './step.js';

const NAMES = new URL('names.mjs', import.meta.url).href;
const IMPATIENT = ['--timeout', '0.3'];
const names = (map: Record<string, string>) => ({
  nodeArgs: ['--import', NAMES],
  env: { LUIGIS_TEST_NAMES: JSON.stringify(map) },
});
const LOOK_UP =
  /2 customizations may be stored or not\..* This stores them where they are missing, and keeps what exists:\n {4}luigis-pins push .*--conflict ignore/;
const AGAIN =
  /may be stored or not\..* Sending them again does no harm:\n {4}luigis-pins push pins\.ndjson --conflict override/;

describe('before a connection is ready, nothing has left', () => {
  test.each(CONFLICT_STRATEGIES)('N1 refused, under %s', async (conflict) => {
    const port = await closedPort();
    const { result } = await playRow({
      name: '',
      conflict,
      args: ['--base-url', `http://127.0.0.1:${port}`],
      exit: 5,
      requests: 0,
      ledger: [],
      counts: { 'not sent': 4 },
      says: [
        /ECONNREFUSED/,
        /cannot be reached/,
        /Check the network/,
        /4 were not sent\. .*[Gg]o on with:\n {4}luigis-pins push pins\.ndjson/,
      ],
    });
    expect(result.waits).toHaveLength(4);
  });

  test('N2 refused, then up: it goes on where it is', async () => {
    const port = await closedPort();
    const at = await startServer();
    const { server, running } = await start({
      at,
      args: ['--base-url', `http://127.0.0.1:${port}`],
      run: { timeFactor: 3 },
    });
    await running.line(/no connection, attempt 2/);
    const late = await startServer({ port });
    const result = await running.ended;
    expect(result.code).toBe(0);
    expect(ledgerOf(late)).toEqual(['ab', 'cd']);
    expect(server.requests).toEqual([]);
  });

  test('N3 both families of localhost refused', async () => {
    const port = await closedPort();
    await playRow({
      name: '',
      args: ['--base-url', `http://localhost:${port}`, '--retries', '1'],
      exit: 5,
      requests: 0,
      ledger: [],
      counts: { 'not sent': 4 },
      says: [/ECONNREFUSED/, /Check the network/],
    });
  });

  test.each(['ENOTFOUND', 'EAI_AGAIN'])('N4 the name fails with %s', async (code) => {
    await playRow({
      name: '',
      conflict: 'raise',
      args: ['--base-url', 'https://gone.test', '--retries', '2'],
      run: names({ 'gone.test': code }),
      exit: 5,
      requests: 0,
      ledger: [],
      counts: { 'not sent': 4 },
      says: [new RegExp(code), /3 attempts/, /Check the network/],
    });
  });

  test('N5 a connection that never becomes ready', async () => {
    const port = await hangingPort();
    await playRow({
      name: '',
      conflict: 'raise',
      args: ['--base-url', `http://127.0.0.1:${port}`, '--retries', '1', ...IMPATIENT],
      exit: 5,
      requests: 0,
      ledger: [],
      counts: { 'not sent': 4 },
      says: [/no connection within the time limit/, /2 attempts/, /Check the network/],
    });
  });

  const outside = Object.values(networkInterfaces())
    .flat()
    .find((at) => at?.family === 'IPv4' && !at.internal)?.address;
  test.runIf(outside !== undefined)('http goes to loopback only, whatever localhost means', async () => {
    const listener = createServer().listen(0, outside);
    await once(listener, 'listening');
    const address = listener.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await playRow({
      name: '',
      args: ['--base-url', `http://localhost:${port}`],
      run: names({ localhost: outside ?? '' }),
      exit: 4,
      requests: 0,
      ledger: [],
      counts: { 'not sent': 4 },
      says: [/localhost is not this machine/, /4 were not sent\. .*[Gg]o on with:/],
    });
    listener.close();
  });
});

const ROWS: Row[] = [
  {
    name: 'N9 reset after the request, not stored',
    server: { script: [resetting()] },
    exit: 0,
    requests: 3,
    ledger: ['ab', 'cd'],
    counts: { accepted: 4 },
    says: [/no trustworthy answer, attempt 2/],
  },
  {
    name: 'N9 the same under raise: unknown, no second try, and on to the next batch',
    conflict: 'raise',
    server: { script: [resetting()] },
    exit: 6,
    requests: 2,
    ledger: ['cd'],
    counts: { unknown: 2, accepted: 2 },
    says: [/Batch 1\/2 {2}UNKNOWN .*ECONNRESET/, LOOK_UP],
  },
  {
    name: 'N10 stored, then reset',
    server: { script: [applying(resetting())] },
    exit: 0,
    requests: 3,
    ledger: ['ab', 'ab', 'cd'],
    counts: { accepted: 4 },
    says: [/2 attempts/],
  },
  {
    name: 'N10 the same under ignore: the second try keeps what the first stored',
    conflict: 'ignore',
    server: { script: [applying(resetting())] },
    exit: 0,
    requests: 3,
    ledger: ['ab', '', 'cd'],
    counts: { accepted: 4 },
    says: [/2 attempts/],
  },
  {
    name: 'N10 the same under raise: unknown, and never called a conflict',
    conflict: 'raise',
    server: { script: [applying(resetting())] },
    exit: 6,
    requests: 2,
    ledger: ['ab', 'cd'],
    counts: { unknown: 2, accepted: 2 },
    says: [LOOK_UP],
  },
  {
    name: 'N11 FIN without an answer',
    server: { script: [hangingUp()] },
    exit: 0,
    requests: 3,
    ledger: ['ab', 'cd'],
    counts: { accepted: 4 },
    says: [/no trustworthy answer/],
  },
  {
    name: 'N11 the same under raise',
    conflict: 'raise',
    server: { script: [hangingUp()] },
    exit: 6,
    requests: 2,
    ledger: ['cd'],
    counts: { unknown: 2, accepted: 2 },
    says: [LOOK_UP],
  },
  {
    name: 'N12 reset amid the upload',
    server: { script: [resetting({ bodyBytes: 100 })] },
    exit: 0,
    requests: 3,
    ledger: ['ab', 'cd'],
    counts: { accepted: 4 },
    says: [/2 attempts/],
  },
  {
    name: 'N12 the same under raise',
    conflict: 'raise',
    server: { script: [resetting({ bodyBytes: 100 })] },
    exit: 6,
    requests: 2,
    ledger: ['cd'],
    counts: { unknown: 2, accepted: 2 },
    says: [LOOK_UP],
  },
  {
    name: 'N15 no answer, twice, for as long as --retries allows',
    server: { script: always(silent()) },
    args: [...IMPATIENT, '--retries', '1'],
    exit: 6,
    requests: 2,
    ledger: [],
    counts: { unknown: 2, 'not sent': 2 },
    says: [/no answer within the time limit/, /no answer that can be trusted/, AGAIN],
  },
  {
    name: 'N15 no answer, under raise: two in a row end the run',
    conflict: 'raise',
    pins: 'abcdef',
    server: { script: always(silent()) },
    args: IMPATIENT,
    exit: 6,
    requests: 2,
    ledger: [],
    counts: { unknown: 4, 'not sent': 2 },
    says: [/no answer that can be trusted/, /4 customizations may be stored/],
  },
  {
    name: 'N15 stored while the answer is awaited no longer',
    server: { script: [applyingAfter(500, silent())] },
    args: [...IMPATIENT, '--retries', '2'],
    run: { timeFactor: 1e4 },
    exit: 0,
    requests: 3,
    ledger: ['ab', 'cd'],
    counts: { accepted: 4 },
    says: [/attempt 2/],
  },
  {
    name: 'N16 an answer that drips ends at the deadline, too',
    conflict: 'raise',
    batchSize: 4,
    server: { script: always(dripping(20, answering(200))) },
    args: ['--timeout', '0.5'],
    exit: 6,
    requests: 1,
    ledger: [],
    counts: { unknown: 4 },
    says: [/4 customizations may be stored or not/],
  },
  {
    name: 'N19 nobody waits for a late FIN',
    server: { script: always(closingAfter(30_000, honestly())) },
    exit: 0,
    requests: 2,
    ledger: ['ab', 'cd'],
    counts: { accepted: 4 },
    says: [],
  },
  {
    name: 'N20 each attempt has a connection of its own, whatever the server offers',
    server: { script: always(keepingAlive(honestly())) },
    exit: 0,
    requests: 2,
    ledger: ['ab', 'cd'],
    counts: { accepted: 4 },
    says: [],
  },
  {
    name: 'stored in part, then reset, under raise: unknown',
    conflict: 'raise',
    server: { script: [applyingFirst(1, resetting())] },
    exit: 6,
    requests: 2,
    ledger: ['a', 'cd'],
    counts: { unknown: 2, accepted: 2 },
    says: [LOOK_UP],
  },
  {
    name: 'stored in part, then reset, under override: sent again as a whole',
    server: { script: [applyingFirst(1, resetting())] },
    exit: 0,
    requests: 3,
    ledger: ['a', 'ab', 'cd'],
    counts: { accepted: 4 },
    says: [],
  },
  {
    name: 'bytes that are no HTTP',
    conflict: 'raise',
    server: { script: [sending('SSH-2.0-OpenSSH_9.2\r\n')] },
    exit: 6,
    requests: 2,
    ledger: ['cd'],
    counts: { unknown: 2, accepted: 2 },
    says: [/HPE_INVALID/, LOOK_UP],
  },
  {
    name: 'a server that resets every connection, under raise',
    conflict: 'raise',
    pins: 'abcdef',
    server: { script: always(resetting('after-head')) },
    exit: 6,
    requests: 2,
    ledger: [],
    counts: { unknown: 4, 'not sent': 2 },
    says: [/4 customizations may be stored or not/],
  },
];

describe('after the first byte, only an answer tells', () => {
  test.each(named(ROWS))('%s', async (_name, row) => {
    const { server, told } = await playRow(row);
    expect(told).not.toContain('HTTP 409');
    const connections = server.requests.map(({ connection }) => connection);
    expect(new Set(connections).size).toBe(connections.length);
  });

  test('N13 a server that never reads: the upload ends at the deadline', async () => {
    const big = 'x'.repeat(600_000);
    const pins = [1, 2, 3, 4, 5, 6, 7].map(
      (n) =>
        `{"model":"m","target_type":"item","target_identity":"${n}","pin_definitions":[{"pin_type":"item","pin_identity":"${big}","position":1}]}\n`,
    );
    const { result, server } = await play({
      conflict: 'raise',
      args: ['--batch-size', '7', '--max-batch-bytes', '16MiB', ...IMPATIENT],
      server: { script: always(silent('before-reading')) },
      run: { files: { 'pins.ndjson': pins.join('') } },
    });
    expect(result.code).toBe(6);
    expect(countsOf(result.stdout)).toMatchObject({ unknown: 7 });
    expect(server.ledger).toEqual([]);
  });

  test('an answer that comes before the upload is over counts', async () => {
    const { result, server } = await play({
      conflict: 'raise',
      args: ['--fail-fast'],
      server: { script: [early(answering(422))] },
    });
    expect([result.code, server.requests.length]).toEqual([1, 1]);
    expect(countsOf(result.stdout)).toMatchObject({ rejected: 2, 'not sent': 2 });
  });
});

test('stdin is sent as a file is', async () => {
  const at = await startServer({ script: inOrder([resetting()]) });
  const result = await runCli(['push', '--conflict', 'ignore'], { env: at.env, stdin: pinsFile('abc') });
  expect(result.code).toBe(0);
  expect(ledgerOf(at)).toEqual(['abc']);
});
