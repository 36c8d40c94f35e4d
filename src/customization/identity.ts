import type { Customization } from './schema.js';

/**
 * The scope that a customization is for: two with the same key collide, for the
 * API keeps one customization a scope. The order of keys inside criteria does
 * not matter. The key is for comparing, not for reading.
 */
export function scopeKey(customization: Customization): string {
  const { model, target_type, target_identity, target_criteria } = customization;
  switch (target_type) {
    case 'item':
      return `${model}\0item\0${target_identity}`;
    case 'criteria':
      return `${model}\0criteria\0${canonical(target_criteria)}`;
    case 'all':
      return `${model}\0all`;
  }
}

/** JSON with the keys of every object sorted. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(',')}}`;
}

/** Finds scopes that come twice over a whole input. */
export interface ScopeIndex {
  /** Notes that the customization number `ordinal` (0-based) has the scope; the number of an earlier one with it. */
  add(key: string, ordinal: number): number | undefined;
}

const FIRST_CAPACITY = 1024;
/** Grown at 3/4: between 16 and 32 bytes a customization. */
const MAX_LOAD = 0.75;
const WORDS_PER_ENTRY = 3;

/**
 * An index of scopes by a 64-bit hash, in at most 32 bytes a customization.
 * That two of a million different scopes share a hash has a chance of 3 in 10^8.
 */
export function createScopeIndex(): ScopeIndex {
  let capacity = FIRST_CAPACITY;
  /** Triples of hash (two words) and ordinal + 1; 0 in the last means free. */
  let table = new Uint32Array(capacity * WORDS_PER_ENTRY);
  let size = 0;

  const slotOf = (high: number, low: number) => {
    let slot = low & (capacity - 1);
    for (;;) {
      const at = slot * WORDS_PER_ENTRY;
      if (table[at + 2] === 0 || (table[at] === high && table[at + 1] === low)) return at;
      slot = (slot + 1) & (capacity - 1);
    }
  };

  const put = (high: number, low: number, ordinal: number) => {
    const at = slotOf(high, low);
    table[at] = high;
    table[at + 1] = low;
    table[at + 2] = ordinal;
  };

  const grow = () => {
    const old = table;
    capacity *= 2;
    table = new Uint32Array(capacity * WORDS_PER_ENTRY);
    for (let at = 0; at < old.length; at += WORDS_PER_ENTRY) {
      const ordinal = old[at + 2] ?? 0;
      if (ordinal !== 0) put(old[at] ?? 0, old[at + 1] ?? 0, ordinal);
    }
  };

  return {
    add(key, ordinal) {
      const [high, low] = hash64(key);
      const at = slotOf(high, low);
      const known = table[at + 2] ?? 0;
      if (known !== 0) return known - 1;
      table[at] = high;
      table[at + 1] = low;
      table[at + 2] = ordinal + 1;
      size++;
      if (size > capacity * MAX_LOAD) grow();
      return undefined;
    },
  };
}

/** Two independent 32-bit multiplicative hashes of the UTF-16 units, each with an avalanche at the end. */
function hash64(text: string): [high: number, low: number] {
  let a = 0x9e3779b9;
  let b = 0x85ebca6b;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 0x9e3779b1);
    b = Math.imul(b ^ unit, 0x5f356495);
    b = (b << 13) | (b >>> 19);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return [a >>> 0, b >>> 0];
}
