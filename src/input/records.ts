import { createRecordCutter, type InputRecord, MAX_RECORD_BYTES, type PlainRecords } from './cutter.js';
import {
  arrayCutShortFault,
  arrayFault,
  cutShortFault,
  type Fault,
  tooLongFault,
  unclosedFault,
} from './fault.js';
import { isBlank, scanBrackets, scanScalar } from './scan.js';

/** Cuts bytes into records. */
export interface RecordReader {
  /** Takes the next bytes, in any chunking. */
  push(chunk: Uint8Array): void;
  /** Must follow the last chunk; how long the input was, in bytes and lines. */
  end(): { bytes: number; lines: number };
}

const LF = 0x0a;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

const NONE_PLAIN: PlainRecords = { look() {}, plainBytes: () => 0, lineFeeds: 0 };

/** `values`: NDJSON, one object, or concatenated JSON of any layout. `lost`: the rest cannot be told apart. */
type Form = 'unknown' | 'values' | 'array' | 'array-ended' | 'lost';

/**
 * Reads NDJSON, a JSON array, one object, and concatenated JSON of any layout,
 * told apart by content, and calls `emit` for each record in input order.
 *
 * A line that is JSON by itself is a record, so a broken line spoils that line
 * only; every other record reaches to where its brackets close. A record's
 * place is exact: the bytes there are those of the input, unchanged.
 * What `plain` knows is emitted at once, or asked for as any other.
 */
export function createRecordReader(
  emit: (record: InputRecord) => void,
  plain: PlainRecords = NONE_PLAIN,
): RecordReader {
  const cutter = createRecordCutter(emit, plain);
  const { window, linesIn, advance, emitFault, emitJson, emitRecord, plainEnd, takePlain } = cutter;
  let form: Form = 'unknown';
  let arrayLine = 1;
  let arrayNext: 'element-or-end' | 'element' | 'separator-or-end' = 'element-or-end';
  /** After a record that was given up: drop its rest, to the next line or the next line with "{" first. */
  let dropping: 'nothing' | 'line' | 'record' = 'nothing';
  /** Offset of the line feed of a line that holds several records: it is not tried as one again. */
  let crowdedTo = -1;
  /** Below this many waiting bytes another look is pointless; doubling it keeps scanning linear. */
  let enoughBytes = 0;

  const giveUp = (fault: Fault, to: number, drop: 'line' | 'record') => {
    emitFault(to, fault);
    dropping = drop;
    return true;
  };

  const isTooLong = () => window.end - window.start > MAX_RECORD_BYTES;

  const giveUpTooLong = (drop: 'line' | 'record') =>
    giveUp(tooLongFault(MAX_RECORD_BYTES), window.start, drop);

  /** Index after the last byte before `lineFeed` that is not blank. */
  const lastOfLine = (lineFeed: number) => {
    let last = lineFeed;
    while (last > window.start && isBlank(window.bytes[last - 1])) last--;
    return last;
  };

  const skipBlanks = (from: number) => {
    const { bytes, end } = window;
    let at = from;
    while (at < end && isBlank(bytes[at])) at++;
    return at;
  };

  /** Goes on with dropping. False: more bytes are needed. */
  const dropRest = (atEnd: boolean) => {
    const lf = window.lineFeed();
    if (lf === window.end) return advance(window.end) && atEnd;
    // Whether the next line begins a record shows in its first byte.
    if (lf + 1 === window.end && !atEnd) return false;
    advance(lf + 1);
    if (dropping === 'line' || window.bytes[window.start] === OPEN_OBJECT) dropping = 'nothing';
    return true;
  };

  /** Is what comes after a record its line's end, or another record? Not known when the window ends there. */
  const isFollowed = (from: number) => {
    const { bytes, end } = window;
    let at = from;
    while (at < end && bytes[at] !== LF && isBlank(bytes[at])) at++;
    return at < end && (bytes[at] === LF || bytes[at] === OPEN_OBJECT);
  };

  /** Reads the value that begins the window. False: more bytes are needed. */
  const readValue = (atEnd: boolean) => {
    const { bytes, start, end } = window;
    const plain = plainEnd(end);
    if (plain > start && isFollowed(plain)) return takePlain(plain);
    const lf = window.lineFeed();
    const lineIsWhole = lf < end || atEnd;
    if (bytes[start] !== OPEN_OBJECT) return readLine(lf, lineIsWhole);
    const last = lineIsWhole ? lastOfLine(lf) : start;
    const isLine = last > start && bytes[last - 1] === CLOSE_OBJECT && window.base + lf !== crowdedTo;
    if (isLine && last - start <= MAX_RECORD_BYTES && emitJson(last)) {
      window.dropTo(lf);
      return true;
    }
    return readBrackets(lf, lineIsWhole, atEnd);
  };

  /** Reads the line that begins the window as one record. False: more bytes are needed. */
  const readLine = (lf: number, lineIsWhole: boolean) => {
    if (!lineIsWhole) return isTooLong() && giveUpTooLong('line');
    emitRecord(lastOfLine(lf));
    return advance(lf);
  };

  /** Reads the object that begins the window and is not alone on one line. False: more bytes are needed. */
  const readBrackets = (lf: number, lineIsWhole: boolean, atEnd: boolean) => {
    const { bytes, start, end } = window;
    const scan = scanBrackets(bytes, start, end);
    if (scan.kind === 'complete') {
      const next = skipBlanks(scan.end);
      if (!lineIsWhole && next === end) return false;
      // A comma, say, after the object spoils its line; another object there does not.
      if (scan.end < lf && next < lf && bytes[next] !== OPEN_OBJECT) return readLine(lf, lineIsWhole);
      if (scan.end < lf) crowdedTo = window.base + lf;
      emitRecord(scan.end);
      return advance(scan.end);
    }
    if (scan.kind === 'more') {
      if (isTooLong()) return giveUpTooLong(lf < end ? 'record' : 'line');
      return atEnd && giveUp(cutShortFault, lastOfLine(lf), 'record');
    }
    // Broken on its own line, or by the very next one: that line alone is spoilt.
    if (scan.at <= lf + (scan.why === 'record' ? 1 : 0)) return readLine(lf, lineIsWhole);
    const shownOn = cutter.line + linesIn(start, scan.at);
    return giveUp(unclosedFault(scan.why, shownOn), lastOfLine(lf), 'record');
  };

  /** In an array nothing after a broken place can be told apart. */
  const lose = (fault: Fault) => {
    emitFault(window.start, fault);
    form = 'lost';
    return true;
  };

  /** Reads one element or separator of an array. False: more bytes are needed. */
  const readArray = (atEnd: boolean) => {
    const { bytes, start, end } = window;
    const byte = bytes[start];
    if (byte === CLOSE_ARRAY && arrayNext !== 'element') {
      form = 'array-ended';
      return advance(start + 1);
    }
    if (arrayNext === 'separator-or-end') {
      if (byte !== COMMA) return lose(arrayFault('A comma is missing before this element of the array.'));
      arrayNext = 'element';
      return advance(start + 1);
    }
    if (byte === CLOSE_ARRAY) return lose(arrayFault('A comma stands before the closing "]" of the array.'));
    if (byte === COMMA) return lose(arrayFault('A comma stands where an element of the array belongs.'));
    const plain = plainEnd(end);
    if (plain > start) {
      arrayNext = 'separator-or-end';
      return takePlain(plain);
    }
    const bracketed = byte === OPEN_OBJECT || byte === OPEN_ARRAY;
    const scan = bracketed ? scanBrackets(bytes, start, end) : scanScalar(bytes, start, end);
    if (scan.kind === 'broken') return lose(unclosedFault(scan.why, cutter.line + linesIn(start, scan.at)));
    if (scan.kind === 'more') {
      if (isTooLong()) return lose(tooLongFault(MAX_RECORD_BYTES));
      return atEnd && lose(arrayCutShortFault(arrayLine));
    }
    emitRecord(scan.end);
    arrayNext = 'separator-or-end';
    return advance(scan.end);
  };

  const readStep = (atEnd: boolean): boolean => {
    switch (form) {
      case 'unknown':
        form = window.bytes[window.start] === OPEN_ARRAY ? 'array' : 'values';
        arrayLine = cutter.line;
        return form === 'array' ? advance(window.start + 1) : true;
      case 'values':
        return readValue(atEnd);
      case 'array':
        return readArray(atEnd);
      case 'array-ended':
        return lose(arrayFault('There is text after the end of the array.'));
      case 'lost':
        return advance(window.end);
    }
  };

  const read = (atEnd: boolean) => {
    cutter.look();
    for (;;) {
      if (dropping === 'nothing') advance(skipBlanks(window.start));
      if (window.start === window.end) return;
      if (!(dropping === 'nothing' ? readStep(atEnd) : dropRest(atEnd))) return;
    }
  };

  const skipBom = () => {
    const first = window.bytes.subarray(window.start, Math.min(window.end, BOM.length));
    if (window.base + window.start === 0 && first.equals(BOM)) window.dropTo(BOM.length);
  };

  return {
    push(chunk) {
      window.append(chunk);
      const waiting = window.end - window.start;
      if (window.base + window.start === 0 && waiting < BOM.length) return;
      if (waiting < enoughBytes && waiting <= MAX_RECORD_BYTES) return;
      skipBom();
      read(false);
      enoughBytes = 2 * (window.end - window.start);
    },
    end() {
      skipBom();
      read(true);
      if (form === 'array') lose(arrayCutShortFault(arrayLine));
      return { bytes: window.base + window.end, lines: cutter.line };
    },
  };
}
