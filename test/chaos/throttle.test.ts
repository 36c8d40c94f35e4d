import { describe, expect, test } from 'vitest';
import { named, play, playRow, type Row } from './scenario.js';
import {
  always,
  answering,
  applying,
  dated,
  honestly,
  inOrder,
  type Step,
  throttling,
  withHeaders,
} from './step.js';

const from = (ms: number) => new Date(Date.now() + ms).toUTCString();
/** 503 with `Retry-After`. */
const unavailable = (seconds: string) => answering(503, { headers: [['Retry-After', seconds]] });
/** 413 with `Retry-After`. */
const tooLargeNow = (seconds: string) => answering(413, { headers: [['Retry-After', seconds]] });
/** 429 that gives a date, `afterMs` after its own `Date`. */
const throttledUntil = (afterMs: number, clockMs = 0): Step =>
  withHeaders(
    [
      ['Date', from(clockMs)],
      ['Retry-After', from(clockMs + afterMs)],
    ],
    throttling(),
  );

/** What is waited before the second request, at least and at most. */
type Wait = [name: string, step: Step, atLeastMs: number, atMostMs: number, clockOffsetMs?: number];
const WAITS: Wait[] = [
  ['S14 Retry-After: 2', throttling('2'), 2000, 2200],
  ['S14 Retry-After: 0 is no spin', throttling('0'), 1000, 1100],
  ['S14 no Retry-After', throttling(), 1000, 1100],
  ['S14 a date', throttledUntil(40_000), 40_000, 44_000],
  ['S16 a date by a clock that is ahead', throttledUntil(40_000, 3_500_000), 40_000, 44_000, 3_500_000],
  ['S15 a date that is past', throttledUntil(-60_000), 1000, 1100],
  ['S15 a date without the date of the answer', dated('none', throttling(from(60_000))), 1000, 1100],
  ...['-1', '9'.repeat(10_000)].map(
    (text): Wait => [`S15 Retry-After: ${text.slice(0, 12)}`, throttling(text), 1000, 1100],
  ),
  ['S10 413 with Retry-After', tooLargeNow('9'), 9000, 9900],
  ['503 with Retry-After, though stored', applying(unavailable('9')), 9000, 9000],
];

describe('a wait that is told is kept, and an odd one is not believed', () => {
  test.each(WAITS)('%s', async (_name, step, atLeastMs, atMostMs, clockOffsetMs = 0) => {
    const { result, server } = await play({
      server: { script: inOrder([step]), clockOffsetMs },
      run: { timeFactor: 1000 },
    });
    expect(result.code).toBe(0);
    expect(server.requests).toHaveLength(3);
    expect(result.waits).toHaveLength(1);
    expect(result.waits[0]).toBeGreaterThanOrEqual(atLeastMs);
    expect(result.waits[0]).toBeLessThanOrEqual(atMostMs);
  });

  test('under raise the batch after a 503 waits for it, though the one in doubt is not sent again', async () => {
    const { result, server } = await play({
      conflict: 'raise',
      server: { script: inOrder([unavailable('30')]) },
      run: { timeFactor: 1000 },
    });
    expect([result.code, result.waits, server.requests.length]).toEqual([6, [30_000], 2]);
  });

  test('under raise nobody waits for it after the last batch', async () => {
    const { result } = await play({
      conflict: 'raise',
      batchSize: 4,
      server: { script: inOrder([unavailable('100')]) },
      run: { timeFactor: 1 },
    });
    expect(result.code).toBe(6);
    expect(result.tookMs).toBeLessThan(10_000);
  });

  test('C7 after a wait date and signature are new', async () => {
    const { result, server } = await play({
      server: { script: inOrder([throttling('110')]) },
      run: { timeFactor: 50 },
    });
    expect(result.code).toBe(0);
    expect(server.requests.map(({ dateAgeMs = 9e9 }) => dateAgeMs < 2000)).toEqual([true, true, true]);
    const signatures = server.requests.map(({ headers }) =>
      headers.find(([name]) => name === 'Authorization'),
    );
    expect(signatures[0]).not.toEqual(signatures[1]);
  });
});

const STOPS: Row[] = [
  {
    name: 'S15 longer than --max-wait: at once',
    conflict: 'raise',
    server: { script: always(throttling('3600')) },
    exit: 5,
    requests: 1,
    ledger: [],
    counts: { 'not sent': 4 },
    says: [/asks to come back in 1 h 0 min/, /4 were not sent\. .*[Gg]o on with:\n {4}luigis-pins push/],
  },
  {
    name: 'S15 longer than any timer',
    server: { script: always(throttling('9999999999')) },
    exit: 5,
    requests: 1,
    ledger: [],
    counts: { 'not sent': 4 },
    says: [/come back in \d+ h/],
  },
  {
    name: 'S17 for ever: until --max-wait is used up',
    server: { script: inOrder([honestly()], throttling('4')) },
    args: ['--max-wait', '10'],
    run: { timeFactor: 1000 },
    exit: 5,
    requests: 4,
    ledger: ['ab'],
    counts: { accepted: 2, 'not sent': 2 },
    says: [
      /come back in 4\.0 s/,
      /2 were not sent\. .*[Gg]o on with:\n {4}luigis-pins push pins\.ndjson --conflict override/,
    ],
  },
  {
    name: 'S10 413 that asks for more than --max-wait, for a single one',
    pins: 'a',
    server: { script: always(tooLargeNow('3600')) },
    exit: 5,
    requests: 1,
    ledger: [],
    counts: { 'not sent': 1 },
    says: [/come back in 1 h 0 min/, /413: the server takes no request of this size for the moment/],
  },
  {
    name: '--max-wait 0 stops at the first throttle',
    server: { script: always(throttling()) },
    args: ['--max-wait', '0'],
    exit: 5,
    requests: 1,
    ledger: [],
    counts: { 'not sent': 4 },
    says: [/still throttles/, /4 were not sent\. .*[Gg]o on with:/],
  },
  {
    name: 'under raise, after a part was accepted, the same command would collide',
    conflict: 'raise',
    server: { script: inOrder([honestly()], throttling('3600')) },
    exit: 5,
    requests: 2,
    ledger: ['ab'],
    counts: { accepted: 2, 'not sent': 2 },
    says: [
      /asks to come back in 1 h 0 min/,
      /2 were not sent\. .*[Gg]o on with:\n {4}luigis-pins push pins\.ndjson --conflict ignore/,
    ],
  },
  {
    name: '503 that asks for more than --max-wait',
    server: { script: always(unavailable('3600')) },
    exit: 6,
    requests: 1,
    ledger: [],
    counts: { unknown: 2, 'not sent': 2 },
    says: [
      /asks to come back in 1 h 0 min/,
      /2 customizations may be stored or not\..* Sending them again does no harm/,
    ],
  },
  {
    name: '503 that asks for more than --max-wait, under raise',
    conflict: 'raise',
    server: { script: always(unavailable('3600')) },
    exit: 6,
    requests: 1,
    ledger: [],
    counts: { unknown: 2, 'not sent': 2 },
    says: [/asks to come back in 1 h 0 min/, /This stores them where they are missing/],
  },
  {
    name: '--retries 0 tries once, and waits nevertheless when throttled',
    args: ['--retries', '0'],
    server: { script: inOrder([throttling('1')], answering(500)) },
    exit: 6,
    requests: 2,
    ledger: [],
    counts: { unknown: 2, 'not sent': 2 },
    says: [/2 attempts/],
  },
];

test('S10 413 that asks for more than --max-wait is halved at once', async () => {
  const { result } = await playRow({
    name: '',
    conflict: 'raise',
    batchSize: 4,
    server: { script: inOrder([tooLargeNow('3600')]) },
    exit: 0,
    requests: 3,
    ledger: ['ab', 'cd'],
    counts: { accepted: 4 },
    says: [/Batch 1\/1: too large for the server; halving it/],
  });
  expect(result.waits).toEqual([]);
});

describe('beyond --max-wait the run stops and says when to come back', () => {
  test.each(named(STOPS))('%s', async (_name, row) => {
    await playRow(row);
  });
});
