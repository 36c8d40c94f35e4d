import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { safe, visible } from '../../src/report/safe.js';

/** Anything that a terminal acts on, or that hides or turns text. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
/** What a CI runner takes for a command: at the start of a line, or anywhere. */
const COMMAND = /^\s*::|##\[|##vso\[|##teamcity\[/;

describe('foreign text becomes visible', () => {
  test.each([
    ['escape sequences', '\u001b[2J\u001b]52;c;AAAA\u0007', '\\x1b[2J\\x1b]52;c;AAAA\\x07'],
    ['a carriage return that would overwrite the line', 'bad\rgood', 'bad\\rgood'],
    ['line feeds and tabs', 'a\n\tb', 'a\\n\\tb'],
    ['backspaces and NUL', 'a\b\u0000', 'a\\x08\\x00'],
    ['DEL', '\u007f', '\\x7f'],
    ['C1, such as the 8-bit CSI', '\u009b31m\u0085', '\\x9b31m\\x85'],
    ['overrides and isolates of direction', '\u202egnp.\u2066x\u2069', '\\u202egnp.\\u2066x\\u2069'],
    ['zero-width characters', 'a\u200b\u200d\u2060\ufeffb', 'a\\u200b\\u200d\\u2060\\ufeffb'],
    ['soft hyphens', 'a\u00adb', 'a\\xadb'],
    ['line and paragraph separators', '\u2028\u2029', '\\u2028\\u2029'],
    ['tags', '\u{e0041}', '\\u{e0041}'],
    ['halves of surrogate pairs', 'a\ud83d b\udc00', 'a\\ud83d b\\udc00'],
    ['a workflow command', '::error::x', '\\x3a:error::x'],
    ['a workflow command after blanks', '  ::stop-commands::x', '  \\x3a:stop-commands::x'],
    ['an older workflow command', 'see ##[error]x', 'see #\\x23[error]x'],
    ['commands of Azure and TeamCity', '##vso[x] ##teamcity[y]', '#\\x23vso[x] #\\x23teamcity[y]'],
  ])('%s', (_name, text, shown) => {
    expect(safe(text)).toBe(shown);
  });

  test.each([['Dvě osoby, ćć'], ['日本語 😀'], ['a: b :: c'], ['# ## [x]'], ['C:\\path'], ['e\u0301']])(
    'and what is harmless stays: %s',
    (text) => expect(safe(text)).toBe(text),
  );

  test('is cut after 500 characters, and whole where it is needed whole', () => {
    expect(safe('x'.repeat(600))).toBe(`${'x'.repeat(500)}…`);
    expect(visible('x'.repeat(600))).toBe('x'.repeat(600));
  });

  test('whatever it is: nothing acts, and nothing is a command', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('::', '##[', '##vso[', '##teamcity[', '#', ':', '\n', '\ud800', '\u{e0001}', '\u200f'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const shown = safe(pieces.join(''));
        expect(shown).not.toMatch(UNSEEN);
        expect(shown).not.toMatch(COMMAND);
        expect(safe(shown)).toBe(shown);
      }),
      { numRuns: 1000 },
    );
  });
});
