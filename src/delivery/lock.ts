import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readFile, rename, unlink } from 'node:fs/promises';
import { systemError } from '../system-error.js';

/** Who takes a lock, and how to tell whether another owner is still there. */
export interface LockOwner {
  pid: number;
  isRunning(pid: number): boolean;
}

/** Another process that runs holds the lock; `pid` is undefined when the lock does not tell which. */
export class LockedError extends Error {
  override readonly name = 'LockedError';
  readonly pid: number | undefined;
  constructor(pid: number | undefined) {
    super(`locked by process ${pid ?? 'unknown'}`);
    this.pid = pid;
  }
}

/** The locks of this process: in a container, the process before this one may have had the same pid. */
const held = new Set<string>();

/**
 * Takes a lock: creates the file, which must not exist, with the owner's pid
 * in it. One whose process is gone is taken over. Rejects with `LockedError`,
 * or with the system's error.
 */
export async function acquireLock(path: string, owner: LockOwner): Promise<void> {
  if (held.has(path)) throw new LockedError(owner.pid);
  if (!(await create(path, owner.pid))) {
    const pid = await holder(path);
    if (pid === undefined || (pid !== owner.pid && owner.isRunning(pid))) throw new LockedError(pid);
    await removeStale(path, pid);
    if (!(await create(path, owner.pid))) throw new LockedError(await holder(path));
  }
  held.add(path);
}

/** Gives the lock back. */
export async function releaseLock(path: string): Promise<void> {
  held.delete(path);
  await unlink(path).catch(() => {});
}

async function holder(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}

/** Of several processes that find the same stale lock only one may remove it, and none the lock of that one. */
async function removeStale(path: string, pid: number): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  await rename(path, aside).catch(() => {});
  const moved = await holder(aside);
  if (moved !== undefined && moved !== pid) await rename(aside, path);
  else await unlink(aside).catch(() => {});
}

async function create(path: string, pid: number): Promise<boolean> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
  try {
    const file = await open(path, flags, 0o600);
    await file.write(String(pid));
    await file.close();
    return true;
  } catch (error) {
    if (systemError(error).code === 'EEXIST') return false;
    throw error;
  }
}
