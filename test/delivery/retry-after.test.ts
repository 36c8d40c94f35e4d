import { expect, test } from 'vitest';
import { parseRetryAfter } from '../../src/delivery/retry-after.js';

const NOW = 'Mon, 23 Nov 2026 14:00:00 GMT';
test.each<[string | undefined, number | undefined]>([
  ['0', 0],
  ['2', 2000],
  ['9999999999', 9_999_999_999_000],
  ['Mon, 23 Nov 2026 14:00:40 GMT', 40_000],
  ['Mon, 23 Nov 2026 13:00:00 GMT', 0],
  ['Fri, 01 Jan 1999 00:00:00 GMT', 0],
  [undefined, undefined],
  ['', undefined],
  ['-1', undefined],
  ['1e3', undefined],
  ['0x10', undefined],
  ['5, 10', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['9'.repeat(10_000), undefined],
])('%j is %s ms', (text, ms) => {
  expect(parseRetryAfter(text, NOW)).toBe(ms);
});

test("a date without the answer's own date tells nothing", () => {
  expect(parseRetryAfter(NOW, undefined)).toBeUndefined();
});
