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
  // Fields, not accessors: they are read for every record.
  const window = { bytes: Buffer.alloc(0), start: 0, end: 0, base: 0, append, dropTo, lineFeed };
  let searched = 0;

  const makeRoom = (wantedBytes: number) => {
    const { bytes, start, end } = window;
    const kept = end - start;
    // Room for as much again: each byte is moved a bounded number of times, whatever the chunks' size.
    const isRoomy = bytes.length >= 2 * kept + wantedBytes;
    // More than is wanted now, for a little more is kept next time; memory that is not written to costs nothing.
    const roomy = isRoomy ? bytes : Buffer.allocUnsafe(2 * (kept + wantedBytes));
    bytes.copy(roomy, 0, start, end);
    window.bytes = roomy;
    window.base += start;
    searched = Math.max(0, searched - start);
    window.start = 0;
    window.end = kept;
  };

  function append(chunk: Uint8Array) {
    if (window.bytes.length - window.end < chunk.length) makeRoom(chunk.length);
    window.bytes.set(chunk, window.end);
    window.end += chunk.length;
  }

  function dropTo(to: number) {
    window.start = to;
  }

  function lineFeed() {
    const { bytes, start, end } = window;
    if (searched < start) searched = start;
    if (searched < end && bytes[searched] !== LF) {
      const found = bytes.indexOf(LF, searched);
      searched = found === -1 || found > end ? end : found;
    }
    return searched;
  }

  return window;
}
