import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  DOT,
  MINUS,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  SMALL_F,
  SMALL_N,
  SMALL_T,
} from './ascii';
import {
  from,
  isExponent,
  isVerbatim,
  next,
  peek,
  skip,
  skipDigits,
  skipString,
  skipWhole,
  skipWord,
  to,
} from './cursor';

/** Deeper objects and arrays are not plain. */
const MAX_DEPTH: i32 = 8;
/** Objects with more keys are not plain. */
const MAX_KEYS: i32 = 16;
/** Numbers with more digits are not plain: a 64-bit floating point number may not hold them. */
const MAX_DIGITS: usize = 15;

const HASH_BYTES: i32 = 4;
/** Hashes of the keys of the objects that are open, by depth. Nothing of it outlives a record. */
const hashes = memory.data(8 * 16 * 4);

/** Moves over an object, whatever it holds, at that depth in the text. */
export function skipObject(depth: i32): bool {
  if (depth === MAX_DEPTH || !skip(OPEN_OBJECT)) return false;
  if (skip(CLOSE_OBJECT)) return true;
  let keys = 0;
  do {
    if (!skipString() || !isNewKey(depth, keys++)) return false;
    if (!skip(COLON) || !skipValue(depth + 1)) return false;
  } while (skip(COMMA));
  return skip(CLOSE_OBJECT);
}

/** Moves over an array, whatever it holds, at that depth in the text. */
function skipArray(depth: i32): bool {
  if (depth === MAX_DEPTH || !skip(OPEN_ARRAY)) return false;
  if (skip(CLOSE_ARRAY)) return true;
  do {
    if (!skipValue(depth + 1)) return false;
  } while (skip(COMMA));
  return skip(CLOSE_ARRAY);
}

function skipValue(depth: i32): bool {
  switch (peek()) {
    case QUOTE:
      return skipString();
    case OPEN_OBJECT:
      return skipObject(depth);
    case OPEN_ARRAY:
      return skipArray(depth);
    case SMALL_T:
      return skipWord('true');
    case SMALL_F:
      return skipWord('false');
    case SMALL_N:
      return skipWord('null');
    default:
      return skipNumber();
  }
}

/** Notes the last string as a key, after `keys` others, of the object at that depth; false when it may be one of them. */
function isNewKey(depth: i32, keys: i32): bool {
  if (keys === MAX_KEYS || !isVerbatim) return false;
  let hash: i32 = 0;
  for (let letter = from; letter < to; letter++) hash = rotl(hash, 5) ^ i32.load8_u(letter);
  const first = hashes + depth * MAX_KEYS * HASH_BYTES;
  const end = first + keys * HASH_BYTES;
  for (let key = first; key < end; key += HASH_BYTES) if (i32.load(key) === hash) return false;
  i32.store(end, hash);
  return true;
}

function skipNumber(): bool {
  skip(MINUS);
  const whole = skipWhole();
  if (whole === 0) return false;
  let fraction: usize = 0;
  if (next() === DOT) {
    skip(DOT);
    fraction = skipDigits();
    if (fraction === 0) return false;
  }
  return whole + fraction <= MAX_DIGITS && !isExponent(next());
}
