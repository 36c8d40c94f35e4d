import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import ndjson from 'ndjson';
import type { ConflictStrategy } from './attempt.js';
import type { Batch } from './batch.js';
import { acquireLock, LockedError, type LockOwner, releaseLock } from './lock.js';
import { RESULTS, type Result } from './policy.js';

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

/** What a journal knows of a batch: how it ended, or that it was halved. `unknown`: sent, and no outcome. */
export type Known = Result | 'split';

/** An append-only record of what was sent and how it ended. Each line is on disk before its method resolves. */
export interface Journal {
  readonly file: string;
  /** What earlier runs wrote of the batch; undefined when nothing, or when it was not sent. */
  known(name: string): Known | undefined;
  /** The names of all batches that it knows. */
  readonly names: readonly string[];
  /** Is the body the one that the journal saw under this name? True for a name that it does not know. */
  matches(batch: Batch): boolean;
  /** Must be awaited before the first byte of an attempt leaves. */
  sending(batch: Batch): Promise<void>;
  /** Must be awaited before the next batch is taken. */
  outcome(batch: Batch, known: Known): Promise<void>;
  close(): Promise<void>;
}

/** Why a journal cannot be used. */
export const JOURNAL_ERROR_CODES = [
  'locked',
  'unreadable',
  'unwritable',
  'corrupt',
  'other-run',
  'changed-input',
] as const;

/** A journal that cannot be used; `detail` says what differs, or the system's words. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
  readonly code: (typeof JOURNAL_ERROR_CODES)[number];
  readonly file: string;
  readonly detail: string;
  constructor(code: JournalError['code'], file: string, detail: string) {
    super(`${file}: ${code}: ${detail}`);
    this.code = code;
    this.file = file;
    this.detail = detail;
  }
}

type Line =
  | ({ type: 'header'; version: 1 } & JournalHeader)
  | { type: 'sending'; batch: string; sha256: string }
  | { type: 'outcome'; batch: string; result: Known };

const NOT_FOLLOWED = constants.O_NOFOLLOW ?? 0;

/**
 * Opens the journal of a run, or begins it. It is locked while open, holds no
 * key, signature or record content, and is readable by this user only. A last
 * line that was cut short by a crash is dropped; anything else odd is refused
 * with `JournalError`.
 */
export async function openJournal(path: string, header: JournalHeader, owner: LockOwner): Promise<Journal> {
  const lock = `${path}.lock`;
  await acquireLock(lock, owner).catch((error: unknown) => {
    if (error instanceof LockedError)
      throw new JournalError('locked', path, `process ${error.pid} is using it (${lock})`);
    throw new JournalError('unwritable', path, words(error));
  });
  try {
    const file = await openFile(path);
    const { lines, bytes } = await readLines(file, path);
    await file.truncate(bytes);
    const batches = replay(lines, header, path);
    const journal = createJournal(file, path, batches, lock);
    if (lines.length === 0) await append(file, path, { type: 'header', version: 1, ...header });
    return journal;
  } catch (error) {
    await releaseLock(lock);
    throw error;
  }
}

interface Entry {
  sha256: string;
  known: Known;
}

function createJournal(file: FileHandle, path: string, batches: Map<string, Entry>, lock: string): Journal {
  return {
    file: path,
    known: (name) => {
      const known = batches.get(name)?.known;
      return known === 'not-sent' ? undefined : known;
    },
    names: [...batches.keys()],
    matches: (batch) => {
      const entry = batches.get(batch.name);
      return entry === undefined || entry.sha256 === sha256(batch.body);
    },
    sending: (batch) =>
      append(file, path, { type: 'sending', batch: batch.name, sha256: sha256(batch.body) }),
    outcome: (batch, known) => append(file, path, { type: 'outcome', batch: batch.name, result: known }),
    async close() {
      await file.close();
      await releaseLock(lock);
    },
  };
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

async function append(file: FileHandle, path: string, line: Line): Promise<void> {
  try {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    const { bytesWritten } = await file.write(bytes);
    if (bytesWritten !== bytes.length) throw new Error('the disk is full');
    await file.datasync();
  } catch (error) {
    throw new JournalError('unwritable', path, words(error));
  }
}

async function openFile(path: string): Promise<FileHandle> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | NOT_FOLLOWED;
  try {
    const file = await open(path, flags, 0o600);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    throw new Error('it is no regular file');
  } catch (error) {
    throw new JournalError('unreadable', path, words(error));
  }
}

/** The whole lines of the file, and how many bytes they are. */
async function readLines(file: FileHandle, path: string): Promise<{ lines: unknown[]; bytes: number }> {
  const content = await file.readFile();
  const bytes = content.lastIndexOf(0x0a) + 1;
  const lines: unknown[] = [];
  try {
    for await (const line of Readable.from([content.subarray(0, bytes)]).pipe(ndjson.parse()))
      lines.push(line);
  } catch {
    throw new JournalError('corrupt', path, `line ${lines.length + 1} is no JSON`);
  }
  // Only the beginning of a line of ours can have been cut short; other text is not ours to drop.
  if (bytes < content.length && content[bytes] !== 0x7b)
    throw new JournalError('corrupt', path, 'it ends in something else');
  return { lines, bytes };
}

function replay(lines: unknown[], header: JournalHeader, path: string): Map<string, Entry> {
  const batches = new Map<string, Entry>();
  lines.forEach((line, at) => {
    const corrupt = (why: string) => new JournalError('corrupt', path, `line ${at + 1} ${why}`);
    if (!isLine(line) || (line.type === 'header') !== (at === 0)) throw corrupt('is none of a journal');
    if (line.type === 'header') compareHeaders(line, header, path);
    else if (line.type === 'sending') batches.set(line.batch, { sha256: line.sha256, known: 'unknown' });
    else {
      const entry = batches.get(line.batch);
      if (entry === undefined) throw corrupt('ends a batch that was never begun');
      entry.known = line.result;
    }
  });
  return batches;
}

function isLine(value: unknown): value is Line {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  if (value.type === 'header') return 'version' in value && value.version === 1;
  if (!('batch' in value) || typeof value.batch !== 'string' || !/^\d+(\.[12])*$/.test(value.batch))
    return false;
  if (value.type === 'sending') return 'sha256' in value && /^[0-9a-f]{64}$/.test(String(value.sha256));
  const known: readonly unknown[] = [...RESULTS, 'split'];
  return value.type === 'outcome' && 'result' in value && known.includes(value.result);
}

const HEADER_NAMES: Record<keyof JournalHeader, string> = {
  tracker: 'tracker',
  origin: 'host',
  strategy: 'conflict strategy',
  batchSize: 'batch size',
  maxBatchBytes: 'largest batch in bytes',
  customizations: 'number of customizations',
  batches: 'number of batches',
};

function compareHeaders(theirs: JournalHeader, ours: JournalHeader, path: string): void {
  for (const field of [
    'tracker',
    'origin',
    'strategy',
    'batchSize',
    'maxBatchBytes',
    'customizations',
    'batches',
  ] as const) {
    if (theirs[field] === ours[field]) continue;
    const detail = `its ${HEADER_NAMES[field]} is ${theirs[field]}, this run's is ${ours[field]}`;
    throw new JournalError('other-run', path, detail);
  }
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
