import { isUtf8 } from 'node:buffer';
import { type Fault, syntaxFault, tooLongFault, utf8Fault } from './fault.js';
import { createParser } from './parse.js';
import { type ByteWindow, createByteWindow } from './window.js';

/** The longest record that is read, in bytes. */
export const MAX_RECORD_BYTES = 1024 * 1024;

/** Where the bytes of one record are. */
interface RecordPlace {
  /** 1-based line of the first byte. */
  line: number;
  /** How many line feeds stand inside the record. */
  lineFeeds: number;
  /** Bytes from the start of the input. */
  offset: number;
  /** Bytes. */
  length: number;
}

/** One top-level JSON value of the input, not parsed where it is plain; or what stands in its place. */
export type InputRecord = RecordPlace &
  ({ kind: 'plain' } | { kind: 'json'; text: string; value: unknown } | { kind: 'fault'; fault: Fault });

/** Knows records that need not be parsed. */
export interface PlainRecords {
  /** Takes the bytes that it looks at from now on. */
  look(bytes: Uint8Array): void;
  /**
   * Does a JSON object that need not be parsed begin at the index `from` of
   * these bytes? Then it has so many bytes, all of them before `to`; else 0.
   */
  plainBytes(from: number, to: number): number;
  /** Line feeds inside the object that was found last. */
  readonly lineFeeds: number;
}

/** Cuts records off the front of a window, and knows on which line that is. Who reads decides where a record ends. */
export interface RecordCutter {
  readonly window: ByteWindow;
  /** 1-based line of the window's first byte. */
  readonly line: number;
  /** Line feeds in `[from, to)`. */
  linesIn(from: number, to: number): number;
  /** Drops the bytes before `to`. */
  advance(to: number): true;
  /** Emits the bytes before `to` as what is wrong with them. */
  emitFault(to: number, fault: Fault): void;
  /** Emits the bytes before `to` as one record; false, and nothing emitted, when they are not JSON. */
  emitJson(to: number): boolean;
  /** Emits the bytes before `to` as one record, whatever they are. */
  emitRecord(to: number): void;
  /** To be called when the window has grown, before plain records are asked for. */
  look(): void;
  /** Index after the plain record that begins the window and ends before `to`; the window's start when none is known. */
  plainEnd(to: number): number;
  /** Emits the plain record that ends before `to`, and drops it. */
  takePlain(to: number): true;
}

const LF = 0x0a;

/** An empty window, on line 1. */
export function createRecordCutter(emit: (record: InputRecord) => void, plain: PlainRecords): RecordCutter {
  const window = createByteWindow();
  const parse = createParser();
  let line = 1;

  const linesIn = (from: number, to: number) => {
    const { bytes } = window;
    let lines = 0;
    for (let at = from; at < to; at++) if (bytes[at] === LF) lines++;
    return lines;
  };

  const advance = (to: number): true => {
    line += linesIn(window.start, to);
    window.dropTo(to);
    return true;
  };

  const place = (to: number): RecordPlace => ({
    line,
    lineFeeds: window.lineFeed() < to ? linesIn(window.start, to) : 0,
    offset: window.base + window.start,
    length: to - window.start,
  });

  const emitFault = (to: number, fault: Fault) => emit({ kind: 'fault', ...place(to), fault });

  const emitJson = (to: number) => {
    const { bytes, start } = window;
    const text = bytes.toString('utf8', start, to);
    const value = parse(text);
    if (value === undefined) return false;
    // Only a text with U+FFFD can have come from bytes that are not UTF-8.
    if (text.includes('\uFFFD') && !isUtf8(bytes.subarray(start, to))) return false;
    emit({ kind: 'json', ...place(to), text, value });
    return true;
  };

  const emitRecord = (to: number) => {
    if (to - window.start > MAX_RECORD_BYTES) emitFault(to, tooLongFault(MAX_RECORD_BYTES));
    else if (!emitJson(to)) {
      const bytes = window.bytes.subarray(window.start, to);
      if (isUtf8(bytes)) emitFault(to, syntaxFault(bytes.toString('utf8', 0, bytes.length), line));
      else emitFault(to, utf8Fault(bytes, line, window.base + window.start));
    }
  };

  let lookedFrom = 0;

  const look = () => {
    const { bytes, start, end } = window;
    lookedFrom = start;
    plain.look(bytes.subarray(start, end));
  };

  const plainEnd = (to: number) => {
    const { start } = window;
    const length = plain.plainBytes(start - lookedFrom, to - lookedFrom);
    return length > MAX_RECORD_BYTES ? start : start + length;
  };

  const takePlain = (to: number): true => {
    const { base, start } = window;
    const { lineFeeds } = plain;
    emit({ kind: 'plain', line, lineFeeds, offset: base + start, length: to - start });
    line += lineFeeds;
    window.dropTo(to);
    return true;
  };

  return {
    window,
    get line() {
      return line;
    },
    linesIn,
    advance,
    emitFault,
    emitJson,
    emitRecord,
    look,
    plainEnd,
    takePlain,
  };
}
