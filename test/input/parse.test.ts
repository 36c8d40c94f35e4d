import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createParser } from '../../src/input/parse.js';
import { checked, line } from '../checked.js';
import { damaged } from './damaged.js';

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

describe('a text means the same', () => {
  test('whatever came before it', () => {
    fc.assert(
      fc.property(fc.array(damaged, { maxLength: 5 }), (texts) => {
        const parse = createParser();
        for (const text of texts) expect(parse(text)).toEqual(parsed(text));
        for (const text of texts) expect([parse(text), parse(text)]).toEqual([parsed(text), parsed(text)]);
      }),
    );
  });

  test.each([100, 1000, 100_000])('after a broken line, %i brackets deep', async (levels) => {
    const deep = `${'['.repeat(levels)}${']'.repeat(levels)}`;
    const { shown } = await checked(`nonsense\n${deep}\n${deep}]\n${line()}`);
    expect(shown).toEqual(['1 json-syntax', '2 too-deep', '3 json-syntax']);
  });
});

test('one broken line after the other is looked through, not parsed', () => {
  const parse = createParser();
  const { parse: original } = JSON;
  const given: string[] = [];
  JSON.parse = (text: string) => {
    given.push(text);
    return original(text);
  };
  try {
    for (const text of ['{', '{', '[', '1', '2', ']', '1']) parse(text);
  } finally {
    JSON.parse = original;
  }
  expect(given).toEqual(['{', '1', '2', ']', '1']);
});
