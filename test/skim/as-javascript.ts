import type { SkimCode } from '../../src/skim/skim.js';

const MEMORY_BYTES = 1024 * 1024;
const VECTOR_BYTES = 16;

/**
 * What the code of the skim asks of WebAssembly, in JavaScript: so it can be
 * loaded as the TypeScript that it also is, for coverage and a debugger to see
 * its lines. Addresses are places in `memory`; a vector is an array of bytes.
 */
function builtins(memory: Buffer) {
  let used = 0;
  const allocate = (bytes: number) => {
    used += bytes;
    return used - bytes;
  };
  const addresses = new Map<string, number>();
  const lanes = (vector: Uint8Array) => new Uint16Array(vector.buffer, vector.byteOffset, VECTOR_BYTES / 2);
  const vector = (byteAt: (at: number) => number) =>
    Uint8Array.from({ length: VECTOR_BYTES }, (_, at) => byteAt(at));
  const bits = (flags: readonly boolean[]) => flags.reduce((set, flag, at) => set | (flag ? 1 << at : 0), 0);
  const signed = (byte = 0) => (byte << 24) >> 24;

  return {
    memory: { data: (bytes: number) => allocate(Math.ceil(bytes / VECTOR_BYTES) * VECTOR_BYTES) },
    /** The address of a string's letters, two bytes each, in memory that ends with zeros. */
    changetype(text: string) {
      const address = addresses.get(text) ?? allocate(2 * (text.length + VECTOR_BYTES));
      addresses.set(text, address);
      memory.write(text, address, 'utf16le');
      return address;
    },
    unchecked: <T>(value: T) => value,
    ctz: (bits: number) => 31 - Math.clz32(bits & -bits),
    rotl: (word: number, by: number) => (word << by) | (word >>> (32 - by)),
    i8: signed,
    i32: Object.assign((word: number) => word | 0, {
      mul: Math.imul,
      load8_u: (at: number, offset = 0) => memory.readUInt8(at + offset),
      store8: (at: number, byte: number) => memory.writeUInt8(byte, at),
      load: (at: number, offset = 0) => memory.readInt32LE(at + offset),
      store: (at: number, word: number, offset = 0) => memory.writeInt32LE(word, at + offset),
    }),
    v128: {
      load: (at: number) => vector((byte) => memory.readUInt8(at + byte)),
      or: (a: Uint8Array, b: Uint8Array) => vector((at) => (a[at] ?? 0) | (b[at] ?? 0)),
    },
    i8x16: {
      splat: (byte: number) => vector(() => byte),
      eq: (a: Uint8Array, b: Uint8Array) => vector((at) => (a[at] === b[at] ? 0xff : 0)),
      lt_s: (a: Uint8Array, b: Uint8Array) => vector((at) => (signed(a[at]) < signed(b[at]) ? 0xff : 0)),
      bitmask: (a: Uint8Array) => bits(Array.from(a, (byte) => byte > 0x7f)),
      narrow_i16x8_u: (a: Uint8Array, b: Uint8Array) =>
        Uint8Array.from([...lanes(a), ...lanes(b)], (lane) => Math.min(lane, 0xff)),
    },
  };
}

/** The code of the skim as JavaScript: the same lines, but slow. */
export async function loadAsJavaScript(): Promise<SkimCode> {
  const buffer = new ArrayBuffer(MEMORY_BYTES);
  const input = MEMORY_BYTES / 2;
  Object.assign(globalThis, builtins(Buffer.from(buffer)), { __heap_base: input });
  // Not a literal: for the compiler of the rest this is another language.
  const path = '../../src/skim/assembly/record.js';
  const { plainBytes, setNow, found } = await import(path);
  return { memory: { buffer }, input: { value: input }, found: { value: found }, plainBytes, setNow };
}
