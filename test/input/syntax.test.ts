import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { syntaxFault } from '../../src/input/fault.js';
import { explainSyntax } from '../../src/input/syntax.js';
import { damaged } from './damaged.js';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('an offence against JSON', () => {
  test('is found in exactly the texts that JSON.parse refuses, and inside them', () => {
    fc.assert(
      fc.property(damaged, (text) => {
        const fault = explainSyntax(text);
        expect(fault === undefined).toBe(isJson(text));
        expect(fault?.at ?? 0).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ['{"a":"😀é",}', 1, 10],
    ['{"a":"日本" "b":1}', 1, 11],
    ['{\n  "a": "😀😀", b\n}', 2, 14],
    ['\u{1f600}', 1, 1],
    ['', 1, 1],
  ])('is placed by characters, not by units or bytes: %j', (text, line, column) => {
    expect(syntaxFault(text, 1)).toMatchObject({ line, column });
  });
});
