/** The part of the input that is read but not yet understood. */
export interface ByteWindow {
  /** Holds the bytes; they are valid in `[start, end)` only, until the next `append`. */
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** Offset in the input of `bytes[0]`. */
  readonly base: number;
  append(chunk: Uint8Array): void;
  /** Drops the bytes before the index `to`. */
  dropTo(to: number): void;
  /** Index of the first line feed, or `end` when there is none yet. Each byte is searched once. */
  lineFeed(): number;
}

const LF = 0x0a;

/** An empty window. It grows to what is left undropped, so the longest record bounds its size. */
export function createByteWindow(): ByteWindow {
  let bytes: Buffer = Buffer.alloc(0);
  let start = 0;
  let end = 0;
  let base = 0;
  let searched = 0;

  const makeRoom = (wantedBytes: number) => {
    const kept = end - start;
    // Room for as much again: each byte is moved a bounded number of times, whatever the chunks' size.
    const roomy = bytes.length >= 2 * kept + wantedBytes ? bytes : Buffer.allocUnsafe(2 * kept + wantedBytes);
    bytes.copy(roomy, 0, start, end);
    bytes = roomy;
    base += start;
    searched = Math.max(0, searched - start);
    start = 0;
    end = kept;
  };

  return {
    get bytes() {
      return bytes;
    },
    get start() {
      return start;
    },
    get end() {
      return end;
    },
    get base() {
      return base;
    },
    append(chunk) {
      if (bytes.length - end < chunk.length) makeRoom(chunk.length);
      bytes.set(chunk, end);
      end += chunk.length;
    },
    dropTo(to) {
      start = to;
    },
    lineFeed() {
      if (searched < start) searched = start;
      if (searched < end && bytes[searched] !== LF) {
        const found = bytes.indexOf(LF, searched);
        searched = found === -1 || found > end ? end : found;
      }
      return searched;
    },
  };
}
