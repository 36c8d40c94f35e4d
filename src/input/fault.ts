import type { Scan } from './scan.js';
import { explainSyntax } from './syntax.js';

/** Why the bytes of a record are not one JSON value. */
export const FAULT_CODES = [
  'json-syntax',
  'json-unclosed',
  'json-cut-short',
  'array-broken',
  'array-cut-short',
  'record-too-long',
  'invalid-utf8',
] as const;
type FaultCode = (typeof FAULT_CODES)[number];

/** What is wrong with the bytes of a record, and where. */
export interface Fault {
  code: FaultCode;
  message: string;
  hint?: string;
  /** 1-based line of the place, where that is not the record's first line. */
  line?: number;
  /** 1-based, in characters. */
  column?: number;
  /** The piece of the line around the place, and where in it the place is (0-based). */
  excerpt?: Excerpt;
}

/** A piece of a line, and where in it something is (0-based, in UTF-16 units). */
export interface Excerpt {
  text: string;
  at: number;
}

const EXCERPT_BEFORE = 40;
const EXCERPT_AFTER = 30;

/** The piece of the line of `text` around the index `at`, with an ellipsis where it was cut. */
function excerptAt(text: string, at: number): Excerpt {
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const lineFeed = text.indexOf('\n', at);
  const lineEnd = lineFeed === -1 ? text.length : lineFeed;
  const from = Math.max(lineStart, at - EXCERPT_BEFORE);
  const to = Math.min(lineEnd, at + EXCERPT_AFTER);
  const before = `${from > lineStart ? '…' : ''}${text.slice(from, at)}`;
  return { text: `${before}${text.slice(at, to).trimEnd()}${to < lineEnd ? '…' : ''}`, at: before.length };
}

/** The fault of a record that does not parse; `line` is that of its first byte. */
export function syntaxFault(text: string, line: number): Fault {
  const found = explainSyntax(text) ?? { at: 0, message: 'This is not JSON.' };
  const lineStart = text.lastIndexOf('\n', found.at - 1) + 1;
  return {
    code: 'json-syntax',
    message: found.message,
    ...(found.hint !== undefined && { hint: found.hint }),
    line: line + text.slice(0, lineStart).split('\n').length - 1,
    column: charactersIn(text, lineStart, found.at) + 1,
    excerpt: excerptAt(text, found.at),
  };
}

/** Characters between two indices; the two units of a surrogate pair are one. */
function charactersIn(text: string, from: number, to: number): number {
  let characters = 0;
  for (let at = from; at < to; at++) if ((text.charCodeAt(at) & 0xfc00) !== 0xdc00) characters++;
  return characters;
}

/** The fault of bytes that are not UTF-8; `line` and `offset` are those of the first of them in the input. */
export function utf8Fault(bytes: Buffer, line: number, offset: number): Fault {
  const at = invalidUtf8At(bytes);
  const byte = (bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, '0');
  const before = bytes.toString('utf8', 0, at);
  return {
    code: 'invalid-utf8',
    message: `The byte 0x${byte} at offset ${offset + at} of the input is not UTF-8.`,
    hint: 'Save the file as UTF-8, or convert it: iconv -f WINDOWS-1250 -t UTF-8 FILE > pins.ndjson (or WINDOWS-1252)',
    line: line + before.split('\n').length - 1,
    column: [...before.slice(before.lastIndexOf('\n') + 1)].length + 1,
    excerpt: excerptAt(bytes.toString('utf8', 0, bytes.length), before.length),
  };
}

/** Index of the first byte that no UTF-8 text has there. */
function invalidUtf8At(bytes: Buffer): number {
  const decoded = bytes.toString('utf8', 0, bytes.length);
  let at = 0;
  for (const character of decoded) {
    const encoded = Buffer.from(character);
    if (!encoded.equals(bytes.subarray(at, at + encoded.length))) return at;
    at += encoded.length;
  }
  return at;
}

/** The fault of a record over the limit. */
export const tooLongFault = (limitBytes: number): Fault => ({
  code: 'record-too-long',
  message: `The record is longer than ${limitBytes} bytes.`,
  hint: 'Is a line break missing, or a bracket never closed?',
});

/** The fault of a record of several lines whose brackets do not close; `line` is where that shows. */
export function unclosedFault(why: Extract<Scan, { kind: 'broken' }>['why'], line: number): Fault {
  const shown = {
    string: `a string on line ${line} is not closed`,
    bracket: `line ${line} closes a bracket of another kind`,
    record: `line ${line} begins the next record`,
  }[why];
  return {
    code: 'json-unclosed',
    message: `The record that begins here never closes: ${shown}.`,
    hint: 'Look for a missing bracket or quote between the two.',
  };
}

/** The fault of a record that is still open where the input ends. */
export const cutShortFault: Fault = {
  code: 'json-cut-short',
  message: 'The record that begins here is still open where the input ends.',
  hint: 'The input was cut short, or a closing bracket is missing.',
};

/** The fault of an array whose elements cannot be told apart from here on. */
export const arrayFault = (message: string): Fault => ({
  code: 'array-broken',
  message,
  hint: 'What follows in this array was not read.',
});

/** The fault of an array that is still open where the input ends. */
export const arrayCutShortFault = (line: number): Fault => ({
  code: 'array-cut-short',
  message: `The array that begins on line ${line} is still open where the input ends.`,
  hint: 'The input was cut short, or the closing "]" is missing.',
});
