import { randomUUID } from 'node:crypto';
import { open, rename, stat, unlink } from 'node:fs/promises';
import { systemError } from '../system-error.js';
import { syncDirectoryOf } from './directory.js';
import { WriteError } from './write-error.js';

/** A file of customizations, NDJSON, that appears under its name only when it is whole. */
export interface Rejects {
  /** Adds NDJSON lines. */
  add(lines: Uint8Array): Promise<void>;
  /** Puts the file in its place, over an older one. */
  finish(): Promise<void>;
  /** What kept it from being written, in the system's words; nothing is written after that. */
  readonly error: string | undefined;
}

/** Begins such a file, readable by this user only. Rejects with `WriteError`; later failures are kept in `error`. */
export async function openRejects(path: string): Promise<Rejects> {
  const draft = `${path}.${randomUUID()}.tmp`;
  const target = await stat(path).catch(() => undefined);
  // A device or directory would be replaced by a file.
  if (target !== undefined && !target.isFile()) throw new WriteError(path, 'it is no regular file');
  const file = await open(draft, 'wx', 0o600).catch((cause: unknown) => {
    throw new WriteError(path, systemError(cause).message);
  });
  let error: string | undefined;

  const guarded = async (write: () => Promise<unknown>) => {
    if (error !== undefined) return;
    try {
      await write();
    } catch (cause) {
      error = systemError(cause).message;
      await file.close().catch(() => {});
      await unlink(draft).catch(() => {});
    }
  };

  return {
    get error() {
      return error;
    },
    add: (lines) => guarded(() => file.appendFile(lines)),
    finish: () =>
      guarded(async () => {
        await file.sync();
        await file.close();
        await rename(draft, path);
        await syncDirectoryOf(path);
      }),
  };
}
