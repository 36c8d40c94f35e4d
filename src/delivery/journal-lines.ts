import { Readable } from 'node:stream';
import ndjson from 'ndjson';
import { JournalError } from './journal-error.js';
import { RESULTS, type Result } from './policy.js';
import type { ConflictStrategy } from './strategy.js';

/** What a journal belongs to: a run that differs in any of it cannot go on with it. */
export interface JournalHeader {
  tracker: string;
  origin: string;
  strategy: ConflictStrategy;
  batchSize: number;
  maxBatchBytes: number;
  customizations: number;
  batches: number;
}

/** A line of a journal; the first one is the header. */
export type JournalLine =
  | ({ type: 'header'; version: 1 } & JournalHeader)
  | { type: 'sending'; batch: string; sha256: string }
  | { type: 'outcome'; batch: string; result: Result };

/** What a journal tells of one batch. */
export interface JournalEntry {
  sha256: string;
  result: Result;
}

const LF = 0x0a;

/** The whole lines of a journal, and how many bytes they are. Rejects with `JournalError`. */
export async function readLines(content: Buffer, path: string): Promise<{ lines: unknown[]; bytes: number }> {
  const bytes = content.lastIndexOf(LF) + 1;
  const whole = content.subarray(0, bytes);
  const lines: unknown[] = [];
  const corrupt = () => new JournalError('corrupt', path, `line ${lines.length + 1} is no JSON object`);
  try {
    for await (const line of Readable.from([whole]).pipe(ndjson.parse())) lines.push(line);
  } catch {
    throw corrupt();
  }
  // To the reader a null is the end, and an empty line nothing.
  if (lines.length !== whole.reduce((count, byte) => count + Number(byte === LF), 0)) throw corrupt();
  if (!isTorn(content.subarray(bytes).toString(), lines.length === 0 ? ['header'] : ['sending', 'outcome']))
    throw new JournalError('corrupt', path, 'it ends in something else');
  return { lines, bytes };
}

/** Can the text be what a crash left of a line of those types? Other text is not ours to drop. */
function isTorn(text: string, types: readonly JournalLine['type'][]): boolean {
  return types.some((type) => {
    const start = `{"type":"${type}",`;
    return text.startsWith(start.slice(0, text.length));
  });
}

/** What the lines say, batch by batch. Throws `JournalError` when they are not those of a run like this one. */
export function replay(lines: unknown[], header: JournalHeader, path: string): Map<string, JournalEntry> {
  const entries = new Map<string, JournalEntry>();
  const begun = new Set<string>();
  lines.forEach((line, at) => {
    const corrupt = (why: string) => new JournalError('corrupt', path, `line ${at + 1} ${why}`);
    if (!isLine(line) || (line.type === 'header') !== (at === 0)) throw corrupt('is none of a journal');
    if (line.type === 'header') {
      compareHeaders(line, header, path);
      return;
    }
    const { batch } = line;
    if (Number.parseInt(batch, 10) > header.batches) throw corrupt('names a batch that there is not');
    const entry = entries.get(batch);
    if (line.type === 'sending') {
      if (entry !== undefined && entry.sha256 !== line.sha256) throw corrupt('begins a batch of other bytes');
      entries.set(batch, { sha256: line.sha256, result: 'unknown' });
      begun.add(batch);
    } else {
      if (entry === undefined || !begun.delete(batch)) throw corrupt('ends a batch that was not begun');
      entry.result = line.result;
    }
  });
  return entries;
}

function isLine(value: unknown): value is JournalLine {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  if (value.type === 'header') return 'version' in value && value.version === 1;
  if (!('batch' in value) || typeof value.batch !== 'string' || !/^[1-9]\d*(\.[12])*$/.test(value.batch))
    return false;
  if (value.type === 'sending') return 'sha256' in value && /^[0-9a-f]{64}$/.test(String(value.sha256));
  const results: readonly unknown[] = RESULTS;
  return value.type === 'outcome' && 'result' in value && results.includes(value.result);
}

const HEADER_NAMES = {
  tracker: 'tracker',
  origin: 'host',
  strategy: 'conflict strategy',
  batchSize: 'batch size',
  maxBatchBytes: 'largest batch in bytes',
  customizations: 'number of customizations',
  batches: 'number of batches',
} as const satisfies Record<keyof JournalHeader, string>;

function compareHeaders(theirs: JournalHeader, ours: JournalHeader, path: string): void {
  const compare = (field: keyof JournalHeader, code: JournalError['code']) => {
    if (theirs[field] === ours[field]) return;
    const detail = `its ${HEADER_NAMES[field]} is ${theirs[field]}, this run's is ${ours[field]}`;
    throw new JournalError(code, path, detail);
  };
  for (const field of ['tracker', 'origin', 'strategy', 'batchSize', 'maxBatchBytes'] as const)
    compare(field, 'other-run');
  for (const field of ['customizations', 'batches'] as const) compare(field, 'changed-input');
}
