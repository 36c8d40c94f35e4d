import { constants } from 'node:fs';
import { open, readFile, unlink } from 'node:fs/promises';

/** Who takes a lock, and how to tell whether another owner is still there. */
export interface LockOwner {
  pid: number;
  isRunning(pid: number): boolean;
}

/** Another process that runs holds the lock. */
export class LockedError extends Error {
  override readonly name = 'LockedError';
  readonly pid: number;
  constructor(pid: number) {
    super(`locked by process ${pid}`);
    this.pid = pid;
  }
}

/**
 * Takes a lock: creates the file, which must not exist, with the owner's pid
 * in it. One whose process is gone is taken over. Rejects with `LockedError`,
 * or with the system's error.
 */
export async function acquireLock(path: string, owner: LockOwner): Promise<void> {
  if (await create(path, owner.pid)) return;
  const pid = Number(await readFile(path, 'utf8').catch(() => ''));
  if (owner.isRunning(pid)) throw new LockedError(pid);
  await unlink(path).catch(() => {});
  if (!(await create(path, owner.pid))) throw new LockedError(pid);
}

/** Gives the lock back. */
export async function releaseLock(path: string): Promise<void> {
  await unlink(path).catch(() => {});
}

async function create(path: string, pid: number): Promise<boolean> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
  try {
    const file = await open(path, flags, 0o600);
    await file.write(String(pid));
    await file.close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
