import { DATE_PATTERN } from './schema.js';

/** Dates that were read, for pins of one campaign share theirs. */
const knownDates = new Map<string, number>();
const MAX_KNOWN_DATES = 1000;

/** Milliseconds since the epoch of a date of the schema's shape, UTC when it names no zone; NaN for anything else. */
export function dateMs(date: string): number {
  const known = knownDates.get(date);
  if (known !== undefined) return known;
  if (knownDates.size === MAX_KNOWN_DATES) knownDates.clear();
  const ms = parseDate(date);
  knownDates.set(date, ms);
  return ms;
}

const DATE = new RegExp(DATE_PATTERN);

function parseDate(date: string): number {
  if (!DATE.test(date)) return Number.NaN;
  const day = date.slice(0, 10);
  const midnight = new Date(day);
  // A day such as 30 February is moved into March, not refused.
  if (midnight.getUTCDate() !== Number(day.slice(8))) return Number.NaN;
  const [, time, zone = ''] = /^.{10}[T ]([\d:.]+) ?(.*)$/.exec(date) ?? [];
  if (time === undefined) return midnight.getTime();
  const offset = /^([+-]\d\d):?(\d\d)$/.exec(zone);
  return Date.parse(`${day}T${time}${offset ? `${offset[1]}:${offset[2]}` : 'Z'}`);
}

const DASH = 0x2d;
const COLON = 0x3a;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** `dateMs` of the bytes in `[from, to)` for the commonest shapes, `2026-12-01` and `2026-12-24T18:00:00Z`; NaN for all others. */
export function plainDateMs(bytes: Uint8Array, from: number, to: number): number {
  const two = (at: number) => {
    const tens = (bytes[at] ?? 0) - 0x30;
    const ones = (bytes[at + 1] ?? 0) - 0x30;
    return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : Number.NaN;
  };
  const isDay = bytes[from + 4] === DASH && bytes[from + 7] === DASH;
  const year = 100 * two(from) + two(from + 2);
  const month = two(from + 5);
  const day = two(from + 8);
  // Date.UTC takes the years before 100 for others, and 29 February is left to dateMs.
  if (!isDay || !(year >= 100 && day >= 1 && day <= (DAYS[month - 1] ?? 0))) return Number.NaN;
  if (to - from === 10) return Date.UTC(year, month - 1, day);
  const isTime = bytes[from + 10] === 0x54 && bytes[from + 13] === COLON && bytes[from + 16] === COLON;
  if (!isTime || to - from !== 20 || bytes[from + 19] !== 0x5a) return Number.NaN;
  const hours = two(from + 11);
  const minutes = two(from + 14);
  const seconds = two(from + 17);
  if (!(hours < 24 && minutes < 60 && seconds < 60)) return Number.NaN;
  return Date.UTC(year, month - 1, day, hours, minutes, seconds);
}
