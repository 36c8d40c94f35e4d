import { wasm } from '#skim-code';
import { canonical } from '../customization/identity.js';
import { TARGET_TYPES } from '../customization/schema.js';
import { createScopeHasher, type Hash } from '../customization/scope-hash.js';

/** Looks at records in their bytes, before anything is decoded or parsed. */
export interface Skim {
  /** Takes the bytes that are looked at from now on; what is beyond some megabytes of them is not. */
  look(bytes: Uint8Array): void;
  /**
   * Does a record in which there is certainly nothing to find begin at the
   * index `from` of these bytes? Then it has so many bytes, all of them before
   * `to`; it is JSON and a customization, and neither `validate` nor `lint`
   * says anything about it. 0 only means that they have to look.
   */
  plainBytes(from: number, to: number): number;
  /** Line feeds inside the last plain record. */
  readonly lineFeeds: number;
  /** The hash of the scope of the last plain record: what `hashScope` makes of its customization. */
  readonly scope: Hash;
}

/** What `assembly/record.ts` exports; places are addresses in its memory. */
export interface SkimCode {
  readonly memory: WebAssembly.Memory;
  readonly input: WebAssembly.Global;
  readonly found: WebAssembly.Global;
  setNow(year: number, month: number, day: number, hours: number, minutes: number, seconds: number): void;
  plainBytes(from: number, to: number): number;
}

/** Bytes at the end of the memory that nothing is put into: the code loads so many at a time. */
const ROOM_BYTES = 16;

/**
 * A skim for records that are looked at when it is `nowMs`. Where there is no
 * WebAssembly, or no memory for it, no record is plain. Skims that share code
 * share its memory and its moment: the last one counts.
 */
export function createSkim(nowMs: number, code: SkimCode | undefined = loadCode()): Skim {
  const hasher = createScopeHasher();
  if (code === undefined) return { look() {}, plainBytes: () => 0, lineFeeds: 0, scope: hasher };
  const memory = Buffer.from(code.memory.buffer);
  const words = new Uint32Array(code.memory.buffer);
  const found = code.found.value / words.BYTES_PER_ELEMENT;
  const first = code.input.value;
  const last = memory.length - ROOM_BYTES;
  let end = first;

  const hash = () => {
    const type = TARGET_TYPES[words[found + 2] ?? 0] ?? 'all';
    const targetFrom = words[found + 3] ?? 0;
    const targetTo = words[found + 4] ?? 0;
    hasher.begin();
    hasher.addAscii(memory, words[found] ?? 0, words[found + 1] ?? 0);
    hasher.add(type);
    if (type === 'item') hasher.addAscii(memory, targetFrom, targetTo);
    else if (type === 'all') hasher.add('');
    else hasher.add(canonical(JSON.parse(memory.toString('utf8', targetFrom, targetTo))));
    hasher.end();
  };

  // The second that is not over yet: dates are compared to the second.
  const now = new Date(Math.ceil(nowMs / 1000) * 1000);
  code.setNow(
    now.getUTCFullYear(),
    now.getUTCMonth() + 1,
    now.getUTCDate(),
    now.getUTCHours(),
    now.getUTCMinutes(),
    now.getUTCSeconds(),
  );
  return {
    look(bytes) {
      end = Math.min(first + bytes.length, last);
      memory.set(bytes.subarray(0, end - first), first);
    },
    plainBytes(from, to) {
      const length = code.plainBytes(first + from, Math.min(first + to, end));
      if (length > 0) hash();
      return length;
    },
    get lineFeeds() {
      return words[found + 5] ?? 0;
    },
    scope: hasher,
  };
}

function loadCode(): SkimCode | undefined {
  try {
    return new WebAssembly.Instance<SkimCode>(new WebAssembly.Module(Buffer.from(wasm, 'base64'))).exports;
  } catch {
    return undefined;
  }
}
