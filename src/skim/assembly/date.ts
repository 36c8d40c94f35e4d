import { CAPITAL_T, CAPITAL_Z, COLON, MINUS, NINE, ZERO } from './ascii';

const DAY_LENGTH: usize = 10; // 2026-12-01
const SECOND_LENGTH: usize = 20; // 2026-12-24T18:00:00Z

/** A number that grows with time, of UTC. Months count as if each had 32 days. */
export function order(year: i32, month: i32, day: i32, hours: i32, minutes: i32, seconds: i32): f64 {
  const days = (year * 12 + month) * 32 + day;
  return days * 86_400.0 + ((hours * 60 + minutes) * 60 + seconds);
}

/** The order of a date that has one of the commonest shapes, `2026-12-01` and `2026-12-24T18:00:00Z`; NaN for all others. */
export function dateOrder(from: usize, to: usize): f64 {
  if (to - from !== DAY_LENGTH && to - from !== SECOND_LENGTH) return NaN;
  const century = twoDigits(from);
  const yearOfCentury = twoDigits(from + 2);
  const month = twoDigits(from + 5);
  const day = twoDigits(from + 8);
  if (century < 0 || yearOfCentury < 0 || day < 1 || day > daysOf(month)) return NaN;
  if (i32.load8_u(from, 4) !== MINUS || i32.load8_u(from, 7) !== MINUS) return NaN;
  const year = century * 100 + yearOfCentury;
  if (to - from === DAY_LENGTH) return order(year, month, day, 0, 0, 0);
  if (i32.load8_u(from, 10) !== CAPITAL_T || i32.load8_u(from, 19) !== CAPITAL_Z) return NaN;
  if (i32.load8_u(from, 13) !== COLON || i32.load8_u(from, 16) !== COLON) return NaN;
  const hours = twoDigits(from + 11);
  const minutes = twoDigits(from + 14);
  const seconds = twoDigits(from + 17);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59) return NaN;
  return order(year, month, day, hours, minutes, seconds);
}

/** Days of a month, 0 for none; 29 February is not for here. */
function daysOf(month: i32): i32 {
  switch (month) {
    case 2:
      return 28;
    case 4:
    case 6:
    case 9:
    case 11:
      return 30;
    default:
      return month > 0 && month < 13 ? 31 : 0;
  }
}

/** The number of two digits; -1 when they are none. */
function twoDigits(at: usize): i32 {
  const tens = i32.load8_u(at);
  const ones = i32.load8_u(at, 1);
  if (tens < ZERO || tens > NINE || ones < ZERO || ones > NINE) return -1;
  return (tens - ZERO) * 10 + ones - ZERO;
}
