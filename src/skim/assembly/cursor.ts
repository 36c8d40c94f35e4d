import {
  BACKSLASH,
  CAPITAL_E,
  CR,
  DOT,
  LF,
  MINUS,
  NINE,
  QUOTE,
  SMALL_A,
  SMALL_E,
  SMALL_Z,
  SPACE,
  TAB,
  ZERO,
} from './ascii';
import { escapeLength, sequenceLength } from './sequence';

/** Bytes that are looked at at once. */
const VECTOR_BYTES: i32 = 16;
const MAX_INTEGER_DIGITS: usize = 9;

// A place in a JSON text, which moves on over what is plain. Each of the functions below says whether it did: true means
// that what was moved over is JSON in valid UTF-8, without U+FFFD, without a key twice in one object and without a number
// that readers round. After false the place means nothing, except that `skip` stays where it was.

/** Address of the next byte. */
export let at: usize = 0;
/** Address after the last byte of the text. Bytes may be loaded from there on, but they must not count. */
let end: usize = 0;
/** Where the text of the last string begins, after its quote. */
export let from: usize = 0;
/** Where the text of the last string ends, before its quote. */
export let to: usize = 0;
/** Is the last string written without a backslash? */
export let isVerbatim: bool = false;
/** Line feeds that were moved over. */
export let lineFeeds: i32 = 0;
/** The last number of `skipInteger`. */
export let integer: i32 = 0;

/** Goes to the beginning of a text. */
export function begin(textFrom: usize, textTo: usize): void {
  at = textFrom;
  end = textTo;
  lineFeeds = 0;
}

/** The byte that comes next; 0 at the end. */
export function next(): i32 {
  return at < end ? i32.load8_u(at) : 0;
}

/** The next byte that is not white space; 0 at the end. */
export function peek(): i32 {
  const byte = next();
  return byte > SPACE ? byte : peekFurther();
}

function peekFurther(): i32 {
  for (; at < end; at++) {
    const byte = i32.load8_u(at);
    if (byte === LF) lineFeeds++;
    else if (byte !== SPACE && byte !== CR && byte !== TAB) return byte;
  }
  return 0;
}

/** Moves over white space, and over the byte if it comes next. */
export function skip(byte: i32): bool {
  if (peek() !== byte) return false;
  at++;
  return true;
}

/** Moves over a string, whose text then is in `[from, to)`. */
export function skipString(): bool {
  if (!skip(QUOTE)) return false;
  from = at;
  isVerbatim = true;
  for (let place = at; place < end; ) {
    const odd = oddBytes(v128.load(place));
    if (odd === 0) {
      place += VECTOR_BYTES;
      continue;
    }
    place += ctz(odd);
    if (place >= end) return false;
    const byte = i32.load8_u(place);
    if (byte === QUOTE) {
      to = place;
      at = place + 1;
      return true;
    }
    const length = byte === BACKSLASH ? escapeLength(place) : sequenceLength(place);
    if (length === 0) return false;
    if (byte === BACKSLASH) isVerbatim = false;
    place += length;
  }
  return false;
}

/** Which bytes are a quote, a backslash, a control character or not ASCII: bit n is for the byte number n. */
function oddBytes(bytes: v128): i32 {
  // As signed numbers, bytes beyond ASCII are below the space, too.
  const low = i8x16.lt_s(bytes, i8x16.splat(i8(SPACE)));
  const quotes = i8x16.eq(bytes, i8x16.splat(i8(QUOTE)));
  const backslashes = i8x16.eq(bytes, i8x16.splat(i8(BACKSLASH)));
  return i8x16.bitmask(v128.or(low, v128.or(quotes, backslashes)));
}

/**
 * Moves over white space, and over one of the words, of which none may begin
 * another; its index, or -1. That with the index `guess` is tried first.
 */
export function skipOneOf(words: StaticArray<string>, guess: i32): i32 {
  peek();
  for (let tried = 0; tried < words.length; tried++) {
    const index = (guess + tried) % words.length;
    if (skipWord(unchecked(words[index]))) return index;
  }
  return -1;
}

/** Moves over these letters, which are ASCII, or stays. */
export function skipWord(word: string): bool {
  const length = word.length;
  if (at + length > end) return false;
  // A string's letters have two bytes each.
  const letters = changetype<usize>(word);
  for (let done = 0; done < length; done += VECTOR_BYTES) {
    const wordAt = letters + done * 2;
    const bytes = i8x16.narrow_i16x8_u(v128.load(wordAt), v128.load(wordAt + VECTOR_BYTES));
    const same = i8x16.bitmask(i8x16.eq(bytes, v128.load(at + done)));
    const wanted = length - done < VECTOR_BYTES ? (1 << (length - done)) - 1 : 0xffff;
    if ((same & wanted) !== wanted) return false;
  }
  at += length;
  return true;
}

/** Moves over digits; how many. */
export function skipDigits(): usize {
  const first = at;
  while (isDigit(next())) at++;
  return at - first;
}

/** Moves over the digits of a whole number, which begins with 0 only when it is 0 (RFC 8259, section 6); how many, or 0. */
export function skipWhole(): usize {
  const isZeroFirst = next() === ZERO;
  const digits = skipDigits();
  return isZeroFirst && digits > 1 ? 0 : digits;
}

/** Moves over an integer of at most nine digits, which `integer` then is. */
export function skipInteger(): bool {
  const isNegative = skip(MINUS);
  const first = at;
  const length = skipWhole();
  if (length === 0 || length > MAX_INTEGER_DIGITS) return false;
  if (next() === DOT || isExponent(next())) return false;
  let value = 0;
  for (let digit = first; digit < at; digit++) value = value * 10 + i32.load8_u(digit) - ZERO;
  integer = isNegative ? -value : value;
  return true;
}

/** Moves over what a number or a word is made of, but for a dot; that then is in `[from, to)`. */
export function skipPlainToken(): void {
  from = at;
  while (isDigit(next()) || isSmallLetter(next()) || next() === MINUS) at++;
  to = at;
}

function isSmallLetter(byte: i32): bool {
  return byte >= SMALL_A && byte <= SMALL_Z;
}

function isDigit(byte: i32): bool {
  return byte >= ZERO && byte <= NINE;
}

/** Does the byte begin the exponent of a number? */
export function isExponent(byte: i32): bool {
  return byte === CAPITAL_E || byte === SMALL_E;
}
