import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { syntaxFault } from '../../src/input/fault.js';
import { explainSyntax } from '../../src/input/syntax.js';

/** JSON in any layout, in which a few characters were replaced, removed or added; most of it is none any more. */
const damaged = fc
  .tuple(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom('', ' ', '\t'),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.nat(2),
        fc.constantFrom(...',:"{}[]\\\'#0-.eE+ \n\u0000\u2028x😀', 'tru', '\\u12'),
      ),
      { maxLength: 2 },
    ),
  )
  .map(([value, indent, damages]) =>
    damages.reduce(
      (text, [seed, removed, added]) => {
        const at = seed % (text.length + 1);
        return `${text.slice(0, at)}${added}${text.slice(at + removed)}`;
      },
      JSON.stringify(value, null, indent),
    ),
  );

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
