import { expect, test } from 'vitest';
import type { Batch } from '../../src/delivery/batch.js';
import { batchesAhead } from '../../src/delivery/batches-ahead.js';

const batch = (at: number): Batch => ({
  name: String(at + 1),
  count: 1,
  body: Buffer.from('{}\n'),
  lines: Uint32Array.of(at),
});

/** Five batches, which of them were opened, and one that cannot be. */
function watched(broken?: number) {
  const opened: number[] = [];
  const open = async (at: number) => {
    opened.push(at);
    if (at === broken) throw new Error(`no batch ${at}`);
    return batch(at);
  };
  return { opened, batches: batchesAhead({ count: 5, open }, 2) };
}

test('each batch is opened once, and some places before its turn', async () => {
  const { opened, batches } = watched();
  const openedBy: number[] = [];
  for (let at = 0; at < batches.count; at++) {
    expect((await batches.open(at)).name).toBe(String(at + 1));
    batches.leaving()();
    openedBy.push(opened.length);
  }
  expect(opened).toEqual([0, 1, 2, 3, 4]);
  expect(openedBy).toEqual([3, 4, 5, 5, 5]);
});

test('none is opened ahead while one is leaving', async () => {
  const { opened, batches } = watched();
  await batches.open(0);
  const first = batches.leaving();
  await batches.open(1);
  const second = batches.leaving();
  first();
  first();
  expect(opened).toEqual([0, 1]);
  second();
  expect(opened).toEqual([0, 1, 2, 3]);
});

test('a batch that is asked for while it waits to be opened ahead is opened at once, and once', async () => {
  const { opened, batches } = watched();
  await batches.open(0);
  const left = batches.leaving();
  await batches.open(1);
  await batches.open(2);
  left();
  expect(opened).toEqual([0, 1, 2, 3, 4]);
});

test('who asks for a batch that cannot be opened is told, and nobody else', async () => {
  const { batches } = watched(2);
  await batches.open(0);
  batches.leaving()();
  await batches.open(1);
  await expect(batches.open(2)).rejects.toThrow('no batch 2');
  batches.leaving()();
  expect((await batches.open(3)).name).toBe('4');
});
