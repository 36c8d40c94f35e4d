import { describe, expect, test } from 'vitest';
import { askedOf, countsOf, named, pin, play, playRow, type Row } from './scenario.js';
import { startServer } from './server.js';
import {
  always,
  answering,
  applying,
  chunked,
  continuing,
  cutAfter,
  honestly,
  inOrder,
  redirecting,
  refusingLines,
  resetting,
  throttling,
  tooLargeAbove,
  untilClose,
  withHeaders,
} from './step.js';

const LOOK_UP =
  /may be stored or not\..* This stores them where they are missing, and keeps what exists:\n {4}luigis-pins push .*--conflict ignore/;
const MEND: Record<number, RegExp> = {
  401: /check LUIGISBOX_PRIVATE_KEY_FILE or LUIGISBOX_PRIVATE_KEY/,
  403: /tracker 4711-815 may not do this/,
  404: /Check --tracker-id or LUIGISBOX_TRACKER_ID/,
};
const GO_ON = /were not sent\. .*[Gg]o on with:\n {4}luigis-pins push pins\.ndjson .*--batch-size 2/;
const HTML = { body: '<html><body>Bad gateway</body></html>' };
const refusingC = refusingLines((line) => line === pin('c'));

const REFUSED: Row[] = [
  ...[401, 404].map(
    (status): Row => ({
      name: `S1 S4 ${status} always: one request`,
      conflict: 'raise',
      server: { script: always(answering(status)) },
      exit: 4,
      requests: 1,
      ledger: [],
      counts: { 'not sent': 4 },
      says: [new RegExp(`HTTP ${status}`), /refused the request itself/, MEND[status] ?? /none/, GO_ON],
    }),
  ),
  {
    name: 'S4 404 as HTML',
    server: { script: always(answering(404, HTML)) },
    exit: 4,
    requests: 1,
    ledger: [],
    counts: { 'not sent': 4 },
    says: [/\| <html>/, GO_ON],
  },
  {
    name: 'S2 401 on the third of five batches',
    conflict: 'raise',
    pins: 'abcdefghij',
    args: ['--resume', 'journal'],
    server: { script: inOrder([honestly(), honestly()], answering(401)) },
    exit: 4,
    requests: 3,
    ledger: ['ab', 'cd'],
    counts: { accepted: 4, 'not sent': 6 },
    says: [/6 were not sent\. .*[Gg]o on with:\n {4}luigis-pins push pins\.ndjson .*--resume journal/],
  },
  {
    name: 'a key that is not the right one',
    run: { env: { LUIGISBOX_PRIVATE_KEY: 'another' } },
    exit: 4,
    requests: 1,
    ledger: [],
    counts: { 'not sent': 4 },
    says: [/Signature does not match/, /The private key belongs to another tracker/],
  },
];

const REJECTED: Row[] = [
  {
    name: 'S5 409 under raise, nothing stored of the batch',
    conflict: 'raise',
    server: { existing: [pin('b')] },
    exit: 1,
    requests: 2,
    ledger: ['cd'],
    counts: { rejected: 2, accepted: 2 },
    says: [/Batch 1\/2 {2}REJECTED .*pins\.ndjson:1-2 .*HTTP 409/],
  },
  {
    name: 'S5 409 under raise, a part stored: rejected, and not tried again',
    conflict: 'raise',
    server: { existing: [pin('b')], storeMode: 'partial-then-409' },
    exit: 1,
    requests: 2,
    ledger: ['a', 'cd'],
    counts: { rejected: 2, accepted: 2 },
    says: [/REJECTED/],
  },
  {
    name: 'S6 under raise 500, though stored: unknown, and no 409 is asked for',
    conflict: 'raise',
    server: { script: [applying(answering(500))] },
    exit: 6,
    requests: 2,
    ledger: ['ab', 'cd'],
    counts: { unknown: 2, accepted: 2 },
    says: [/HTTP 500/, LOOK_UP],
  },
  {
    name: 'S7 409 under override, always',
    server: { script: always(answering(409)) },
    exit: 1,
    requests: 2,
    ledger: [],
    counts: { rejected: 4 },
    says: [/HTTP 409/],
  },
  {
    name: 'S11 422: the other batches are not at fault',
    server: { script: always(refusingC) },
    exit: 1,
    requests: 2,
    ledger: ['ab'],
    counts: { accepted: 2, rejected: 2 },
    says: [/REJECTED .*pins\.ndjson:3-4/, /pin_definitions: is not valid/],
  },
  {
    name: '--fail-fast ends the run at the first of them',
    pins: 'cdab',
    args: ['--fail-fast'],
    server: { script: always(refusingC) },
    exit: 1,
    requests: 1,
    ledger: [],
    counts: { rejected: 2, 'not sent': 2 },
    says: [/Stopping after the first batch/, /To find the culprits first:\n.*--isolate/],
  },
  {
    name: 'S11 --isolate finds the line',
    batchSize: 8,
    pins: 'abcdefgh',
    args: ['--isolate'],
    server: { script: always(refusingC) },
    exit: 1,
    requests: 7,
    ledger: ['ab', 'd', 'efgh'],
    counts: { accepted: 7, rejected: 1 },
    says: [/Batch 1\.1\.2\.1\/1 {2}REJECTED {2}1 customization {2}pins\.ndjson:3 /],
  },
  {
    name: 'S12 --isolate has a budget, and says nothing wrong beyond it',
    batchSize: 52,
    pins: 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ',
    args: ['--isolate'],
    server: { script: always(answering(422)) },
    exit: 1,
    requests: 65,
    ledger: [],
    counts: { rejected: 52 },
    says: [/52 rejected/],
  },
  {
    name: 'S13 --isolate under raise, a part stored by the first try: what collides is unknown',
    conflict: 'raise',
    batchSize: 4,
    args: ['--isolate'],
    server: { script: always(refusingC), storeMode: 'partial-then-422' },
    exit: 6,
    requests: 7,
    ledger: ['ab', 'd'],
    counts: { accepted: 1, rejected: 1, unknown: 2 },
    says: [/2 customizations may be stored or not/],
  },
  {
    name: '--isolate that is stopped: what the server saw is not called not sent',
    batchSize: 4,
    args: ['--isolate'],
    server: { script: inOrder([refusingC, honestly()], answering(403)), storeMode: 'partial-then-422' },
    exit: 4,
    requests: 3,
    ledger: ['ab', 'ab'],
    counts: { accepted: 2, rejected: 2 },
    says: [/refused the request itself/],
  },
];

const TOO_LARGE: Row[] = [
  {
    name: 'S8 413 halves, and later batches keep to the ceiling',
    batchSize: 4,
    pins: 'abcdefghijkl',
    server: { script: always(tooLargeAbove({ records: 2 })) },
    exit: 0,
    requests: 7,
    ledger: ['ab', 'cd', 'ef', 'gh', 'ij', 'kl'],
    counts: { accepted: 12 },
    says: [/Batch 1\/3: too large for the server; halving it/],
  },
  {
    name: 'S8 the same under raise',
    conflict: 'raise',
    batchSize: 4,
    pins: 'abcdefgh',
    server: { script: always(tooLargeAbove({ records: 2 })) },
    exit: 0,
    requests: 5,
    ledger: ['ab', 'cd', 'ef', 'gh'],
    counts: { accepted: 8 },
    says: [/halving/],
  },
  {
    name: 'S8 a conflict of a half under raise is a conflict, for 413 stores nothing',
    conflict: 'raise',
    batchSize: 4,
    server: { script: always(tooLargeAbove({ records: 2 })), existing: [pin('a')] },
    exit: 1,
    requests: 3,
    ledger: ['cd'],
    counts: { rejected: 2, accepted: 2 },
    says: [/Batch 1\.1\/1 {2}REJECTED/],
  },
  {
    name: 'S10 413 for a single one rejects that one',
    batchSize: 2,
    server: { script: inOrder([answering(413), answering(413)]) },
    exit: 1,
    requests: 5,
    ledger: ['b', 'c', 'd'],
    counts: { rejected: 1, accepted: 3 },
    says: [/Batch 1\.1\/2 {2}REJECTED {2}1 customization {2}pins\.ndjson:1 /],
  },
  {
    name: '413 after a doubt: halves may be sent again where that is harmless',
    batchSize: 2,
    args: ['--resume', 'journal'],
    server: { script: inOrder([applying(resetting()), answering(413)]) },
    exit: 0,
    requests: 6,
    ledger: ['ab', 'a', 'b', 'c', 'd'],
    counts: { accepted: 4 },
    says: [/halving/],
  },
];

const ODD: Row[] = [
  ...[500, 408].flatMap((status): Row[] => [
    {
      name: `S18 ${status} once, though stored`,
      server: { script: [applying(answering(status, HTML))] },
      exit: 0,
      requests: 3,
      ledger: ['ab', 'ab', 'cd'],
      counts: { accepted: 4 },
      says: [/no trustworthy answer, attempt 2/],
    },
    {
      name: `S18 ${status} once under raise, not stored`,
      conflict: 'raise',
      server: { script: [answering(status, HTML)] },
      exit: 6,
      requests: 2,
      ledger: ['cd'],
      counts: { unknown: 2, accepted: 2 },
      says: [new RegExp(`UNKNOWN .*HTTP ${status}`), LOOK_UP],
    },
  ]),
  {
    name: 'S19 503 for ever',
    server: { script: always(answering(503)) },
    exit: 6,
    requests: 5,
    ledger: [],
    counts: { unknown: 2, 'not sent': 2 },
    says: [
      /5 attempts/,
      /no answer that can be trusted/,
      /Sending them again does no harm:\n {4}luigis-pins push/,
    ],
  },
  {
    name: 'S19 503 for ever under raise',
    conflict: 'raise',
    pins: 'abcdef',
    server: { script: always(answering(503)) },
    exit: 6,
    requests: 2,
    ledger: [],
    counts: { unknown: 4, 'not sent': 2 },
    says: [/no answer that can be trusted/, LOOK_UP],
  },
  {
    name: 'two doubts that are not in a row do not stop it',
    conflict: 'raise',
    pins: 'abcdef',
    server: { script: inOrder([answering(500), honestly(), answering(500)]) },
    exit: 6,
    requests: 3,
    ledger: ['cd'],
    counts: { unknown: 4, accepted: 2 },
    says: [LOOK_UP],
  },
  ...[202].map(
    (status): Row => ({
      name: `S25 ${status} is no acceptance`,
      conflict: 'raise',
      server: { script: [answering(status)] },
      exit: 6,
      requests: 2,
      ledger: ['cd'],
      counts: { unknown: 2, accepted: 2 },
      says: [new RegExp(`UNKNOWN .*HTTP ${status}`)],
    }),
  ),
  ...['<html></html>', '{"reason":"no"}'].map(
    (body): Row => ({
      name: `S22 200 with ${JSON.stringify(body)} is no acceptance`,
      conflict: 'raise',
      server: { script: [applying(answering(200, { body }))] },
      exit: 6,
      requests: 2,
      ledger: ['ab', 'cd'],
      counts: { unknown: 2, accepted: 2 },
      says: [LOOK_UP],
    }),
  ),
  ...[
    ['cut short of its length', cutAfter(1, answering(200))],
    ['chunks without an end', chunked(answering(200), 'without-end')],
    ['reset amid the body', cutAfter(1, answering(200), 'reset')],
    ['closed amid the body', cutAfter(1, untilClose(answering(200)))],
    [
      'packed though nobody asked',
      withHeaders([['Content-Encoding', 'gzip']], answering(200, { body: Buffer.from('1f8b', 'hex') })),
    ],
  ].map(
    ([how, step]): Row => ({
      name: `S23 200, ${String(how)}`,
      conflict: 'raise',
      server: { script: [applying(typeof step === 'object' ? step : answering(200))] },
      exit: 6,
      requests: 2,
      ledger: ['ab', 'cd'],
      counts: { unknown: 2, accepted: 2 },
      says: [LOOK_UP],
    }),
  ),
  ...['\uFEFF {"x":1}\n'].map(
    (body): Row => ({
      name: `S21 200 with ${JSON.stringify(body)}`,
      conflict: 'raise',
      server: { script: always(applying(answering(200, { body }))) },
      exit: 0,
      requests: 2,
      ledger: ['ab', 'cd'],
      counts: { accepted: 4 },
      says: [],
    }),
  ),
  {
    name: 'interim answers are passed over',
    conflict: 'raise',
    server: { script: always(continuing(honestly(), [100, 102, 103])) },
    exit: 0,
    requests: 2,
    ledger: ['ab', 'cd'],
    counts: { accepted: 4 },
    says: [],
  },
];

describe('refused', () => {
  test.each(named(REFUSED))('%s', async (_name, row) => {
    await playRow(row);
  });
});

describe('rejected', () => {
  test.each(named(REJECTED))('%s', async (_name, row) => {
    await playRow(row);
  });
});

describe('too large', () => {
  test.each(named(TOO_LARGE))('%s', async (_name, row) => {
    await playRow(row);
  });
});

describe('in doubt', () => {
  test.each(named(ODD))('%s', async (_name, row) => {
    await playRow(row);
  });
});

describe('S20 a redirect is never followed', () => {
  const TARGETS: [status: number, where: string, location: (origin: string) => string | undefined][] = [
    [301, 'to its own origin', () => '/elsewhere'],
    [302, 'to another origin', (origin) => `${origin}/v1/recommender/pin/4711-815/scopes/_bulk`],
    [303, 'to nowhere', () => undefined],
    [307, 'with user info', (origin) => origin.replace('//', '//user:pass@')],
    [308, 'of 10 kB', (origin) => `${origin}/${'x'.repeat(10_000)}`],
  ];
  test.each(TARGETS)('%i %s', async (status, _where, location) => {
    const second = await startServer();
    const { server } = await playRow({
      name: '',
      server: { script: always(redirecting(status, location(second.origin))) },
      exit: 4,
      requests: 1,
      ledger: [],
      counts: { 'not sent': 4 },
      says: [new RegExp(`HTTP ${status}`), /follows no redirect: check --base-url/, GO_ON],
    });
    expect([server.connections().length, second.connections()]).toEqual([1, []]);
  });
});

describe('--concurrency', () => {
  test('has so many requests under way and no more, and every batch arrives once', async () => {
    const { server } = await playRow({
      name: '',
      conflict: 'raise',
      pins: 'abcdefghijkl',
      args: ['--concurrency', '3'],
      server: { script: always({ ...honestly(), manner: { ...honestly().manner, delayMs: 60 } }) },
      exit: 0,
      requests: 6,
      ledger: expect.anything(),
      counts: { accepted: 12 },
      says: [],
    });
    expect(server.mostAtOnce()).toBe(3);
    expect(askedOf(server).sort()).toEqual(['ab', 'cd', 'ef', 'gh', 'ij', 'kl']);
  });

  test('a throttle told to one is kept by all', async () => {
    const { server } = await play({
      pins: 'abcdefgh',
      batchSize: 1,
      args: ['--concurrency', '4'],
      run: { timeFactor: 10 },
      server: { script: inOrder([throttling('5'), throttling('5'), throttling('5'), throttling('5')]) },
    });
    const arrivals = server.requests.map(({ arrivedAtMs }) => arrivedAtMs);
    const throttled = Math.max(...arrivals.slice(0, 4));
    for (const later of arrivals.slice(4)) expect(later - throttled).toBeGreaterThanOrEqual(490);
    expect(server.requests).toHaveLength(12);
  });

  test('a refusal ends all of them', async () => {
    const { result, server } = await play({
      pins: 'abcdefghijklmnop',
      batchSize: 1,
      args: ['--concurrency', '4'],
      server: { script: always(answering(404)) },
    });
    expect(result.code).toBe(4);
    expect(server.requests.length).toBeLessThanOrEqual(4);
    expect(countsOf(result.stdout)).toMatchObject({ accepted: 0, 'not sent': 16 });
  });
});
