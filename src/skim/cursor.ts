import { escapeLength, LONGEST_SEQUENCE, sequenceLength } from './sequence.js';

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;

const MAX_INTEGER_DIGITS = 9;

/**
 * A place in a JSON text, in bytes, which moves on over what is plain. Each of
 * the functions below says whether it did: true means that what was moved over
 * is JSON in valid UTF-8, without U+FFFD, without a key twice in one object and
 * without a number that readers round. After false the place means nothing,
 * except that `skip` stays where it was.
 */
export interface Cursor {
  bytes: Uint8Array;
  /** Index of the next byte. */
  at: number;
  /** Index after the last byte of the text. */
  end: number;
  /** Where the text of the last string begins and ends, between its quotes. */
  from: number;
  to: number;
  /** Is the last string ASCII, and written without a backslash? */
  isVerbatim: boolean;
  /** The last number of `skipInteger`. */
  integer: number;
}

/** A cursor at the end of an empty text. */
export function createCursor(): Cursor {
  return {
    bytes: Buffer.alloc(0),
    at: 0,
    end: 0,
    from: 0,
    to: 0,
    isVerbatim: false,
    integer: 0,
  };
}

/** The byte that comes next; 0 at the end, because a look behind it would make every look slower. */
export function next(json: Cursor): number {
  return json.at < json.end ? (json.bytes[json.at] ?? 0) : 0;
}

/** The next byte that is not white space; 0 at the end. */
export function peek(json: Cursor): number {
  const byte = next(json);
  return byte > SPACE ? byte : peekFurther(json);
}

function peekFurther(json: Cursor): number {
  for (; json.at < json.end; json.at++) {
    const byte = json.bytes[json.at] ?? 0;
    if (byte !== SPACE && byte !== LF && byte !== CR && byte !== TAB) return byte;
  }
  return 0;
}

/** Moves over white space, and over the byte if it comes next. */
export function skip(json: Cursor, byte: number): boolean {
  if (peek(json) !== byte) return false;
  json.at++;
  return true;
}

/** Moves over a string, whose text then is in `[from, to)`. */
export function skipString(json: Cursor): boolean {
  if (!skip(json, QUOTE)) return false;
  const { bytes, at: from, end } = json;
  let isVerbatim = true;
  for (let at = from; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) {
      json.from = from;
      json.to = at;
      json.at = at + 1;
      json.isVerbatim = isVerbatim;
      return true;
    }
    if (byte >= SPACE && byte < 0x80 && byte !== BACKSLASH) continue;
    // A record does not end so soon after a character, but for the last one of an input.
    if (at + LONGEST_SEQUENCE > end) return false;
    const length = byte === BACKSLASH ? escapeLength(bytes, at) : sequenceLength(bytes, at);
    if (length === 0) return false;
    isVerbatim = false;
    at += length - 1;
  }
  return false;
}

/**
 * Moves over one of the words, of which none may begin another; its index, or
 * -1. That with the index `guess` is tried first.
 */
export function skipOneOf(json: Cursor, words: readonly Uint8Array[], guess: number): number {
  peek(json);
  for (let tried = 0; tried < words.length; tried++) {
    const index = (guess + tried) % words.length;
    const letters = words[index];
    if (letters !== undefined && skipWord(json, letters)) return index;
  }
  return -1;
}

/** Moves over these bytes, or stays. */
export function skipWord(json: Cursor, letters: Uint8Array): boolean {
  const { bytes, at, end } = json;
  if (at + letters.length > end) return false;
  for (let letter = 0; letter < letters.length; letter++)
    if (bytes[at + letter] !== letters[letter]) return false;
  json.at = at + letters.length;
  return true;
}

/** Moves over digits; how many. */
export function skipDigits(json: Cursor): number {
  const { bytes, at: first, end } = json;
  let at = first;
  while (at < end && isDigit(bytes[at] ?? 0)) at++;
  json.at = at;
  return at - first;
}

/** Moves over the digits of a whole number, which begins with 0 only when it is 0 (RFC 8259, section 6); how many, or 0. */
export function skipWhole(json: Cursor): number {
  const isZeroFirst = next(json) === ZERO;
  const digits = skipDigits(json);
  return isZeroFirst && digits > 1 ? 0 : digits;
}

/** Moves over an integer of at most nine digits, which `integer` then is. */
export function skipInteger(json: Cursor): boolean {
  const isNegative = peek(json) === MINUS;
  if (isNegative) json.at++;
  const { bytes, at: first } = json;
  const length = skipWhole(json);
  if (length === 0 || length > MAX_INTEGER_DIGITS) return false;
  if (next(json) === DOT || isExponent(next(json))) return false;
  let integer = 0;
  for (let at = first; at < first + length; at++) integer = integer * 10 + (bytes[at] ?? 0) - ZERO;
  json.integer = isNegative ? -integer : integer;
  return true;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

/** Does the byte begin the exponent of a number? */
export function isExponent(byte: number): boolean {
  return byte === 0x45 || byte === 0x65;
}
