const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const SMALL_F = 0x66;
const SMALL_N = 0x6e;
const SMALL_T = 0x74;
const SMALL_U = 0x75;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Deeper objects and arrays are not plain. */
const MAX_DEPTH = 8;
/** Objects with more keys are not plain. */
const MAX_KEYS = 16;
/** Numbers with more digits are not plain: a 64-bit floating point number may not hold them. */
const MAX_DIGITS = 15;
const MAX_INTEGER_DIGITS = 9;
/** Bytes of an escape with four digits. No record ends sooner after a character than that. */
const LONGEST_SEQUENCE = 6;

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
  /** Hashes of the keys of the objects that are open, by depth. */
  readonly keys: Int32Array;
}

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL = Buffer.from('null');

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
    keys: new Int32Array(MAX_DEPTH * MAX_KEYS),
  };
}

/** The byte that comes next; 0 at the end, because a look behind it would make every look slower. */
function next(json: Cursor): number {
  return json.at < json.end ? (json.bytes[json.at] ?? 0) : 0;
}

/** The next byte that is not white space; 0 at the end. */
function peek(json: Cursor): number {
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
function skipWord(json: Cursor, letters: Uint8Array): boolean {
  const { bytes, at, end } = json;
  if (at + letters.length > end) return false;
  for (let letter = 0; letter < letters.length; letter++)
    if (bytes[at + letter] !== letters[letter]) return false;
  json.at = at + letters.length;
  return true;
}

/** Moves over digits; how many. */
function skipDigits(json: Cursor): number {
  const { bytes, at: first, end } = json;
  let at = first;
  while (at < end && isDigit(bytes[at] ?? 0)) at++;
  json.at = at;
  return at - first;
}

function skipNumber(json: Cursor): boolean {
  if (next(json) === MINUS) json.at++;
  const isZeroFirst = next(json) === ZERO;
  const whole = skipDigits(json);
  let fraction = 0;
  if (whole === 0 || (isZeroFirst && whole > 1)) return false;
  if (next(json) === DOT) {
    json.at++;
    fraction = skipDigits(json);
    if (fraction === 0) return false;
  }
  return whole + fraction <= MAX_DIGITS && !isExponent(next(json));
}

/** Moves over an integer of at most nine digits, which `integer` then is. */
export function skipInteger(json: Cursor): boolean {
  const isNegative = peek(json) === MINUS;
  if (isNegative) json.at++;
  const { bytes, at: first } = json;
  const length = skipDigits(json);
  if (length === 0 || length > MAX_INTEGER_DIGITS || (length > 1 && bytes[first] === ZERO)) return false;
  if (next(json) === DOT || isExponent(next(json))) return false;
  let integer = 0;
  for (let at = first; at < first + length; at++) integer = integer * 10 + (bytes[at] ?? 0) - ZERO;
  json.integer = isNegative ? -integer : integer;
  return true;
}

/** Moves over an object, whatever it holds, at that depth in the text. */
export function skipObject(json: Cursor, depth: number): boolean {
  if (depth === MAX_DEPTH || !skip(json, OPEN_OBJECT)) return false;
  if (skip(json, CLOSE_OBJECT)) return true;
  let keys = 0;
  do {
    if (!skipString(json) || !isNewKey(json, depth, keys++)) return false;
    if (!skip(json, COLON) || !skipValue(json, depth + 1)) return false;
  } while (skip(json, COMMA));
  return skip(json, CLOSE_OBJECT);
}

function skipArray(json: Cursor, depth: number): boolean {
  if (depth === MAX_DEPTH || !skip(json, OPEN_ARRAY)) return false;
  if (skip(json, CLOSE_ARRAY)) return true;
  do {
    if (!skipValue(json, depth + 1)) return false;
  } while (skip(json, COMMA));
  return skip(json, CLOSE_ARRAY);
}

function skipValue(json: Cursor, depth: number): boolean {
  switch (peek(json)) {
    case QUOTE:
      return skipString(json);
    case OPEN_OBJECT:
      return skipObject(json, depth);
    case OPEN_ARRAY:
      return skipArray(json, depth);
    case SMALL_T:
      return skipWord(json, TRUE);
    case SMALL_F:
      return skipWord(json, FALSE);
    case SMALL_N:
      return skipWord(json, NULL);
    default:
      return skipNumber(json);
  }
}

/** Notes the last string as a key, after `keys` others, of the object at that depth; false when it may be one of them. */
function isNewKey(
  { bytes, from, to, isVerbatim, keys: hashes }: Cursor,
  depth: number,
  keys: number,
): boolean {
  if (keys === MAX_KEYS || !isVerbatim) return false;
  let hash = to - from;
  for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0;
  const first = depth * MAX_KEYS;
  for (let key = first; key < first + keys; key++) if (hashes[key] === hash) return false;
  hashes[first + keys] = hash;
  return true;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function isExponent(byte: number): boolean {
  return byte === 0x45 || byte === 0x65;
}

/** Bytes of the escape that the backslash at `at` begins (RFC 8259, section 7); 0 when it is none. */
function escapeLength(bytes: Uint8Array, at: number): number {
  const letter = bytes[at + 1] ?? 0;
  if (letter !== SMALL_U) return '"\\/bfnrt'.includes(String.fromCharCode(letter)) ? 2 : 0;
  for (let digit = at + 2; digit < at + 6; digit++) {
    const byte = bytes[digit] ?? 0;
    const small = byte | SPACE;
    if (!isDigit(byte) && (small < 0x61 || small > 0x66)) return 0;
  }
  return 6;
}

/** Bytes of the UTF-8 sequence at `at` (RFC 3629, section 4); 0 when it is broken or may be U+FFFD. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  const second = bytes[at + 1] ?? 0;
  if (lead < 0xc2 || lead === 0xef || lead > 0xf4 || !isContinuation(second)) return 0;
  if (lead < 0xe0) return 2;
  if (!isContinuation(bytes[at + 2] ?? 0)) return 0;
  if (lead < 0xf0) return (lead === 0xe0 && second < 0xa0) || (lead === 0xed && second > 0x9f) ? 0 : 3;
  if (!isContinuation(bytes[at + 3] ?? 0)) return 0;
  return (lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f) ? 0 : 4;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
