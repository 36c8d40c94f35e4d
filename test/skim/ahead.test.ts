import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { examine } from '../../src/customization/examine.js';
import { createScopeHasher, hashScope } from '../../src/customization/scope-hash.js';
import type { InputRecord } from '../../src/input/cutter.js';
import { createRecordReader } from '../../src/input/records.js';
import { skimAhead } from '../../src/skim/ahead.js';
import { createSkim } from '../../src/skim/record.js';
import { type SkimThread, startSkimThread } from '../../src/skim/thread.js';

const NOW_MS = Date.UTC(2026, 10, 23);
const WORKER = new URL('../../dist/skim/worker.js', import.meta.url);

const record = (identity: string, position = 1) => ({
  model: 'm',
  target_type: 'item',
  target_identity: identity,
  pin_definitions: [{ pin_type: 'item', pin_identity: 'b', position }],
});
const line = (identity: string) => `${JSON.stringify(record(identity))}\n`;

/** The input in chunks of some bytes each, and then the error, if there is one. */
async function* chunksOf(input: string, bytes: number, error?: Error) {
  const all = Buffer.from(input);
  for (let at = 0; at < all.length; at += bytes) yield all.subarray(at, at + bytes);
  if (error !== undefined) throw error;
}

/** Always idle, and counts what it was asked and what it found. */
function watched(thread: SkimThread) {
  const seen = { parts: 0, found: 0, closed: 0 };
  const watching: SkimThread = {
    isIdle: true,
    async find(bytes) {
      seen.parts++;
      const records = await thread.find(bytes);
      seen.found += records.length / 4;
      return records;
    },
    async close() {
      seen.closed++;
    },
  };
  return { seen, start: async () => watching };
}

const thread = startSkimThread(NOW_MS, WORKER);
afterAll(() => thread.close());

/** What there is to say of a record that is not known to be plain; its scope where there is nothing. */
function whatIsSaid(record: Exclude<InputRecord, { kind: 'plain' }>) {
  if (record.kind === 'fault') return [record.fault.code];
  const { customization, findings } = examine(record.value, record.text, NOW_MS);
  if (customization === undefined || findings.length > 0) return findings.map(({ code }) => code);
  const { high, low } = hashScope(createScopeHasher(), customization);
  return [high, low];
}

/** The records of the input, each with its place and what is said of it. With the help of a thread, where one is given. */
async function read(chunks: AsyncIterable<Uint8Array>, start?: () => Promise<SkimThread>, partBytes = 512) {
  const skim = createSkim(NOW_MS);
  let plainAt: (offset: number) => { bytes: number; high: number; low: number } | undefined = () => undefined;
  let scope: { high: number; low: number } = { high: 0, low: 0 };
  let known = 0;
  const records: string[] = [];
  const reader = createRecordReader(
    (record) => {
      const { offset, length, line, lineFeeds } = record;
      const said = record.kind === 'plain' ? [scope.high, scope.low] : whatIsSaid(record);
      records.push(`${offset}+${length} line ${line}+${lineFeeds}: ${said}`);
    },
    (bytes, from, to, offset) => {
      const found = plainAt(offset);
      if (found !== undefined) known++;
      scope = found ?? skim.scope;
      return found?.bytes ?? skim.plainBytes(bytes, from, to);
    },
  );
  if (start === undefined) for await (const chunk of chunks) reader.push(chunk);
  else
    for await (const part of skimAhead(chunks, start, 0, partBytes)) {
      plainAt = part.plainAt;
      reader.push(part.bytes);
    }
  reader.end();
  return { records, known };
}

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

test('with a second thread the records are the same, wherever chunks and parts end', async () => {
  const { seen, start } = watched(thread);
  let known = 0;
  await fc.assert(
    fc.asyncProperty(
      input,
      fc.integer({ min: 1, max: 900 }),
      fc.integer({ min: 100, max: 3000 }),
      async (text, chunkBytes, partBytes) => {
        const alone = await read(chunksOf(text, chunkBytes));
        const helped = await read(chunksOf(text, chunkBytes), start, partBytes);
        expect(helped.records).toEqual(alone.records);
        known += helped.known;
      },
    ),
    { numRuns: 500 },
  );
  // A law about a thread that does nothing would hold of itself.
  expect([seen.found, known].map((count) => count > 100)).toEqual([true, true]);
});

describe.each([
  ['lines', (lines: string[]) => lines.join('')],
  ['an array', (lines: string[]) => `[${lines.join(',')}]`],
  ['records of several lines', (lines: string[]) => lines.map((one) => one.replaceAll(',', ',\n')).join('')],
])('of %s', (_name, join) => {
  test('the thread finds nearly all', async () => {
    const text = join(Array.from({ length: 1000 }, (_, at) => line(`sku-${at}`)));
    const { start } = watched(thread);
    const { records, known } = await read(chunksOf(text, 5000), start, 4096);
    expect(records).toHaveLength(1000);
    expect(known).toBeGreaterThan(900);
  });
});

test('what breaks off the input comes after all that came before it', async () => {
  const { seen, start } = watched(thread);
  const received: Buffer[] = [];
  const broken = new Error('broken off');
  const reading = async () => {
    for await (const { bytes } of skimAhead(chunksOf(line('a').repeat(50), 77, broken), start, 0, 512))
      received.push(Buffer.from(bytes));
  };
  await expect(reading()).rejects.toBe(broken);
  expect(Buffer.concat(received).toString()).toBe(line('a').repeat(50));
  expect(seen.closed).toBe(1);
});

test('who stops reading ends the thread', async () => {
  const { seen, start } = watched(thread);
  for await (const { bytes } of skimAhead(chunksOf(line('a').repeat(500), 512), start, 0, 512)) {
    expect(bytes.length).toBe(512);
    break;
  }
  expect(seen.closed).toBe(1);
});

test('what is small needs no thread', async () => {
  const { seen, start } = watched(thread);
  let bytes = 0;
  for await (const part of skimAhead(chunksOf(line('a').repeat(100), 512), start)) bytes += part.bytes.length;
  expect([bytes, seen.parts]).toEqual([line('a').length * 100, 0]);
});

test('a thread that cannot begin is never idle, and leaves all as it was', async () => {
  const none = startSkimThread(NOW_MS, new URL('file:///nowhere/worker.js'));
  const text = line('a').repeat(100);
  const { records } = await read(chunksOf(text, 512), async () => none);
  expect(records).toEqual((await read(chunksOf(text, 512))).records);
  expect(none.isIdle).toBe(false);
  await none.close();
});

test('a thread that breaks off gives up what it was asked', async () => {
  const thread = startSkimThread(NOW_MS, WORKER);
  const asked = thread.find(new Uint8Array(new SharedArrayBuffer(50_000_000)));
  await thread.close();
  expect(await asked).toHaveLength(0);
});
