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
  ZERO,
} from './ascii';
import { begin, from, isVerbatim, next, peek, skip, skipPlainToken, skipString, to } from './cursor';
import { codePoint, sequenceLength } from './sequence';

const ASCII_END: i32 = 0x80;
/** No code point: the end of a string, a number or a word. */
const END: i32 = 0x110000;

// The hash that `customization/scope-hash.ts` makes of values, made of their bytes, which are JSON. Each of the functions
// that add a value says whether it did: false means that the value may be written in another way, too.

/** One half of the hash that was made last. */
export let high: i32 = 0;
/** The other half. */
export let low: i32 = 0;

/** Hashes the scope of the model and the target, a string or an object, whose values begin there; 0 is no target. */
export function hashScope(modelFrom: usize, targetFrom: usize, textTo: usize): bool {
  beginHash();
  add(OPEN_ARRAY);
  begin(modelFrom, textTo);
  if (!addValue()) return false;
  if (targetFrom !== 0) {
    begin(targetFrom, textTo);
    if (!addValue()) return false;
  }
  add(CLOSE_ARRAY);
  endHash();
  return true;
}

function beginHash(): void {
  high = 0x9e3779b9;
  low = 0x85ebca6b;
}

function add(bits: i32): void {
  high = i32.mul(high ^ bits, 0x9e3779b1);
  low = rotl(i32.mul(low ^ bits, 0x5f356495), 13);
}

function endHash(): void {
  const mixed = i32.mul(high ^ (high >>> 16), 0x85ebca6b) ^ i32.mul(low ^ (low >>> 13), 0xc2b2ae35);
  low = i32.mul(low ^ (low >>> 16), 0x85ebca6b) ^ i32.mul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  high = mixed;
}

function addValue(): bool {
  switch (peek()) {
    case QUOTE:
      add(QUOTE);
      return addString();
    case OPEN_OBJECT:
      return addObject();
    case OPEN_ARRAY:
      return addArray();
    default:
      return addWord();
  }
}

/** Adds an object by the sum of its fields' hashes, which has no order. */
function addObject(): bool {
  const highBefore = high;
  const lowBefore = low;
  let highSum = 0;
  let lowSum = 0;
  skip(OPEN_OBJECT);
  while (!skip(CLOSE_OBJECT)) {
    beginHash();
    if (!addString() || !skip(COLON) || !addValue()) return false;
    endHash();
    highSum += high;
    lowSum += low;
    skip(COMMA);
  }
  high = highBefore;
  low = lowBefore;
  add(OPEN_OBJECT);
  add(highSum);
  add(lowSum);
  return true;
}

function addArray(): bool {
  add(OPEN_ARRAY);
  skip(OPEN_ARRAY);
  while (!skip(CLOSE_ARRAY)) {
    if (!addValue()) return false;
    skip(COMMA);
  }
  add(CLOSE_ARRAY);
  return true;
}

function addString(): bool {
  if (!skipString() || !isVerbatim) return false;
  addText(from, to);
  return true;
}

/** Adds true, false, null or a whole number; 1.50 is 1.5, and -0 is 0. */
function addWord(): bool {
  skipPlainToken();
  if (next() === DOT || (i32.load8_u(from) === MINUS && i32.load8_u(from, 1) === ZERO)) return false;
  addText(from, to);
  return true;
}

function addText(textFrom: usize, textTo: usize): void {
  for (let place = textFrom; place < textTo; ) {
    const byte = i32.load8_u(place);
    if (byte < ASCII_END) {
      add(byte);
      place++;
    } else {
      const length = sequenceLength(place);
      add(codePoint(place, length));
      place += length;
    }
  }
  add(END);
}
