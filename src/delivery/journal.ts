import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { systemError } from '../system-error.js';
import type { Batch } from './batch.js';
import { syncDirectoryOf } from './directory.js';
import { JournalError } from './journal-error.js';
import {
  type JournalEntry,
  type JournalHeader,
  type JournalLine,
  readLines,
  replay,
} from './journal-lines.js';
import { acquireLock, LockedError, type LockOwner, releaseLock } from './lock.js';
import type { Result } from './policy.js';

export type { JournalHeader } from './journal-lines.js';

/** An append-only record of what was sent and how it ended. Each line is on disk before its method resolves. */
export interface Journal {
  readonly file: string;
  /** How the batch ended in earlier runs, `unknown` when it was sent and nothing is known; undefined when nothing of it was sent. */
  known(name: string): Exclude<Result, 'not-sent'> | undefined;
  /** Did earlier runs go on with its halves? */
  isHalved(name: string): boolean;
  /** Does it know anything of the batch with the 1-based number, or of a part of it? */
  mentions(index: number): boolean;
  /** The names of all batches that it knows. */
  readonly names: readonly string[];
  /** Is the body the one that the journal saw under this name? True for a name that it does not know. */
  matches(batch: Batch): boolean;
  /** Must be awaited before the first byte of an attempt leaves. */
  sending(batch: Batch): Promise<void>;
  /** Follows `sending`; must be awaited before the next batch is taken. */
  outcome(batch: Batch, result: Result): Promise<void>;
  close(): Promise<void>;
}

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
      throw new JournalError(
        'locked',
        path,
        `${error.pid === undefined ? 'another process' : `process ${error.pid}`} is using it (${lock})`,
      );
    throw new JournalError('unwritable', path, systemError(error).message);
  });
  try {
    return await openLocked(path, header, () => releaseLock(lock));
  } catch (error) {
    await releaseLock(lock);
    throw error;
  }
}

async function openLocked(
  path: string,
  header: JournalHeader,
  unlock: () => Promise<void>,
): Promise<Journal> {
  const file = await openFile(path);
  try {
    const { lines, bytes } = await readLines(await file.readFile(), path);
    const entries = replay(lines, header, path);
    const append = createAppender(file, path, bytes);
    if (lines.length === 0) {
      await append({ type: 'header', version: 1, ...header });
      await syncDirectoryOf(path);
    }
    const close = async () => {
      await file.close();
      await unlock();
    };
    return createJournal(path, entries, append, close);
  } catch (error) {
    await file.close();
    throw error;
  }
}

function createJournal(
  path: string,
  entries: ReadonlyMap<string, JournalEntry>,
  append: (line: JournalLine) => Promise<void>,
  close: () => Promise<void>,
): Journal {
  const halved = new Set([...entries.keys()].flatMap(wholes));
  const known = (name: string) => {
    const result = entries.get(name)?.result;
    return result === 'not-sent' ? undefined : result;
  };
  const isHalved = (name: string) => halved.has(name);
  return {
    file: path,
    known,
    isHalved,
    mentions: (index) => known(String(index)) !== undefined || isHalved(String(index)),
    names: [...entries.keys()],
    matches: (batch) => {
      const entry = entries.get(batch.name);
      return entry === undefined || entry.sha256 === sha256(batch.body);
    },
    sending: (batch) => append({ type: 'sending', batch: batch.name, sha256: sha256(batch.body) }),
    outcome: (batch, result) => append({ type: 'outcome', batch: batch.name, result }),
    close,
  };
}

/** The batches that a batch is a part of: `7.1.2` of `7.1` and `7`. */
function wholes(name: string): string[] {
  const parts = name.split('.');
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('.'));
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/**
 * Writes lines after the first `bytes` bytes of the file, one after the other,
 * each on disk before the next. After a failure nothing more is written, and
 * what was written of that line is cut off again.
 */
function createAppender(file: FileHandle, path: string, bytes: number): (line: JournalLine) => Promise<void> {
  let end = bytes;
  const write = async (line: JournalLine) => {
    const text = Buffer.from(`${JSON.stringify(line)}\n`);
    try {
      await file.truncate(end);
      // A disk that fills up takes a part, and says why when the rest follows.
      for (let done = 0; done < text.length; )
        done += (await file.write(text, done, text.length - done, end + done)).bytesWritten;
      await file.datasync();
      end += text.length;
    } catch (error) {
      await file.truncate(end).catch(() => {});
      throw new JournalError('unwritable', path, systemError(error).message);
    }
  };
  let last = Promise.resolve();
  return (line) => {
    last = last.then(() => write(line));
    return last;
  };
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    const file = await open(path, constants.O_RDWR | constants.O_CREAT | NOT_FOLLOWED, 0o600);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    throw new Error('it is no regular file');
  } catch (error) {
    throw new JournalError('unreadable', path, systemError(error).message);
  }
}
