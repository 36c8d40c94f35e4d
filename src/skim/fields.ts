import { type Cursor, skip, skipOneOf, skipString } from './cursor.js';

const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Words as they stand in JSON. */
export function encoded(words: readonly (string | boolean)[]): Uint8Array[] {
  return words.map((word) => Buffer.from(JSON.stringify(word)));
}

/** A set of some of the fields, in bits: that of number n is 1 << n. */
export function setOf<T>(fields: readonly T[], ...some: T[]): number {
  return some.reduce((set, field) => set | (1 << fields.indexOf(field)), 0);
}

/**
 * Moves over an object with these fields only, each at most once, whose values
 * `skipField` moves over; the set of those it has, and 0 where it is not plain.
 */
export function skipFields(
  json: Cursor,
  names: readonly Uint8Array[],
  skipField: (field: number) => boolean,
): number {
  if (!skip(json, OPEN_OBJECT)) return 0;
  let fields = 0;
  let field = -1;
  do {
    // Most records have their fields in the order of the documentation.
    field = skipOneOf(json, names, field + 1);
    const bit = 1 << field;
    if (field === -1 || (fields & bit) !== 0 || !skip(json, COLON) || !skipField(field)) return 0;
    fields |= bit;
  } while (skip(json, COMMA));
  return skip(json, CLOSE_OBJECT) ? fields : 0;
}

/** Moves over a string that is surely not blank. */
export function skipName(json: Cursor): boolean {
  return skipString(json) && json.to > json.from && beginsVisibly(json.bytes[json.from] ?? 0);
}

/** Is it a letter, digit or sign of ASCII, or the first byte of a script without a white space of its own? */
function beginsVisibly(byte: number): boolean {
  return (byte > 0x20 && byte < 0x80 && byte !== BACKSLASH) || (byte > 0xc2 && byte < 0xe0) || byte > 0xe3;
}
