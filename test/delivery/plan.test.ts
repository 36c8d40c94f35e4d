import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Batch, halves, loadBatch } from '../../src/delivery/batch.js';
import { createPlan } from '../../src/delivery/plan.js';
import { createRecordReader } from '../../src/input/records.js';

/** Plans the records of `input` and reads every batch. */
async function batchesOf(input: string, batchSize: number, maxBatchBytes = 1_000_000): Promise<Batch[]> {
  const bytes = Buffer.from(input);
  const plan = createPlan(batchSize, maxBatchBytes);
  const reader = createRecordReader((record) => plan.add(record));
  reader.push(bytes);
  reader.end();
  const read = async (into: Uint8Array, offset: number) => {
    bytes.copy(into, 0, offset, offset + into.length);
  };
  return Promise.all(Array.from({ length: plan.batches }, (_, at) => loadBatch(plan.batch(at), read)));
}

const bodies = (batches: readonly Batch[]) => batches.map(({ body }) => body.toString());
const lines = (batches: readonly Batch[]) => batches.map((batch) => [...batch.lines]);

describe('a batch', () => {
  test.each([
    [0, []],
    [1, [1]],
    [2, [2]],
    [3, [3]],
    [4, [3, 1]],
    [7, [3, 3, 1]],
  ])('of %i customizations in threes holds %j', async (count, sizes) => {
    const batches = await batchesOf('{"a":1}\n'.repeat(count), 3);
    expect(batches.map((batch) => batch.count)).toEqual(sizes);
  });

  test('ends before its bytes, line feeds included, are too many', async () => {
    expect(bodies(await batchesOf('{"a":1}\n{"b":2}\n{"c":3}\n', 10, 16))).toEqual([
      '{"a":1}\n{"b":2}\n',
      '{"c":3}\n',
    ]);
  });

  test('is made of lines, whatever the layout, with their true numbers', async () => {
    const input = '\n{"a":1}\r\n\n  {"b":2}  \n{"c":\n[3,\r\n4]}{"d":5}\n{"e":6}\n{"f":7}';
    const batches = await batchesOf(input, 4);
    expect(bodies(batches)).toEqual(['{"a":1}\n{"b":2}\n{"c": [3,  4]}\n{"d":5}\n', '{"e":6}\n{"f":7}\n']);
    expect(lines(batches)).toEqual([
      [2, 4, 5, 7],
      [8, 9],
    ]);
  });

  test('is made of the elements of an array', async () => {
    expect(bodies(await batchesOf('[{"a":1}, {"b":2},\n{"c":3}]', 2))).toEqual([
      '{"a":1}\n{"b":2}\n',
      '{"c":3}\n',
    ]);
  });

  test('keeps long gaps out', async () => {
    expect(bodies(await batchesOf(`{"a":1}${' '.repeat(10_000)}\n{"b":2}`, 2))).toEqual([
      '{"a":1}\n{"b":2}\n',
    ]);
  });
});

test('a customization that is larger than a whole batch may be is not taken', () => {
  const plan = createPlan(10, 8);
  expect(plan.add({ offset: 0, length: 8, line: 1, lineFeeds: 0 })).toBe(false);
  expect(plan.add({ offset: 0, length: 7, line: 1, lineFeeds: 0 })).toBe(true);
  expect(plan).toMatchObject({ batches: 1, customizations: 1, bytes: 8 });
});

test('records more than 4 GiB apart are no part of one batch', () => {
  const plan = createPlan(10, 1000);
  plan.add({ offset: 0, length: 2, line: 1, lineFeeds: 0 });
  plan.add({ offset: 2 ** 33, length: 2, line: 2, lineFeeds: 0 });
  expect([plan.batch(0).pieces, plan.batch(1).pieces]).toEqual([
    [{ offset: 0, length: 2, line: 1, oneRecord: false }],
    [{ offset: 2 ** 33, length: 2, line: 2, oneRecord: false }],
  ]);
});

test('lines that follow each other are one piece', () => {
  const plan = createPlan(5000, 1_000_000);
  for (let line = 1; line <= 5000; line++)
    plan.add({ offset: (line - 1) * 10, length: 9, line, lineFeeds: 0 });
  expect(plan.batch(0).pieces).toEqual([{ offset: 0, length: 49_999, line: 1, oneRecord: false }]);
});

test('a batch that is not planned cannot be asked for', () => {
  expect(() => createPlan(1, 1).batch(0)).toThrow(RangeError);
});

const record = fc.tuple(
  fc.dictionary(fc.string(), fc.jsonValue()),
  fc.constantFrom(0, 1),
  fc.constantFrom('\n', '\r\n', '\n\n', ' '),
);
const inputs = fc.array(record, { maxLength: 30 });

test('batches joined are the input, record by record', async () => {
  await fc.assert(
    fc.asyncProperty(inputs, fc.integer({ min: 1, max: 7 }), async (records, batchSize) => {
      const input = records
        .map(([value, indent, after]) => JSON.stringify(value, null, indent) + after)
        .join('');
      const expected = records.map(([value, indent]) =>
        JSON.stringify(value, null, indent).replaceAll('\n', ' '),
      );
      const batches = await batchesOf(input, batchSize);
      expect(bodies(batches).join('')).toBe(expected.map((line) => `${line}\n`).join(''));
      expect(batches.every((batch) => batch.count <= batchSize && batch.lines.length === batch.count)).toBe(
        true,
      );
    }),
  );
});

test('halves joined are the batch', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string(), { minLength: 2, maxLength: 30 }), async (texts) => {
      const [whole] = await batchesOf(texts.map((text) => JSON.stringify({ text })).join('\n'), 5000);
      if (whole === undefined) throw new Error('there is a batch');
      const [first, second] = halves(whole);
      expect(first.body.toString() + second.body.toString()).toBe(whole.body.toString());
      expect([...first.lines, ...second.lines]).toEqual([...whole.lines]);
      expect([first.name, second.name, first.count + second.count]).toEqual(['1.1', '1.2', whole.count]);
      expect(first.count - second.count).toBeOneOf([0, 1]);
    }),
  );
});
