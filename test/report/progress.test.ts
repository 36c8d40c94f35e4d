import { describe, expect, test } from 'vitest';
import type { PushEvent } from '../../src/events.js';
import { wantsColour } from '../../src/report/paint.js';
import { createProgress } from '../../src/report/progress.js';

const plan: PushEvent = {
  type: 'plan',
  customizations: 60_000,
  batches: 12,
  bytes: 33_000_000,
  trackerId: '1',
  origin: 'https://x',
  strategy: 'raise',
  dryRun: false,
  acceptedEarlier: 0,
};
const batch = (name: string, count = 5000): PushEvent => ({
  type: 'batch',
  batch: { name, count, bytes: 1, ranges: [] },
  result: 'accepted',
  attempts: 1,
  elapsedMs: 1,
  earlier: false,
  suspicions: [],
});

/** The line after three batches in six seconds, on a terminal of so many columns. */
function lineAfter(columns: number) {
  const progress = createProgress(columns);
  progress.after(plan, 0);
  progress.after(batch('1'), 2000);
  progress.after(batch('2.1', 2500), 3000);
  progress.after(batch('2.2', 2500), 4000);
  return progress.after(batch('3'), 6000);
}

describe('the progress line', () => {
  test('tells batches, customizations, how fast and how long; halves are no batches of their own', () => {
    expect(lineAfter(100)).toBe(
      '█████░░░░░░░░░░░░░░░ 2/12 batches, 15,000/60,000 customizations, 2,500/s, 18.0 s left',
    );
  });

  test.each([
    [60, '2/12 batches, 15,000/60,000 customizations'],
    [40, '2/12 batches, 15,000/60,000'],
    [20, '2/12'],
    [5, ''],
  ])('in %i columns says less, and never a part of a number', (columns, line) => {
    expect(lineAfter(columns)).toBe(line);
  });

  test('tells what was checked, and ends with the work', () => {
    const reading: PushEvent = { type: 'reading', customizations: 12_345, bytes: 6_789_000 };
    expect(createProgress(80).after(reading, 0)).toBe('Checking 12,345 customizations (6.79 MB)');
    expect(createProgress(20).after(reading, 0)).toBe('12,345 checked');
    const progress = createProgress(80);
    progress.after(reading, 0);
    const checked: PushEvent = { type: 'checked', read: 1, invalid: 0, errors: 0, warnings: 0, files: [] };
    expect(progress.after(checked, 0)).toBeUndefined();
  });
});

test.each<[string, boolean, Record<string, string>, boolean, boolean]>([
  ['a terminal', false, {}, true, true],
  ['a pipe', false, {}, false, false],
  ['--no-color', true, { FORCE_COLOR: '1' }, true, false],
  ['NO_COLOR', false, { NO_COLOR: '1' }, true, false],
  ['an empty NO_COLOR, which says nothing', false, { NO_COLOR: '' }, true, true],
  ['FORCE_COLOR in a pipe', false, { FORCE_COLOR: '1' }, false, true],
  ['FORCE_COLOR=0', false, { FORCE_COLOR: '0' }, true, false],
  ['NO_COLOR beside FORCE_COLOR', false, { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  ['TERM=dumb', false, { TERM: 'dumb' }, true, false],
])('colour: %s', (_name, noColor, environment, isTTY, coloured) => {
  expect(wantsColour({ noColor, environment }, isTTY)).toBe(coloured);
});
