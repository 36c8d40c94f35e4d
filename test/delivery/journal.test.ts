import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Batch } from '../../src/delivery/batch.js';
import { type Journal, type JournalHeader, openJournal } from '../../src/delivery/journal.js';
import { JournalError } from '../../src/delivery/journal-error.js';
import { type JournalEntry, readLines, replay } from '../../src/delivery/journal-lines.js';
import { freshDirectory } from '../chaos/place.js';

const HEADER: JournalHeader = {
  tracker: '1-2',
  origin: 'https://pins.test',
  strategy: 'raise',
  batchSize: 2,
  maxBatchBytes: 1000,
  customizations: 6,
  batches: 3,
};
const OWNER = { pid: 1, isRunning: () => false };
const batch = (name: string, text = name): Batch => ({
  name,
  count: 2,
  body: Buffer.from(text),
  lines: Uint32Array.of(1, 2),
});
const [ONE, TWO, THREE] = [batch('1'), batch('2'), batch('3')];

const freshPath = () => join(freshDirectory(), 'journal');

/** Opens the journal, does that, closes it, and gives what the file holds then. */
async function write(
  path: string,
  work: (journal: Journal) => Promise<void> = async () => {},
): Promise<Buffer> {
  const journal = await openJournal(path, HEADER, OWNER);
  await work(journal);
  await journal.close();
  return readFileSync(path);
}

/** What the journal knows of the three batches. */
async function knownIn(path: string) {
  const journal = await openJournal(path, HEADER, OWNER);
  await journal.close();
  return [ONE, TWO, THREE].map(({ name }) => journal.known(name));
}

/** One batch accepted, one sent without an outcome. */
const anAcceptedOne = async (journal: Journal) => {
  await journal.sending(ONE);
  await journal.outcome(ONE, 'accepted');
  await journal.sending(TWO);
};

const codeOf = (opening: Promise<unknown>) =>
  opening.then(
    () => 'opened',
    (error: unknown) => (error instanceof JournalError ? error.code : error),
  );

test('what was written is known when it is opened again', async () => {
  const path = freshPath();
  await write(path, anAcceptedOne);
  expect(await knownIn(path)).toEqual(['accepted', 'unknown', undefined]);
});

test('a batch that was sent in vain is not known, and the last word counts', async () => {
  const path = freshPath();
  await write(path, async (journal) => {
    await journal.sending(ONE);
    await journal.outcome(ONE, 'not-sent');
    await journal.sending(TWO);
    await journal.sending(TWO);
    await journal.outcome(TWO, 'rejected');
  });
  expect(await knownIn(path)).toEqual([undefined, 'rejected', undefined]);
});

test('halves tell of their wholes, and a batch of which nothing was sent is not mentioned', async () => {
  const path = freshPath();
  await write(path, (journal) => journal.sending(batch('2.1.2')));
  const journal = await openJournal(path, HEADER, OWNER);
  await journal.close();
  expect(['2', '2.1', '2.1.2', '2.2'].map(journal.isHalved)).toEqual([true, true, false, false]);
  expect([1, 2, 3].map(journal.mentions)).toEqual([false, true, false]);
});

test('the bytes of a batch are compared, and an unknown name compares with nothing', async () => {
  const path = freshPath();
  await write(path, anAcceptedOne);
  const journal = await openJournal(path, HEADER, OWNER);
  await journal.close();
  expect([ONE, batch('1', 'other'), THREE].map(journal.matches)).toEqual([true, false, true]);
});

test('it holds no bytes of a customization', async () => {
  const content = await write(freshPath(), (journal) => journal.sending(batch('1', 'customizations')));
  expect(content.toString()).not.toContain('customizations"}');
  expect(content.toString().split('\n')[1]).toMatch(
    /^{"type":"sending","batch":"1","sha256":"[0-9a-f]{64}"}$/,
  );
});

test('lines of several batches at once do not mix', async () => {
  const path = freshPath();
  await write(path, async (journal) => {
    await Promise.all([ONE, TWO, THREE].map(journal.sending));
    await Promise.all([ONE, TWO, THREE].map((one) => journal.outcome(one, 'accepted')));
  });
  expect(await knownIn(path)).toEqual(['accepted', 'accepted', 'accepted']);
});

describe('a last line that was cut short', () => {
  const works: [string, (journal: Journal) => Promise<void>, (string | undefined)[]][] = [
    ['the header', async () => {}, [undefined, undefined]],
    ['a sending', (journal) => journal.sending(ONE), [undefined, undefined]],
    [
      'an outcome',
      async (journal) => {
        await journal.sending(ONE);
        await journal.outcome(ONE, 'accepted');
      },
      ['unknown', undefined],
    ],
  ];
  test.each(works)('%s: at every byte it is dropped, and the journal goes on', async (_name, work, known) => {
    const whole = await write(freshPath(), work);
    const begin = whole.lastIndexOf(0x0a, -2) + 1;
    for (let end = begin; end < whole.length; end++) {
      const path = freshPath();
      writeFileSync(path, whole.subarray(0, end));
      expect((await knownIn(path)).slice(0, 2)).toEqual(known);
      await write(path, async (journal) => {
        await journal.sending(TWO);
        await journal.outcome(TWO, 'accepted');
      });
      expect((await knownIn(path)).slice(0, 2)).toEqual([known[0], 'accepted']);
    }
  });
});

describe('a flipped bit', () => {
  test('anywhere never makes an acceptance of what was none, nor one of other bytes', async () => {
    const path = freshPath();
    const whole = await write(path, async (journal) => {
      await anAcceptedOne(journal);
      await journal.outcome(TWO, 'rejected');
      await journal.sending(THREE);
    });
    const truth = await entriesOf(whole, path);
    let refused = 0;
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const flipped = Buffer.from(whole);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const entries = await entriesOf(flipped, path).catch((error: unknown) => {
        expect(error).toBeInstanceOf(JournalError);
        refused++;
        return new Map<string, JournalEntry>();
      });
      for (const [name, { sha256, result }] of entries)
        if (result === 'accepted' && sha256 === truth.get(name)?.sha256)
          expect(truth.get(name)?.result).toBe('accepted');
    }
    expect(refused).toBeGreaterThan(whole.length * 4);
  });

  async function entriesOf(content: Buffer, path: string) {
    const { lines } = await readLines(content, path);
    return replay(lines, HEADER, path);
  }
});

describe('what is refused, and stays as it was', () => {
  const header = `${JSON.stringify({ type: 'header', version: 1, ...HEADER })}\n`;
  const sending = (name: string, digit = '0') =>
    `{"type":"sending","batch":"${name}","sha256":"${digit.repeat(64)}"}\n`;
  const outcome = (name: string, result = 'accepted') =>
    `{"type":"outcome","batch":"${name}","result":"${result}"}\n`;
  const ODD: [string, string][] = [
    ['a null, which would end the reading', `${header}${sending('1')}null\n${outcome('1')}`],
    ['an empty line', `${header}\n${sending('1')}`],
    ['a line that is no JSON', `${header}{"type":\n${sending('1')}`],
    ['no header', sending('1')],
    ['a second header', header + header],
    ['a header of a later version', header.replace('"version":1', '"version":2')],
    ['an outcome of what was not sent', header + outcome('1')],
    ['two outcomes of one sending', header + sending('1') + outcome('1') + outcome('1')],
    ['an unknown result', header + sending('1') + outcome('1', 'perhaps')],
    ['a batch that there is not', header + sending('4')],
    ['the batch 0', header + sending('0')],
    ['a name that is none', header + sending('1.3')],
    ['other bytes under one name', header + sending('1') + sending('1', '1')],
    ['a hash that is none', header + sending('1', 'x')],
    ['an end that is none of ours', `${header}{"model":"basket"}`],
    ['a torn outcome before any header', '{"type":"outcome","ba'],
    ['a number', '7'],
    ['bytes', '\u0000\u0001\u0002'],
  ];
  test.each(ODD)('%s', async (_name, content) => {
    const path = freshPath();
    writeFileSync(path, content);
    expect(await codeOf(openJournal(path, HEADER, OWNER))).toBe('corrupt');
    expect(readFileSync(path, 'utf8')).toBe(content);
    // The lock was given back.
    expect(await codeOf(openJournal(path, HEADER, OWNER))).toBe('corrupt');
  });

  const CHANGES: [Partial<JournalHeader>, JournalError['code'], string][] = [
    [{ tracker: '9' }, 'other-run', "its tracker is 1-2, this run's is 9"],
    [{ origin: 'https://x.test' }, 'other-run', 'its host is'],
    [{ strategy: 'ignore' }, 'other-run', 'its conflict strategy is'],
    [{ batchSize: 9 }, 'other-run', 'its batch size is'],
    [{ maxBatchBytes: 9 }, 'other-run', 'its largest batch in bytes is'],
    [{ customizations: 9 }, 'changed-input', 'its number of customizations is'],
    [{ batches: 9 }, 'changed-input', 'its number of batches is'],
  ];
  test.each(CHANGES)('a run with %j', async (change, code, detail) => {
    const path = freshPath();
    const content = await write(path, anAcceptedOne);
    const opening = openJournal(path, { ...HEADER, ...change }, OWNER);
    await expect(opening).rejects.toMatchObject({ code, detail: expect.stringContaining(detail) });
    expect(readFileSync(path)).toEqual(content);
  });
});
