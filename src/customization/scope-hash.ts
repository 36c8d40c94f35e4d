import { targetKey } from './identity.js';
import type { Customization } from './schema.js';

/** 64 bits in two words of 32, signed. */
export interface Hash {
  readonly high: number;
  readonly low: number;
}

/** Hashes what a scope is made of, part by part; the words are there after `end`, until the next `begin`. */
export interface ScopeHasher extends Hash {
  begin(): void;
  add(part: string): void;
  /** Adds the part that the bytes in `[from, to)` are, which must be ASCII. */
  addAscii(bytes: Uint8Array, from: number, to: number): void;
  end(): void;
}

/** Hashes the scope of a customization: its model, its target type, and what tells targets of that type apart. */
export function hashScope(hasher: ScopeHasher, customization: Customization): Hash {
  // Part by part: making the key of every customization would take longer than hashing it.
  hasher.begin();
  hasher.add(customization.model);
  hasher.add(customization.target_type);
  hasher.add(targetKey(customization));
  hasher.end();
  return hasher;
}

/** A unit that no text has: the end of a part. */
const END_OF_PART = 0x10000;

/** Two multiplicative hashes of the UTF-16 units, each with an avalanche at the end. */
export function createScopeHasher(): ScopeHasher {
  // Fields, not accessors: they are read for every record.
  const hasher = { high: 0, low: 0, begin, add, addAscii, end };

  function begin() {
    hasher.high = 0x9e3779b9 | 0;
    hasher.low = 0x85ebca6b | 0;
  }

  function add(part: string) {
    let { high, low } = hasher;
    for (let at = 0; at <= part.length; at++) {
      const unit = at < part.length ? part.charCodeAt(at) : END_OF_PART;
      high = mixHigh(high, unit);
      low = mixLow(low, unit);
    }
    hasher.high = high;
    hasher.low = low;
  }

  function addAscii(bytes: Uint8Array, from: number, to: number) {
    let { high, low } = hasher;
    for (let at = from; at <= to; at++) {
      const unit = at < to ? (bytes[at] ?? 0) : END_OF_PART;
      high = mixHigh(high, unit);
      low = mixLow(low, unit);
    }
    hasher.high = high;
    hasher.low = low;
  }

  function end() {
    let { high, low } = hasher;
    high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
    low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
    hasher.high = high;
    hasher.low = low;
  }

  return hasher;
}

function mixHigh(high: number, unit: number): number {
  return Math.imul(high ^ unit, 0x9e3779b1);
}

function mixLow(low: number, unit: number): number {
  const mixed = Math.imul(low ^ unit, 0x5f356495);
  return (mixed << 13) | (mixed >>> 19);
}
