import { expect, test } from 'vitest';
import type { Batch } from '../../src/delivery/batch.js';
import { openAhead } from '../../src/delivery/open-ahead.js';

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
  return { opened, batches: { count: 5, open } };
}

test('each batch is opened once, and some places before its turn', async () => {
  const { opened, batches } = watched();
  const ahead = openAhead(batches, 2);
  const openedBy: number[][] = [];
  for (let at = 0; at < ahead.count; at++) {
    expect((await ahead.open(at)).name).toBe(String(at + 1));
    openedBy.push([...opened]);
  }
  expect(openedBy).toEqual([
    [0, 2],
    [0, 2, 1, 3],
    [0, 2, 1, 3, 4],
    [0, 2, 1, 3, 4],
    [0, 2, 1, 3, 4],
  ]);
});

test('who asks for a batch that cannot be opened is told, and nobody else', async () => {
  const { batches } = watched(2);
  const ahead = openAhead(batches, 2);
  await ahead.open(0);
  await ahead.open(1);
  await expect(ahead.open(2)).rejects.toThrow('no batch 2');
  expect((await ahead.open(3)).name).toBe('4');
});
