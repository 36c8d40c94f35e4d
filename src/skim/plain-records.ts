import type { Hash } from '../customization/scope-hash.js';
import { isBlank } from '../input/scan.js';
import type { Skim } from './record.js';

/** Where plain records are, in order: four words each, the first byte, the number of bytes, and the hash of the scope. */
export type PlainRecords = Int32Array<ArrayBuffer>;

/** A plain record that another thread has found. */
export interface PlainRecord extends Hash {
  readonly bytes: number;
}

/** What a look that found nothing gives. */
export const NO_RECORDS: PlainRecords = new Int32Array();

const WORDS_PER_RECORD = 4;
const LF = 0x0a;
const COMMA = 0x2c;

/**
 * The plain records in a part of an input, of any layout, as far as they can be
 * found from there: what begins a line, or follows another record, may be one.
 */
export function findPlainRecords(bytes: Buffer, skim: Skim): PlainRecords {
  const words: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = skim.plainBytes(bytes, at, bytes.length);
    if (length > 0) {
      words.push(at, length, skim.scope.high, skim.scope.low);
      at += length;
    } else {
      const lf = bytes.indexOf(LF, at);
      at = lf === -1 ? bytes.length : lf;
    }
    while (at < bytes.length && (isBlank(bytes[at]) || bytes[at] === COMMA)) at++;
  }
  return Int32Array.from(words);
}

/** Looks up the record that begins at a byte; to be asked in ascending order. The answer is valid until the next. */
export function createLookup(records: PlainRecords): (from: number) => PlainRecord | undefined {
  const found = { bytes: 0, high: 0, low: 0 };
  let next = 0;
  return (from) => {
    while (next < records.length && (records[next] ?? 0) < from) next += WORDS_PER_RECORD;
    if (records[next] !== from) return undefined;
    found.bytes = records[next + 1] ?? 0;
    found.high = records[next + 2] ?? 0;
    found.low = records[next + 3] ?? 0;
    return found;
  };
}
