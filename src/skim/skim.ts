import { wasm } from '#skim-code';
import type { Hash } from '../customization/scope-hash.js';

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
  if (code === undefined) return { look() {}, plainBytes: () => 0, lineFeeds: 0, scope: { high: 0, low: 0 } };
  const memory = Buffer.from(code.memory.buffer);
  const words = new Int32Array(code.memory.buffer);
  const found = code.found.value / words.BYTES_PER_ELEMENT;
  const first = code.input.value;
  const last = memory.length - ROOM_BYTES;
  let end = first;

  const scope = {
    get high() {
      return words[found] ?? 0;
    },
    get low() {
      return words[found + 1] ?? 0;
    },
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
      return code.plainBytes(first + from, Math.min(first + to, end));
    },
    get lineFeeds() {
      return words[found + 2] ?? 0;
    },
    scope,
  };
}

function loadCode(): SkimCode | undefined {
  try {
    return new WebAssembly.Instance<SkimCode>(new WebAssembly.Module(Buffer.from(wasm, 'base64'))).exports;
  } catch {
    return undefined;
  }
}
