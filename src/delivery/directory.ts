import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes it last that the file got its name, where the system lets a directory be synced; nothing elsewhere. */
export async function syncDirectoryOf(path: string): Promise<void> {
  const directory = await open(dirname(path), 'r').catch(() => undefined);
  await directory?.sync().catch(() => {});
  await directory?.close();
}
