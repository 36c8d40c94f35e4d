import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Action, backoffMs, decide, type Situation } from '../../src/delivery/policy.js';
import { CONFLICT_STRATEGIES, type ConflictStrategy } from '../../src/delivery/strategy.js';
import { type Judgement, VERDICTS } from '../../src/delivery/verdict.js';

const SITUATION: Situation = {
  strategy: 'override',
  count: 10,
  attempts: 1,
  retries: 4,
  doubt: 'none',
  doubtsInARow: 0,
  throttledMs: 0,
  maxWaitMs: 120_000,
  throttles: 1,
  retryAfterMs: undefined,
  clockErrorMs: undefined,
  clockCorrected: false,
  mayIsolate: false,
  failFast: false,
  random: 0.5,
};

const act = (judgement: Judgement, situation: Partial<Situation> = {}): Action =>
  decide(judgement, { ...SITUATION, ...situation });

const rejected: Judgement = { verdict: 'rejected', status: 422 };
const conflict: Judgement = { verdict: 'rejected', status: 409 };
const unauthorized: Judgement = { verdict: 'refused', status: 401 };

/** Each row of the table: verdict, strategies, situation, action. */
type Row = [
  name: string,
  judgement: Judgement,
  strategies: readonly ConflictStrategy[],
  situation: Partial<Situation>,
  action: Action,
];
const ALL = CONFLICT_STRATEGIES;
const REPLAYABLE = ['ignore', 'override'] as const;
const RAISE = ['raise'] as const;

const ROWS: Row[] = [
  ['accepted ends the batch', { verdict: 'accepted' }, ALL, {}, { do: 'finish', result: 'accepted' }],
  [
    'accepted after a doubt is accepted',
    { verdict: 'accepted' },
    ALL,
    { doubt: 'wholly' },
    { do: 'finish', result: 'accepted' },
  ],
  ['rejected ends the batch and not the run', rejected, ALL, {}, { do: 'finish', result: 'rejected' }],
  [
    'rejected ends the run with --fail-fast',
    rejected,
    ALL,
    { failFast: true },
    { do: 'finish', result: 'rejected', stop: 'fail-fast' },
  ],
  [
    'rejected after a doubt is unknown',
    rejected,
    ALL,
    { doubt: 'wholly' },
    { do: 'finish', result: 'unknown' },
  ],
  ['a conflict is rejected', conflict, ALL, {}, { do: 'finish', result: 'rejected' }],
  [
    'a conflict after a doubt is never called a conflict',
    conflict,
    RAISE,
    { doubt: 'wholly' },
    { do: 'finish', result: 'unknown' },
  ],
  [
    'a conflict of a part of a rejected batch is unknown',
    conflict,
    RAISE,
    { doubt: 'partly' },
    { do: 'finish', result: 'unknown' },
  ],
  [
    'a conflict of such a part is rejected where a replay is harmless',
    conflict,
    REPLAYABLE,
    { doubt: 'partly' },
    { do: 'finish', result: 'rejected' },
  ],
  ['rejected is halved with --isolate', rejected, ALL, { mayIsolate: true }, { do: 'split', why: 'isolate' }],
  [
    'a single rejected one is not halved',
    rejected,
    ALL,
    { mayIsolate: true, count: 1 },
    { do: 'finish', result: 'rejected' },
  ],
  [
    'what is in doubt is not sent in halves under raise',
    conflict,
    RAISE,
    { mayIsolate: true, doubt: 'wholly' },
    { do: 'finish', result: 'unknown' },
  ],
  [
    'what is in doubt is sent in halves where a replay is harmless',
    rejected,
    REPLAYABLE,
    { mayIsolate: true, doubt: 'wholly' },
    { do: 'split', why: 'isolate' },
  ],
  ['too large is halved', { verdict: 'too-large' }, ALL, {}, { do: 'split', why: 'too-large' }],
  [
    'a single one that is too large is rejected',
    { verdict: 'too-large' },
    ALL,
    { count: 1 },
    { do: 'finish', result: 'rejected' },
  ],
  [
    'too large for the moment waits as told, too',
    { verdict: 'throttled', status: 413 },
    ALL,
    { retryAfterMs: 20_000 },
    { do: 'retry', afterMs: 21_000, why: 'throttled' },
  ],
  [
    'and is halved when the wait would be longer than allowed',
    { verdict: 'throttled', status: 413 },
    ALL,
    { retryAfterMs: 20_000, throttledMs: 101_000 },
    { do: 'split', why: 'too-large' },
  ],
  [
    'unless it is a single one',
    { verdict: 'throttled', status: 413 },
    ALL,
    { retryAfterMs: 20_000, throttledMs: 101_000, count: 1 },
    { do: 'finish', result: 'not-sent', stop: 'throttled', comeBackMs: 20_000 },
  ],
  [
    'throttled waits as told, and a little more',
    { verdict: 'throttled' },
    ALL,
    { retryAfterMs: 20_000 },
    { do: 'retry', afterMs: 21_000, why: 'throttled' },
  ],
  [
    'throttled without being told backs off',
    { verdict: 'throttled' },
    ALL,
    { throttles: 3 },
    { do: 'retry', afterMs: 2000, why: 'throttled' },
  ],
  [
    'throttled for no time at all backs off too',
    { verdict: 'throttled' },
    ALL,
    { retryAfterMs: 0, random: 0 },
    { do: 'retry', afterMs: 1000, why: 'throttled' },
  ],
  [
    'throttled beyond --max-wait stops',
    { verdict: 'throttled' },
    ALL,
    { retryAfterMs: 120_001 },
    { do: 'finish', result: 'not-sent', stop: 'throttled', comeBackMs: 120_001 },
  ],
  [
    'throttled beyond --max-wait in all stops',
    { verdict: 'throttled' },
    ALL,
    { retryAfterMs: 30_000, throttledMs: 100_000 },
    { do: 'finish', result: 'not-sent', stop: 'throttled', comeBackMs: 30_000 },
  ],
  [
    'throttled after a doubt, for too long, is unknown',
    { verdict: 'throttled' },
    REPLAYABLE,
    { retryAfterMs: 1e9, doubt: 'wholly' },
    { do: 'finish', result: 'unknown', stop: 'throttled', comeBackMs: 1e9 },
  ],
  [
    'unsent is tried again',
    { verdict: 'unsent' },
    ALL,
    {},
    { do: 'retry', afterMs: 500, why: 'unreachable' },
  ],
  [
    'unsent is not tried more often than allowed',
    { verdict: 'unsent' },
    ALL,
    { attempts: 5 },
    { do: 'finish', result: 'not-sent', stop: 'unreachable' },
  ],
  [
    'in doubt is tried again where a replay is harmless',
    { verdict: 'in-doubt' },
    REPLAYABLE,
    { attempts: 2 },
    { do: 'retry', afterMs: 1000, why: 'in-doubt' },
  ],
  [
    'in doubt is not tried again before the server says',
    { verdict: 'in-doubt', status: 503 },
    REPLAYABLE,
    { retryAfterMs: 9000 },
    { do: 'retry', afterMs: 9000, why: 'in-doubt' },
  ],
  [
    'in doubt to the last is unknown and stops',
    { verdict: 'in-doubt' },
    REPLAYABLE,
    { attempts: 5 },
    { do: 'finish', result: 'unknown', stop: 'in-doubt' },
  ],
  [
    'in doubt is never tried again under raise',
    { verdict: 'in-doubt' },
    RAISE,
    {},
    { do: 'finish', result: 'unknown' },
  ],
  [
    'a second doubt in a row stops under raise',
    { verdict: 'in-doubt' },
    RAISE,
    { doubtsInARow: 1 },
    { do: 'finish', result: 'unknown', stop: 'in-doubt' },
  ],
  [
    'a first doubt stops under raise with --fail-fast',
    { verdict: 'in-doubt' },
    RAISE,
    { failFast: true },
    { do: 'finish', result: 'unknown', stop: 'fail-fast' },
  ],
  [
    'refused stops',
    { verdict: 'refused', status: 404 },
    ALL,
    {},
    { do: 'finish', result: 'not-sent', stop: 'refused' },
  ],
  [
    'refused after a doubt is unknown',
    { verdict: 'refused', status: 403 },
    REPLAYABLE,
    { doubt: 'wholly' },
    { do: 'finish', result: 'unknown', stop: 'refused' },
  ],
  [
    '401 with a right clock stops',
    unauthorized,
    ALL,
    { clockErrorMs: 2999 },
    { do: 'finish', result: 'not-sent', stop: 'refused' },
  ],
  [
    '401 that the clock explains is sent once more',
    unauthorized,
    ALL,
    { clockErrorMs: -3000 },
    { do: 'retry', afterMs: 0, why: 'clock' },
  ],
  [
    '401 that the clock explains is not sent a third time',
    unauthorized,
    ALL,
    { clockErrorMs: -3000, clockCorrected: true },
    { do: 'finish', result: 'not-sent', stop: 'refused' },
  ],
  [
    '401 with a clock more than an hour off stops',
    unauthorized,
    ALL,
    { clockErrorMs: 3_600_001 },
    { do: 'finish', result: 'not-sent', stop: 'clock' },
  ],
  [
    '403 is not explained by a clock',
    { verdict: 'refused', status: 403 },
    ALL,
    { clockErrorMs: -9000 },
    { do: 'finish', result: 'not-sent', stop: 'refused' },
  ],
];

describe.each(ALL)('under %s', (strategy) => {
  const rows = ROWS.filter(([, , strategies]) => strategies.includes(strategy));
  test.each(rows)('%s', (_name, judgement, _strategies, situation, action) => {
    expect(act(judgement, { ...situation, strategy })).toEqual(action);
  });
});

describe('whatever the situation', () => {
  const situation = fc.record<Situation>({
    strategy: fc.constantFrom(...ALL),
    count: fc.integer({ min: 1, max: 5000 }),
    attempts: fc.integer({ min: 1, max: 10 }),
    retries: fc.integer({ min: 0, max: 10 }),
    doubt: fc.constantFrom('none', 'partly', 'wholly'),
    doubtsInARow: fc.integer({ min: 0, max: 2 }),
    throttledMs: fc.integer({ min: 0, max: 200_000 }),
    maxWaitMs: fc.integer({ min: 0, max: 200_000 }),
    throttles: fc.integer({ min: 1, max: 10 }),
    retryAfterMs: fc.option(fc.integer({ min: 0, max: 300_000 }), { nil: undefined }),
    clockErrorMs: fc.option(fc.integer({ min: -1e7, max: 1e7 }), { nil: undefined }),
    clockCorrected: fc.boolean(),
    mayIsolate: fc.boolean(),
    failFast: fc.boolean(),
    random: fc.double({ min: 0, max: 0.999, noNaN: true }),
  });
  const judgement = fc.record({
    verdict: fc.constantFrom(...VERDICTS),
    status: fc.constantFrom(401, 403, 409, 413, 422, 429, 500),
  });
  const always = (law: (judgement: Judgement, situation: Situation, action: Action) => void) =>
    fc.assert(
      fc.property(judgement, situation, (j, s) => law(j, s, decide(j, s))),
      { numRuns: 2000 },
    );

  test('nothing in doubt is sent again under raise', () => {
    always(({ verdict }, { strategy, doubt }, action) => {
      if (
        strategy === 'raise' &&
        (verdict === 'in-doubt' || (doubt === 'wholly' && verdict === 'rejected'))
      ) {
        expect(action.do).toBe('finish');
      }
    });
  });

  test('no attempt comes earlier than the server told', () => {
    always(({ verdict }, { retryAfterMs = 0 }, action) => {
      if (action.do === 'retry' && (verdict === 'throttled' || verdict === 'in-doubt')) {
        expect(action.afterMs).toBeGreaterThanOrEqual(retryAfterMs);
      }
    });
  });

  test('no batch waits on throttling for longer than allowed', () => {
    always((_judgement, { throttledMs, maxWaitMs }, action) => {
      if (action.do === 'retry' && action.why === 'throttled')
        expect(throttledMs + action.afterMs).toBeLessThanOrEqual(maxWaitMs);
    });
  });

  test('only an acceptance is called accepted, and what was in doubt only accepted or unknown', () => {
    always(({ verdict }, { doubt }, action) => {
      if (action.do !== 'finish') return;
      expect(action.result === 'accepted').toBe(verdict === 'accepted');
      if (doubt === 'wholly') expect(['accepted', 'unknown']).toContain(action.result);
    });
  });

  test('a single customization is never halved', () => {
    always((_judgement, { count }, action) => {
      if (action.do === 'split') expect(count).toBeGreaterThan(1);
    });
  });
});

describe('backoff', () => {
  test.each([
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [5, 16_000],
    [6, 30_000],
    [60, 30_000],
  ])('before attempt %i + 1 is anything up to %i ms', (attempt, ceilingMs) => {
    expect([backoffMs(attempt, 0), backoffMs(attempt, 0.5), backoffMs(attempt, 1)]).toEqual([
      0,
      ceilingMs / 2,
      ceilingMs,
    ]);
  });
});
