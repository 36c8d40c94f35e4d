import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { examine } from '../../src/customization/examine.js';
import { hashScope } from '../../src/customization/scope-hash.js';
import type { InputRecord } from '../../src/input/cutter.js';
import { createRecordReader } from '../../src/input/records.js';
import { createSkim } from '../../src/skim/skim.js';

const NOW_MS = Date.UTC(2026, 10, 23);

const record = (identity: string) => ({
  model: 'm',
  target_type: 'item',
  target_identity: identity,
  pin_definitions: [{ pin_type: 'item', pin_identity: 'b', position: 1 }],
});
const line = (identity: string) => `${JSON.stringify(record(identity))}\n`;

const wordsOf = ({ high, low }: { high: number; low: number }) => [high, low];

/** What there is to say of a record that was looked at closely; its scope where there is nothing. */
function whatIsSaid(record: Exclude<InputRecord, { kind: 'plain' }>) {
  if (record.kind === 'fault') return [record.fault.code];
  const { customization, findings } = examine(record.value, record.text, NOW_MS);
  if (customization === undefined || findings.length > 0) return findings.map(({ code }) => code);
  return wordsOf(hashScope(customization));
}

/** The records of an input, each with its place and what is said of it; how many of them the skim found plain. */
function read(input: string, chunkBytes: number, skim = createSkim(NOW_MS)) {
  let plain = 0;
  const records: string[] = [];
  const reader = createRecordReader((record) => {
    const { kind, offset, length, line, lineFeeds } = record;
    if (kind === 'plain') plain++;
    const said = kind === 'plain' ? wordsOf(skim.scope) : whatIsSaid(record);
    records.push(`${offset}+${length} line ${line}+${lineFeeds}: ${said}`);
  }, skim);
  const bytes = Buffer.from(input);
  for (let at = 0; at < bytes.length; at += chunkBytes) reader.push(bytes.subarray(at, at + chunkBytes));
  reader.end();
  return { records, plain };
}

const blind = { ...createSkim(NOW_MS), plainBytes: () => 0 };

const piece = fc.oneof(
  { weight: 6, arbitrary: fc.nat(99).map((id) => line(`sku-${id}`)) },
  { weight: 2, arbitrary: fc.nat(99).map((id) => `${JSON.stringify(record(`sku-${id}`), null, 2)}\n`) },
  { weight: 2, arbitrary: fc.nat(99).map((id) => line(`sku-${id}`).trimEnd()) },
  fc.constantFrom(
    '\n',
    '\r\n',
    ' ',
    ',\n',
    '[',
    ']',
    '{',
    '}\n',
    '7\n',
    '"',
    '\u001e',
    `${line('a').slice(0, 40)}\n`,
  ),
);
const input = fc
  .tuple(fc.constantFrom('', '', '', '['), fc.array(piece, { maxLength: 30 }))
  .map(([first, pieces]) => first + pieces.join(''));

test('with a skim the records are the same as without, wherever chunks end', () => {
  let found = 0;
  fc.assert(
    fc.property(input, fc.integer({ min: 1, max: 900 }), (text, chunkBytes) => {
      const skimmed = read(text, chunkBytes);
      expect(skimmed.records).toEqual(read(text, chunkBytes, blind).records);
      found += skimmed.plain;
    }),
    { numRuns: 500 },
  );
  // A law about a skim that finds nothing would hold of itself.
  expect(found).toBeGreaterThan(500);
});

describe.each([
  ['lines', (lines: string[]) => lines.join('')],
  ['an array', (lines: string[]) => `[${lines.join(',')}]`],
  ['records of several lines', (lines: string[]) => lines.map((one) => one.replaceAll(',', ',\n')).join('')],
])('of %s', (_name, join) => {
  test('the skim finds all, wherever chunks end', () => {
    const text = join(Array.from({ length: 1000 }, (_, at) => line(`sku-${at}`)));
    expect(read(text, 5000).plain).toBeGreaterThan(990);
  });
});
