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
