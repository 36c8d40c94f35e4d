import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'luigis-pins-test-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

type Files = Readonly<Record<string, string | Uint8Array>>;

/** A new directory with those files (name to content); it is gone at the end of the test file. */
export function freshDirectory(files: Files = {}): string {
  const directory = mkdtempSync(join(root, 'place-'));
  writeFiles(directory, files);
  return directory;
}

/** Writes the files (name to content) into the directory. */
export function writeFiles(directory: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
}
