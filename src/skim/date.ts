const DASH = 0x2d;
const COLON = 0x3a;
const DAY_LENGTH = '2026-12-01'.length;
const SECOND_LENGTH = '2026-12-24T18:00:00Z'.length;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A number for a second that grows with time, cheaper to make than milliseconds. */
function order(day: number, hours: number, minutes: number, seconds: number): number {
  return ((day * 24 + hours) * 60 + minutes) * 60 + seconds;
}

/** Days counted as if every month had 32. */
function dayOrder(year: number, month: number, day: number): number {
  return (year * 12 + month) * 32 + day;
}

/** What `dateOrder` is for the first whole second that is not before `ms` since the epoch. */
export function orderOf(ms: number): number {
  const date = new Date(Math.ceil(ms / 1000) * 1000);
  const day = dayOrder(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
  return order(day, date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds());
}

/**
 * Orders the dates in bytes `[from, to)` that have one of the commonest shapes,
 * `2026-12-01` and `2026-12-24T18:00:00Z`, as `dateMs` does; NaN for all others.
 */
export function dateOrder(bytes: Uint8Array, from: number, to: number): number {
  if (to - from !== DAY_LENGTH && to - from !== SECOND_LENGTH) return Number.NaN;
  const year = 100 * twoDigits(bytes, from) + twoDigits(bytes, from + 2);
  const month = twoDigits(bytes, from + 5);
  const day = twoDigits(bytes, from + 8);
  // 29 February is left to dateMs.
  if (!(day >= 1 && day <= (DAYS[month - 1] ?? 0))) return Number.NaN;
  if (bytes[from + 4] !== DASH || bytes[from + 7] !== DASH) return Number.NaN;
  if (to - from === DAY_LENGTH) return order(dayOrder(year, month, day), 0, 0, 0);
  const isTime = bytes[from + 10] === 0x54 && bytes[from + 13] === COLON && bytes[from + 16] === COLON;
  const hours = twoDigits(bytes, from + 11);
  const minutes = twoDigits(bytes, from + 14);
  const seconds = twoDigits(bytes, from + 17);
  const isValid = isTime && bytes[from + 19] === 0x5a && hours < 24 && minutes < 60 && seconds < 60;
  return isValid ? order(dayOrder(year, month, day), hours, minutes, seconds) : Number.NaN;
}

function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - 0x30;
  const ones = (bytes[at + 1] ?? 0) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : Number.NaN;
}
