import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pushCommand, quoted } from '../../src/report/command.js';
import { safe } from '../../src/report/safe.js';

/** The words that bash makes of a piece of a command line. */
const wordsInBash = (text: string) =>
  execFileSync('bash', ['-c', `printf '%s\\0' ${text}`], { encoding: 'utf8', env: { LC_ALL: 'C.UTF-8' } })
    .split('\0')
    .slice(0, -1);

test('any word comes through a shell as it was, and prints as nothing that acts', () => {
  const words = fc
    .sample(
      fc.oneof(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        fc.string({ unit: 'binary', minLength: 1 }),
        fc.constantFrom(
          "it's",
          'a b',
          '$HOME',
          '`id`',
          '\u001b[2J',
          'a\nb',
          '\u009b',
          '##[error]x',
          "\\'\u202e",
          '\u{e0041}',
          '-x',
        ),
      ),
      400,
    )
    .filter((word) => !word.includes('\0'));
  const line = words.map(quoted);
  expect(wordsInBash(line.join(' '))).toEqual(words);
  for (const word of line) expect(safe(word.slice(0, 400))).toBe(word.slice(0, 400));
});

describe('the command to give again', () => {
  test.each<[string, Parameters<typeof pushCommand>[0], string]>([
    [
      'files and flags as given',
      { files: ['a b.ndjson', 'c'], flags: { conflict: 'ignore', dryRun: true, batchSize: '10' } },
      "luigis-pins push 'a b.ndjson' c --conflict ignore --dry-run --batch-size 10",
    ],
    [
      'without what is so by default',
      {
        files: ['a'],
        flags: { conflict: 'raise', retries: '4', color: true, annotations: true, json: false },
      },
      'luigis-pins push a',
    ],
    [
      'with the flags that begin with --no-',
      { files: ['a'], flags: { color: false, annotations: false } },
      'luigis-pins push a --no-color --no-annotations',
    ],
    ['stdin has to be fed again', { files: [], flags: { json: true } }, '... | luigis-pins push --json'],
    ['stdin by name', { files: ['a', '-'], flags: {} }, '... | luigis-pins push a -'],
    ['a file that looks like an option', { files: ['-n'], flags: {} }, 'luigis-pins push ./-n'],
  ])('%s', (_name, given, line) => {
    expect(pushCommand(given)).toBe(line);
  });
});
