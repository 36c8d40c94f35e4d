import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dateMs } from '../../src/customization/dates.js';
import { dateOrder, orderOf } from '../../src/skim/date.js';

const orderOfText = (text: string) => dateOrder(Buffer.from(`"${text}"`), 1, text.length + 1);
const two = (max: number) => fc.integer({ min: 0, max }).map((number) => String(number).padStart(2, '0'));

/** Of the two shapes, mostly real: now and then a month or an hour too many. */
const date = fc
  .tuple(
    fc.integer({ min: 1999, max: 2031 }),
    two(13),
    two(32),
    fc.option(fc.tuple(two(24), two(60), two(60)), { freq: 3 }),
  )
  .map(([year, month, day, time]) => `${year}-${month}-${day}${time === null ? '' : `T${time.join(':')}Z`}`);

test('dates are in the order of their milliseconds, and what is no date is none', () => {
  let compared = 0;
  fc.assert(
    fc.property(date, date, (one, other) => {
      const orders = [orderOfText(one), orderOfText(other)];
      const ms = [dateMs(one), dateMs(other)];
      orders.forEach((order, at) => {
        if (Number.isNaN(ms[at])) expect(order).toBeNaN();
      });
      if (orders.some(Number.isNaN)) return;
      compared++;
      const [a = 0, b = 0, aMs = 0, bMs = 0] = [...orders, ...ms];
      expect(Math.sign(a - b)).toBe(Math.sign(aMs - bMs));
    }),
    { numRuns: 3000 },
  );
  expect(compared).toBeGreaterThan(300);
});

test.each([-1, 0, 1, 999, 1000])(
  'a date is not before a moment %i ms from it exactly if its milliseconds are not',
  (apart) => {
    const text = '2026-11-23T12:00:00Z';
    const nowMs = dateMs(text) + apart;
    expect(orderOfText(text) >= orderOf(nowMs)).toBe(dateMs(text) >= nowMs);
  },
);

test.each(['2026-12-01', '2026-02-28', '2026-12-24T18:00:00Z', '2026-12-31T23:59:59Z'])(
  '%s is read',
  (text) => {
    expect(orderOfText(text)).not.toBeNaN();
  },
);

test.each([
  '',
  '2026-12-1',
  '2026/12/01',
  '2026-12-24T18:00Z',
  '2026-12-24 18:00:00Z',
  '2026-12-24T18:00:00+',
])('%j is left to others', (text) => {
  expect(orderOfText(text)).toBeNaN();
});
