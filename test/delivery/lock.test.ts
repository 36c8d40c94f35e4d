import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { acquireLock, LockedError, releaseLock } from '../../src/delivery/lock.js';
import { freshDirectory } from '../chaos/place.js';

const freshPath = () => join(freshDirectory(), 'lock');
const me = { pid: 77, isRunning: () => false };
const others = (running: number) => ({ pid: 77, isRunning: (pid: number) => pid === running });

test('a lock names its owner, and is gone when it is given back', async () => {
  const path = freshPath();
  await acquireLock(path, me);
  expect(readFileSync(path, 'utf8')).toBe('77');
  await releaseLock(path);
  expect(existsSync(path)).toBe(false);
  await acquireLock(path, me);
  await releaseLock(path);
});

test('it is taken once, also within one process', async () => {
  const path = freshPath();
  await acquireLock(path, me);
  await expect(acquireLock(path, me)).rejects.toBeInstanceOf(LockedError);
  await releaseLock(path);
});

describe('a lock that is there', () => {
  test('of a process that runs is respected', async () => {
    const path = freshPath();
    writeFileSync(path, '42');
    await expect(acquireLock(path, others(42))).rejects.toMatchObject({ name: 'LockedError', pid: 42 });
    expect(readFileSync(path, 'utf8')).toBe('42');
  });

  test.each([
    ['of a process that is gone', '42'],
    ['of an earlier process with our own number', '77'],
  ])('%s is taken over, and nothing is left behind', async (_name, content) => {
    const path = freshPath();
    writeFileSync(path, content);
    await acquireLock(path, others(77));
    expect(readFileSync(path, 'utf8')).toBe('77');
    expect(readdirSync(dirname(path))).toEqual(['lock']);
    await releaseLock(path);
  });

  test.each(['', '0', '-1', 'x', '4e1'])(
    'that says %j may be just beginning: it is respected',
    async (content) => {
      const path = freshPath();
      writeFileSync(path, content);
      await expect(acquireLock(path, me)).rejects.toMatchObject({ pid: undefined });
    },
  );

  test('that is a symlink to nowhere creates nothing there', async () => {
    const path = freshPath();
    symlinkSync('elsewhere', path);
    await expect(acquireLock(path, me)).rejects.toBeInstanceOf(LockedError);
    expect(existsSync(join(dirname(path), 'elsewhere'))).toBe(false);
  });
});

test('of many that find a stale lock one gets it', async () => {
  const path = freshPath();
  writeFileSync(path, '42');
  const attempts = Array.from({ length: 8 }, () =>
    acquireLock(path, me).then(
      () => true,
      () => false,
    ),
  );
  expect((await Promise.all(attempts)).filter(Boolean)).toHaveLength(1);
  await releaseLock(path);
});

test('where no file can be, the system says why', async () => {
  await expect(acquireLock(join(freshDirectory(), 'no', 'lock'), me)).rejects.toMatchObject({
    code: 'ENOENT',
  });
});
