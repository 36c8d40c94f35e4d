import {
  type Cursor,
  isExponent,
  next,
  peek,
  skip,
  skipDigits,
  skipString,
  skipWhole,
  skipWord,
} from './cursor.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const SMALL_F = 0x66;
const SMALL_N = 0x6e;
const SMALL_T = 0x74;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL = Buffer.from('null');

/** Deeper objects and arrays are not plain. */
const MAX_DEPTH = 8;
/** Objects with more keys are not plain. */
const MAX_KEYS = 16;
/** Numbers with more digits are not plain: a 64-bit floating point number may not hold them. */
const MAX_DIGITS = 15;

/** Hashes of the keys of the objects that are open, by depth. Nothing of it outlives a call. */
const hashes = new Int32Array(MAX_DEPTH * MAX_KEYS);

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

/** Moves over an array, each of whose elements `skipElement` moves over. */
export function skipList(json: Cursor, skipElement: () => boolean): boolean {
  if (!skip(json, OPEN_ARRAY)) return false;
  if (skip(json, CLOSE_ARRAY)) return true;
  do {
    if (!skipElement()) return false;
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
      return depth < MAX_DEPTH && skipList(json, () => skipValue(json, depth + 1));
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
function isNewKey({ bytes, from, to, isVerbatim }: Cursor, depth: number, keys: number): boolean {
  if (keys === MAX_KEYS || !isVerbatim) return false;
  let hash = to - from;
  for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0;
  const first = depth * MAX_KEYS;
  for (let key = first; key < first + keys; key++) if (hashes[key] === hash) return false;
  hashes[first + keys] = hash;
  return true;
}

function skipNumber(json: Cursor): boolean {
  if (next(json) === MINUS) json.at++;
  const whole = skipWhole(json);
  let fraction = 0;
  if (whole === 0) return false;
  if (next(json) === DOT) {
    json.at++;
    fraction = skipDigits(json);
    if (fraction === 0) return false;
  }
  return whole + fraction <= MAX_DIGITS && !isExponent(next(json));
}
