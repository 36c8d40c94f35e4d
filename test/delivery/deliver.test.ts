import { describe, expect, test } from 'vitest';
import type { TimedAnswer } from '../../src/delivery/attempt.js';
import type { Batch } from '../../src/delivery/batch.js';
import { type Batches, deliver, type Outcome } from '../../src/delivery/deliver.js';
import type { Journal } from '../../src/delivery/journal.js';
import type { Result } from '../../src/delivery/policy.js';
import { createQuiet, type DeliveryRules } from '../../src/delivery/settle.js';
import type { Time } from '../../src/time.js';

const RULES: DeliveryRules = {
  strategy: 'raise',
  concurrency: 1,
  retries: 2,
  maxWaitMs: 60_000,
  failFast: false,
  isolate: false,
};
const time: Time = {
  now: () => 0,
  sleep: async () => {},
  deadline: () => new AbortController().signal,
  random: () => 0.5,
};

const answered = (status: number, body = '{}'): TimedAnswer => ({
  kind: 'answered',
  status,
  headers: {},
  body: Buffer.from(body),
  complete: true,
  elapsedMs: 1,
  sentMs: 0,
  answeredMs: 0,
});
const unsent: TimedAnswer = {
  kind: 'unsent',
  reason: 'ECONNREFUSED',
  permanent: false,
  elapsedMs: 1,
  sentMs: 0,
  answeredMs: 0,
};

/** Batches with one customization a letter. */
function batchesOf(...bodies: string[]): Batches {
  return {
    count: bodies.length,
    async open(at): Promise<Batch> {
      const letters = [...(bodies[at] ?? '')];
      const body = Buffer.from(letters.map((letter) => `${letter}\n`).join(''));
      return {
        name: String(at + 1),
        count: letters.length,
        body,
        lines: Uint32Array.from(letters, (_, line) => line + 1),
      };
    },
  };
}

const lettersOf = (body: Buffer) => body.toString().replaceAll('\n', '');

/** Delivers, and gives everything that happened, in order. */
async function deliverAll(
  batches: Batches,
  answer: (letters: string) => TimedAnswer,
  { rules = {}, stop = new AbortController(), unwritable = () => false }: Situation = {},
) {
  const log: string[] = [];
  const faults: (string | undefined)[] = [];
  const note = async (line: string) => {
    await new Promise(setImmediate);
    if (unwritable(line)) throw new Error('disk full');
    log.push(line);
  };
  const journal: Journal = {
    file: 'journal',
    known: () => undefined,
    isHalved: () => false,
    mentions: () => false,
    names: [],
    matches: () => true,
    sending: ({ name }) => note(`note ${name} sending`),
    outcome: ({ name }, result: Result) => note(`note ${name} ${result}`),
    close: async () => {},
  };
  const send = async (body: Buffer) => {
    log.push(`send ${lettersOf(body)}`);
    await new Promise(setImmediate);
    return answer(lettersOf(body));
  };
  const listener = {
    attempt: () => {},
    answer: () => {},
    waiting: () => {},
    clock: () => {},
    split: () => {},
    outcome: async ({ name }: Batch, { result, judgement }: Outcome) => {
      faults.push(judgement?.fault);
      log.push(`tell ${name} ${result}`);
    },
    stopping: ({ why }: { why: string }) => {
      log.push(`stop ${why}`);
    },
  };
  const delivered = await deliver(
    batches,
    { ...RULES, ...rules },
    send,
    journal,
    listener,
    time,
    stop.signal,
  );
  return { ...delivered, log, faults };
}

interface Situation {
  rules?: Partial<DeliveryRules>;
  stop?: AbortController;
  unwritable?: (line: string) => boolean;
}

describe('the order of things', () => {
  test('a batch is noted before it is sent, and its outcome before the next one', async () => {
    const { log, left, stopped } = await deliverAll(batchesOf('ab', 'c'), () => answered(200));
    expect(log).toEqual([
      'note 1 sending',
      'send ab',
      'note 1 accepted',
      'tell 1 accepted',
      'note 2 sending',
      'send c',
      'note 2 accepted',
      'tell 2 accepted',
    ]);
    expect([left, stopped]).toEqual([[], undefined]);
  });

  test('each try is noted, and what is known between two of them', async () => {
    const answers = [unsent, answered(429), answered(503), answered(200)];
    const { log } = await deliverAll(batchesOf('a'), () => answers.shift() ?? unsent, {
      rules: { strategy: 'ignore' },
    });
    expect(log.filter((line) => line.startsWith('note'))).toEqual([
      'note 1 sending',
      'note 1 not-sent',
      'note 1 sending',
      'note 1 not-sent',
      'note 1 sending',
      'note 1 unknown',
      'note 1 sending',
      'note 1 accepted',
    ]);
  });

  test('a whole is noted as what may be stored of it before its halves are', async () => {
    const { log } = await deliverAll(batchesOf('ab'), (letters) => answered(letters === 'ab' ? 413 : 200));
    expect(log.filter((line) => line.startsWith('note'))).toEqual([
      'note 1 sending',
      'note 1 not-sent',
      'note 1.1 sending',
      'note 1.1 accepted',
      'note 1.2 sending',
      'note 1.2 accepted',
    ]);
    const isolated = await deliverAll(batchesOf('ab'), (letters) => answered(letters === 'b' ? 200 : 422), {
      rules: { isolate: true },
    });
    expect(isolated.log).toContain('note 1 rejected');
  });
});

describe('a journal that cannot be written', () => {
  test('before an attempt: it is not made, and the run ends', async () => {
    const { log, left, stopped } = await deliverAll(batchesOf('a', 'b', 'c'), () => answered(200), {
      unwritable: (line) => line === 'note 2 sending',
    });
    expect(log.slice(4)).toEqual(['stop failed', 'tell 2 not-sent']);
    expect([left, stopped]).toEqual([[2], { why: 'failed', error: new Error('disk full') }]);
  });

  test('after an attempt: its outcome is told nevertheless, and the run ends', async () => {
    const { log, left } = await deliverAll(batchesOf('a', 'b'), () => answered(200), {
      unwritable: (line) => line === 'note 1 accepted',
    });
    expect(log).toEqual(['note 1 sending', 'send a', 'stop failed', 'tell 1 accepted']);
    expect(left).toEqual([1]);
  });
});

test('a batch that cannot be read ends the run', async () => {
  const batches = batchesOf('a', 'b', 'c');
  const open = (at: number) => (at === 1 ? Promise.reject(new Error('changed')) : batches.open(at));
  const { log, left, stopped } = await deliverAll({ ...batches, open }, () => answered(200));
  expect(log.at(-1)).toBe('stop failed');
  expect([left, stopped?.error]).toEqual([[2], new Error('changed')]);
});

test('a run that is stopped before it begins sends nothing', async () => {
  const stop = new AbortController();
  stop.abort();
  const { log, left, stopped } = await deliverAll(batchesOf('a', 'b'), () => answered(200), { stop });
  expect([log, left, stopped]).toEqual([['stop interrupted'], [0, 1], { why: 'interrupted' }]);
});

test('a stop lets what is under way end, in every connection, and its first reason stays', async () => {
  const stop = new AbortController();
  let sent = 0;
  const answer = () => {
    if (++sent === 2) stop.abort();
    return answered(sent === 3 ? 403 : 200);
  };
  const { log, left, stopped } = await deliverAll(batchesOf(...'abcdef'), answer, {
    stop,
    rules: { concurrency: 3 },
  });
  expect(log.filter((line) => line.startsWith('send'))).toHaveLength(3);
  expect([left, stopped]).toEqual([[3, 4, 5], { why: 'interrupted' }]);
});

test('two doubts in a row are counted over all connections', async () => {
  const { stopped, left } = await deliverAll(batchesOf(...'abcdefgh'), () => answered(500), {
    rules: { concurrency: 2 },
  });
  expect(stopped).toEqual({ why: 'in-doubt' });
  expect(left.length).toBeGreaterThanOrEqual(4);
});

test('a 401 after a slow upload says so', async () => {
  const slow = { ...answered(401), answeredMs: 12_000 };
  const { faults } = await deliverAll(batchesOf('a'), () => slow);
  expect(faults).toEqual(['the request was under way for 12 s']);
  expect((await deliverAll(batchesOf('a'), () => answered(401))).faults).toEqual([undefined]);
});

describe('the quiet that a server asked for', () => {
  test('is over when the longest wait is, also one that began meanwhile', async () => {
    const waits: (() => void)[] = [];
    const sleeping: Time = { ...time, sleep: () => new Promise((resolve) => waits.push(resolve)) };
    const quiet = createQuiet(sleeping, new AbortController().signal);
    let isOver = false;
    quiet.begin(10);
    const over = quiet.over().then(() => {
      isOver = true;
    });
    quiet.begin(20);
    for (const end of [0, 1]) {
      await new Promise(setImmediate);
      expect(isOver).toBe(false);
      waits[end]?.();
    }
    await over;
    expect(isOver).toBe(true);
  });

  test('is none at first', async () => {
    await createQuiet(time, new AbortController().signal).over();
  });
});
