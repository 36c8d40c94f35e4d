import type { Hash } from './scope-hash.js';

/** Finds scopes that come twice over a whole input. */
export interface ScopeIndex {
  has(scope: Hash): boolean;
  /** Notes that the scope with the hash comes at `place` (0 and up); the place where it came first, if it did. */
  add(scope: Hash, place: number): number | undefined;
}

const FIRST_CAPACITY = 1024;
/** Grown at 3/4: between 16 and 32 bytes a scope. */
const MAX_LOAD = 0.75;
const WORDS_PER_ENTRY = 3;

/**
 * An index of scopes by their hashes, in at most 32 bytes a scope. That two of
 * a million different scopes share a hash has a chance of 3 in 10^8.
 */
export function createScopeIndex(): ScopeIndex {
  let capacity = FIRST_CAPACITY;
  /** Triples of hash (two words) and place + 1; 0 in the last means free. */
  let table = new Int32Array(capacity * WORDS_PER_ENTRY);
  let size = 0;

  const slotOf = (high: number, low: number) => {
    let slot = low & (capacity - 1);
    for (;;) {
      const at = slot * WORDS_PER_ENTRY;
      if (table[at + 2] === 0 || (table[at] === high && table[at + 1] === low)) return at;
      slot = (slot + 1) & (capacity - 1);
    }
  };

  const put = (at: number, high: number, low: number, entry: number) => {
    table[at] = high;
    table[at + 1] = low;
    table[at + 2] = entry;
  };

  const grow = () => {
    const old = table;
    capacity *= 2;
    // All of it is used soon, here and there: filled, each page is fetched once, not first when read and again when written.
    table = new Int32Array(capacity * WORDS_PER_ENTRY).fill(0);
    for (let at = 0; at < old.length; at += WORDS_PER_ENTRY) {
      const high = old[at] ?? 0;
      const low = old[at + 1] ?? 0;
      const entry = old[at + 2] ?? 0;
      if (entry !== 0) put(slotOf(high, low), high, low, entry);
    }
  };

  return {
    has: ({ high, low }) => table[slotOf(high, low) + 2] !== 0,
    add({ high, low }, place) {
      const at = slotOf(high, low);
      const entry = table[at + 2] ?? 0;
      if (entry !== 0) return entry - 1;
      put(at, high, low, place + 1);
      size++;
      if (size > capacity * MAX_LOAD) grow();
      return undefined;
    },
  };
}
