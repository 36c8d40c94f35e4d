import { scopeOf } from './identity.js';
import type { Customization } from './schema.js';

/** 64 bits in two words of 32, signed. */
export interface Hash {
  readonly high: number;
  readonly low: number;
}

/** A hash that is being made. */
interface Words {
  high: number;
  low: number;
}

const QUOTE = 0x22;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
/** No code point: the end of a string, a number or a word. */
const END = 0x110000;

/**
 * Hashes the scope of a customization: two words that are the same for two only
 * if their scopes are, but for a chance of 1 in 2^64. `skim/assembly/scope.ts`
 * makes the same words of bytes.
 */
export function hashScope(customization: Customization): Hash {
  const words = begin();
  addValue(words, scopeOf(customization));
  return end(words);
}

function begin(): Words {
  return { high: 0x9e3779b9 | 0, low: 0x85ebca6b | 0 };
}

/** Adds 32 bits to two multiplicative hashes. */
function add(words: Words, bits: number): void {
  words.high = Math.imul(words.high ^ bits, 0x9e3779b1);
  const low = Math.imul(words.low ^ bits, 0x5f356495);
  words.low = (low << 13) | (low >>> 19);
}

/** Lets each bit of both words depend on all bits before. */
function end(words: Words): Hash {
  const { high, low } = words;
  words.high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  words.low =
    Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(words.high ^ (words.high >>> 13), 0xc2b2ae35);
  return words;
}

function addValue(words: Words, value: unknown): void {
  if (typeof value === 'string') {
    add(words, QUOTE);
    addText(words, value);
  } else if (typeof value !== 'object' || value === null) addText(words, String(value));
  else if (Array.isArray(value)) {
    add(words, OPEN_ARRAY);
    for (const element of value) addValue(words, element);
    add(words, CLOSE_ARRAY);
  } else addObject(words, value);
}

/** Adds an object by the sum of its fields' hashes, which has no order. */
function addObject(words: Words, value: object): void {
  let high = 0;
  let low = 0;
  for (const [key, field] of Object.entries(value)) {
    const part = begin();
    addText(part, key);
    addValue(part, field);
    end(part);
    high = (high + part.high) | 0;
    low = (low + part.low) | 0;
  }
  add(words, OPEN_OBJECT);
  add(words, high);
  add(words, low);
}

function addText(words: Words, text: string): void {
  for (let at = 0; at < text.length; at++) {
    const codePoint = text.codePointAt(at) ?? 0;
    // It takes two units.
    if (codePoint > 0xffff) at++;
    add(words, codePoint);
  }
  add(words, END);
}
