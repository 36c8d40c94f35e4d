import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Batch, halves } from '../../src/delivery/batch.js';
import { openJournal } from '../../src/delivery/journal.js';
import type { Result } from '../../src/delivery/policy.js';
import { compareWithJournal } from '../../src/delivery/resume.js';
import { freshDirectory } from '../chaos/place.js';

const OWNER = { pid: 1, isRunning: () => false };
const HEADER = {
  tracker: '1',
  origin: 'https://pins.test',
  strategy: 'raise',
  batchSize: 4,
  maxBatchBytes: 99,
  customizations: 8,
  batches: 2,
} as const;

const whole = (at: number, letters = ['abcd', 'efgh'][at] ?? ''): Batch => ({
  name: String(at + 1),
  count: letters.length,
  body: Buffer.from([...letters].map((letter) => `${letter}\n`).join('')),
  lines: Uint32Array.from(letters, (_, line) => line + 1),
});
const part = (name: string): Batch =>
  [...name.slice(1).replaceAll('.', '')].reduce(
    (batch, half) => halves(batch)[half === '1' ? 0 : 1],
    whole(Number(name[0]) - 1),
  );

/** A journal of those outcomes, opened again and held against the input. */
async function compared(outcomes: [name: string, result: Result][], open = async (at: number) => whole(at)) {
  const path = join(freshDirectory(), 'journal');
  const first = await openJournal(path, HEADER, OWNER);
  for (const [name, result] of outcomes) {
    await first.sending(part(name));
    await first.outcome(part(name), result);
  }
  await first.close();
  const journal = await openJournal(path, HEADER, OWNER);
  await journal.close();
  return compareWithJournal(journal, open);
}

test('customizations of accepted batches and halves are counted', async () => {
  expect(await compared([])).toEqual({ accepted: 0 });
  expect(
    await compared([
      ['1', 'accepted'],
      ['2', 'rejected'],
    ]),
  ).toEqual({ accepted: 4 });
  expect(
    await compared([
      ['1', 'not-sent'],
      ['1.1', 'accepted'],
      ['1.2', 'rejected'],
      ['1.2.1', 'accepted'],
      ['2', 'unknown'],
    ]),
  ).toEqual({ accepted: 3 });
});

test('the first batch of other bytes is named, also a half of it', async () => {
  const open = async (at: number) => (at === 1 ? whole(1, 'efgx') : whole(at));
  expect(
    await compared(
      [
        ['1', 'accepted'],
        ['2', 'accepted'],
      ],
      open,
    ),
  ).toMatchObject({ changed: { name: '2' } });
  expect(await compared([['2.1', 'accepted']], open)).toEqual({ accepted: 2 });
  expect(
    await compared(
      [
        ['2.1', 'accepted'],
        ['2.2', 'accepted'],
      ],
      open,
    ),
  ).toMatchObject({ changed: { name: '2.2' } });
});

test('a batch is read once for all its halves', async () => {
  const read: number[] = [];
  await compared(
    [
      ['1.1', 'accepted'],
      ['1.2', 'rejected'],
      ['1.2.1', 'accepted'],
      ['2', 'accepted'],
    ],
    async (at) => {
      read.push(at);
      return whole(at);
    },
  );
  expect(read).toEqual([0, 1]);
});
