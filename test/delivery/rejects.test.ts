import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { openRejects } from '../../src/delivery/rejects.js';
import { WriteError } from '../../src/delivery/write-error.js';
import { freshDirectory } from '../chaos/place.js';

const freshPath = () => join(freshDirectory(), 'rejects');

test('the file appears when it is whole, with the bytes that were added', async () => {
  const path = freshPath();
  const rejects = await openRejects(path);
  await rejects.add(Buffer.from('{"a":1.0}\n'));
  expect(readdirSync(dirname(path))).toEqual([expect.stringMatching(/^rejects\..*\.tmp$/)]);
  await rejects.add(Buffer.from('{"b":"č"}\n'));
  await rejects.finish();
  expect(readFileSync(path, 'utf8')).toBe('{"a":1.0}\n{"b":"č"}\n');
  expect(readdirSync(dirname(path))).toEqual(['rejects']);
  expect([rejects.error, statSync(path).mode & 0o777]).toEqual([undefined, 0o600]);
});

test('an older file is replaced, also by nothing', async () => {
  const path = freshPath();
  writeFileSync(path, 'older');
  const rejects = await openRejects(path);
  expect(readFileSync(path, 'utf8')).toBe('older');
  await rejects.finish();
  expect(readFileSync(path, 'utf8')).toBe('');
});

test('what is no file is not replaced', async () => {
  const path = freshPath();
  mkdirSync(path);
  await expect(openRejects(path)).rejects.toBeInstanceOf(WriteError);
  const device = freshPath();
  symlinkSync('/dev/null', device);
  await expect(openRejects(device)).rejects.toThrow('no regular file');
  expect(readdirSync(dirname(device))).toEqual(['rejects']);
});

test('a failure on the way is kept, and nothing appears', async () => {
  const path = freshPath();
  const rejects = await openRejects(path);
  mkdirSync(path);
  await rejects.add(Buffer.from('{}\n'));
  await rejects.finish();
  expect(rejects.error).toMatch(/EISDIR|ENOTEMPTY|EEXIST|EPERM/);
  await rejects.add(Buffer.from('{}\n'));
  expect(readdirSync(dirname(path))).toEqual(['rejects']);
});
