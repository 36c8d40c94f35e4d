import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const src = fileURLToPath(new URL('../src/', import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

/** The files of src whose text matches. */
const filesWith = (pattern: RegExp) =>
  files.filter((name) => pattern.test(readFileSync(src + name, 'utf8'))).sort();

test('time and chance enter in one place', () => {
  expect(filesWith(/\b(Math\.random|new Date\(\)|timers\/promises|AbortSignal\.timeout)/)).toEqual([
    'time.ts',
  ]);
  expect(filesWith(/\bDate\.now\b/)).toEqual(['report/console.ts', 'time.ts']);
});

test('reports are reached through events: no stage imports one', () => {
  const stages =
    /^(input|customization|skim|delivery|sandbox)\/|^(check|push|send|validate|tally|index)\.ts$/;
  expect(filesWith(/from '\.\.?\/(\.\.\/)?report\//).filter((name) => stages.test(name))).toEqual([]);
});

test('what was caught from the system becomes a code and words in one place', () => {
  expect(filesWith(/'code' in \w+|instanceof Error \? \w+\.message/)).toEqual(['system-error.ts']);
});

/** What every stage may import, for they import nothing of ours. */
const LEAVES = ['system-error', 'time'];

test('each stage imports only those that data has come through, and leaves', () => {
  const importsOf = (folder: string) => {
    const texts = files
      .filter((name) => name.startsWith(`${folder}/`))
      .map((name) => readFileSync(src + name, 'utf8'));
    const found = texts.flatMap((text) =>
      [...text.matchAll(/from '\.\.\/([a-z-]+)(?:\/|\.js)/g)].map(([, name]) => name),
    );
    return [...new Set(found)].filter((name) => !LEAVES.includes(String(name))).sort();
  };
  expect(importsOf('input')).toEqual([]);
  expect(importsOf('customization')).toEqual(['input']);
  expect(importsOf('skim')).toEqual(['customization']);
  expect(importsOf('delivery')).toEqual([]);
  const grown = filesWith(/from '\.\.?\//).filter((name) => LEAVES.includes(name.replace('.ts', '')));
  expect(grown).toEqual([]);
});
