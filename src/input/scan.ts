const LF = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Space, tab, CR, LF, and RS, the record separator of JSON text sequences (RFC 7464). */
export function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === LF || byte === 0x1e;
}

/**
 * Where a JSON value ends: `complete` with the index after its last byte,
 * `more` when its brackets are still open at `to`, or `broken` at the byte
 * that proves that they never close.
 */
export type Scan =
  | { kind: 'complete'; end: number }
  | { kind: 'more' }
  | { kind: 'broken'; at: number; why: 'string' | 'bracket' | 'record' };

/**
 * Follows the brackets and strings of the object or array that begins at
 * `from`; everything else is the parser's business. Three things prove it
 * broken: a line feed inside a string, a closing bracket of the wrong kind,
 * and an object in the first column of a line where JSON allows none.
 */
export function scanBrackets(bytes: Buffer, from: number, to: number): Scan {
  const open: number[] = [];
  let previous = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) {
      const close = stringEnd(bytes, at, to);
      if (close.kind !== 'complete') return close;
      at = close.end - 1;
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (byte === OPEN_OBJECT && at > from && bytes[at - 1] === LF && !mayOpen(previous, open)) {
        return { kind: 'broken', at, why: 'record' };
      }
      open.push(byte);
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      if (open.pop() !== byte - 2) return { kind: 'broken', at, why: 'bracket' };
      if (open.length === 0) return { kind: 'complete', end: at + 1 };
    }
    if (!isBlank(byte)) previous = byte;
  }
  return { kind: 'more' };
}

/** May an object begin after `previous`, inside the brackets `open`? */
function mayOpen(previous: number, open: readonly number[]): boolean {
  const inArray = open.at(-1) === OPEN_ARRAY;
  return previous === COLON || (inArray && (previous === OPEN_ARRAY || previous === COMMA));
}

/** Where the string whose quote is at `from` ends. */
function stringEnd(bytes: Buffer, from: number, to: number): Scan {
  for (let at = from + 1; at < to; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) return { kind: 'complete', end: at + 1 };
    if (byte === LF) return { kind: 'broken', at, why: 'string' };
    if (byte === BACKSLASH) at++;
  }
  return { kind: 'more' };
}

/** Where the number, word or garbage at `from` ends, inside an array. */
export function scanScalar(bytes: Buffer, from: number, to: number): Scan {
  if (bytes[from] === QUOTE) return stringEnd(bytes, from, to);
  for (let at = from; at < to; at++) {
    const byte = bytes[at];
    if (byte === COMMA || byte === CLOSE_ARRAY || isBlank(byte)) return { kind: 'complete', end: at };
  }
  return { kind: 'more' };
}
