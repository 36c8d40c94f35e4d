import { UsageError } from './usage-error.js';

const MIN_BATCH_BYTES = 1024;
const MAX_BATCH_BYTES = 256 * 1024 * 1024;

/** A whole number in a range. Throws `UsageError`. */
export function wholeNumber(flag: string, value: string | number, min: number, max: number): number {
  const number = /^\d+$/.test(String(value)) ? Number(value) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new UsageError(`${flag} is a whole number from ${min} to ${max}, not "${String(value)}".`);
}

/** Milliseconds of a number of seconds in a range. Throws `UsageError`. */
export function seconds(flag: string, value: string | number, min: number, max: number): number {
  const number = /^\d+(\.\d+)?$/.test(String(value)) ? Number(value) : Number.NaN;
  if (number >= min && number <= max) return Math.round(number * 1000);
  throw new UsageError(`${flag} is a number of seconds from ${min} to ${max}, not "${String(value)}".`);
}

const UNITS = {
  '': 1,
  b: 1,
  k: 1024,
  m: 1024 ** 2,
  kb: 1000,
  mb: 1000 ** 2,
  kib: 1024,
  mib: 1024 ** 2,
} as const;

/** Bytes of a size from 1 KiB to 256 MiB, such as `4MiB`, `500 kB` or `1000000`. Throws `UsageError`. */
export function byteSize(flag: string, text: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? [];
  const factor = Object.entries(UNITS).find(([name]) => name === unit.toLowerCase())?.[1];
  const bytes = digits === '' || factor === undefined ? Number.NaN : Math.floor(Number(digits) * factor);
  if (bytes >= MIN_BATCH_BYTES && bytes <= MAX_BATCH_BYTES) return bytes;
  throw new UsageError(`${flag} is a size from 1KiB to 256MiB, such as 4MiB or 500kB, not "${text}".`);
}
