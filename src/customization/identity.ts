import type { Customization } from './schema.js';

/**
 * The scope that a customization is for: two with the same key collide, for the
 * API keeps one customization a scope. The order of keys inside criteria does
 * not matter. The key is for comparing, not for reading.
 */
export function scopeKey(customization: Customization): string {
  return `${customization.model}\0${customization.target_type}\0${targetKey(customization)}`;
}

/** What tells targets of one type apart. */
function targetKey({ target_type, target_identity = '', target_criteria }: Customization): string {
  if (target_type === 'item') return target_identity;
  return target_type === 'criteria' ? canonical(target_criteria) : '';
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
  /** Notes the scope of the customization number `ordinal` (0-based); the number of an earlier one with it. */
  add(customization: Customization, ordinal: number): number | undefined;
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
  const hash = createHash64();

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
    add(customization, ordinal) {
      // Part by part: making the key of every customization would take longer than all the rest here.
      hash.begin();
      hash.add(customization.model);
      hash.add(customization.target_type);
      hash.add(targetKey(customization));
      hash.end();
      const known = table[slotOf(hash.high, hash.low) + 2] ?? 0;
      if (known !== 0) return known - 1;
      put(hash.high, hash.low, ordinal + 1);
      size++;
      if (size > capacity * MAX_LOAD) grow();
      return undefined;
    },
  };
}

/** A hash of several texts, in two independent words of 32 bits. */
interface Hash {
  high: number;
  low: number;
  begin(): void;
  add(text: string): void;
  end(): void;
}

/** Two multiplicative hashes of the UTF-16 units, each with an avalanche at the end. */
function createHash64(): Hash {
  const hash: Hash = {
    high: 0,
    low: 0,
    begin() {
      hash.high = 0x9e3779b9;
      hash.low = 0x85ebca6b;
    },
    add(text) {
      let { high, low } = hash;
      for (let at = 0; at <= text.length; at++) {
        // The end of a text counts as a unit that no text has.
        const unit = at === text.length ? 0x10000 : text.charCodeAt(at);
        high = Math.imul(high ^ unit, 0x9e3779b1);
        low = Math.imul(low ^ unit, 0x5f356495);
        low = (low << 13) | (low >>> 19);
      }
      hash.high = high;
      hash.low = low;
    },
    end() {
      let { high, low } = hash;
      high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
      low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
      hash.high = high >>> 0;
      hash.low = low >>> 0;
    },
  };
  return hash;
}
