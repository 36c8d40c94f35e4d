import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createServerClock, parseHttpDate } from '../../src/delivery/clock.js';

const LOCAL_MS = Date.UTC(2026, 10, 23, 14, 0, 0);

/** Answers of a server whose clock is ahead by `offsetMs`, as seen by a local clock. */
function clockAfter(offsetMs: number, answers = [{ delayMs: 50, atMs: 0 }]) {
  const clock = createServerClock();
  for (const { delayMs, atMs } of answers) {
    const sentMs = LOCAL_MS + atMs;
    const date = new Date(sentMs + delayMs / 2 + offsetMs).toUTCString();
    clock.observe({ date, sentMs, answeredMs: sentMs + delayMs });
  }
  return clock;
}

test('nothing is corrected before the first answer', () => {
  expect(createServerClock()).toMatchObject({ offsetMs: undefined, correctionMs: 0 });
});

test('an offset within what the server tolerates anyway is not corrected', () => {
  expect(clockAfter(600).correctionMs).toBe(0);
});

test.each([3000, -3000, 30_000, -30_000, 600_000, -600_000])(
  'an offset of %i ms is corrected to within a second',
  (offsetMs) => {
    expect(Math.abs(clockAfter(offsetMs).correctionMs - offsetMs)).toBeLessThan(1000);
  },
);

test('an offset of more than an hour is known, and not corrected', () => {
  const clock = clockAfter(2 * 3_600_000);
  expect(clock.correctionMs).toBe(0);
  expect(clock.offsetMs).toBeGreaterThan(7_199_000);
});

test('a clock that is set while the run goes on is followed', () => {
  const clock = clockAfter(30_000);
  clock.observe({
    date: new Date(LOCAL_MS - 60_000).toUTCString(),
    sentMs: LOCAL_MS,
    answeredMs: LOCAL_MS + 10,
  });
  expect(Math.abs(clock.correctionMs + 60_000)).toBeLessThan(1100);
});

test.each([
  ['an answer out of a cache', { date: new Date(LOCAL_MS - 900_000).toUTCString(), age: '900' }],
  ['two dates', { date: 'Mon, 23 Nov 2026 14:00:00 GMT, Mon, 23 Nov 2026 14:00:01 GMT' }],
  ['a date of another form', { date: '2026-11-23T14:00:00Z' }],
  ['no date', {}],
])('%s proves nothing', (_name, headers) => {
  const clock = createServerClock();
  clock.observe({ ...headers, sentMs: LOCAL_MS, answeredMs: LOCAL_MS });
  expect(clock.offsetMs).toBeUndefined();
});

test('the true offset is never further off than the resolution and the delay allow', () => {
  const answer = fc.record({
    delayMs: fc.integer({ min: 0, max: 1000 }),
    atMs: fc.integer({ min: 0, max: 60_000 }),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: -3e6, max: 3e6 }),
      fc.array(answer, { minLength: 1, maxLength: 20 }),
      (offsetMs, answers) => {
        const known = clockAfter(offsetMs, answers).offsetMs ?? Number.NaN;
        expect(Math.abs(known - offsetMs)).toBeLessThanOrEqual(1001);
      },
    ),
  );
});

describe('an HTTP date', () => {
  test('is read', () => {
    expect(parseHttpDate('Mon, 23 Nov 2026 14:00:00 GMT')).toBe(LOCAL_MS);
  });

  test.each([
    '',
    'Mon, 23 Nov 2026 14:00:00 CET',
    'Monday, 23-Nov-26 14:00:00 GMT',
    'Mon Nov 23 14:00:00 2026',
    '5, 10',
    'Mon, 99 Nov 2026 14:00:00 GMT',
  ])('is not %j', (text) => {
    expect(parseHttpDate(text)).toBeUndefined();
  });
});
