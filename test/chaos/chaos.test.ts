import { createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { PushEvent, Summary } from '../../src/events.js';
import { exitCodeOf } from '../../src/exit-code.js';
import { push } from '../../src/push.js';
import { systemTime, type Time } from '../../src/time.js';
import { createRandom, drawPlot, type Plot } from './draw.js';
import { freshDirectory } from './place.js';
import { valuesOf } from './request.js';
import { lettersOf, pin, pinsFile } from './scenario.js';
import { scanForSecret } from './secret.js';
import { type ChaosServer, startServer } from './server.js';
import type { Step } from './step.js';

const SEED = Number(process.env['LUIGIS_CHAOS_SEED'] ?? Date.now() % 1e9);
const SCRIPTS = Number(process.env['LUIGIS_CHAOS_SCRIPTS'] ?? 200);
const SCRIPTS_PER_TEST = 50;
/** How long an answer is awaited, in real time. */
const PATIENCE_MS = 250;

/** A clock that a wait moves on at once. */
function createFakeTime(random: () => number): Time & { readonly skippedMs: number } {
  let skippedMs = 0;
  const now = () => Date.now() + skippedMs;
  return {
    get skippedMs() {
      return skippedMs;
    },
    now,
    async sleep(ms, signal) {
      const untilMs = now() + ms;
      await new Promise(setImmediate);
      if (!signal?.aborted) skippedMs = Math.max(skippedMs, untilMs - Date.now());
    },
    deadline: () => systemTime.deadline(PATIENCE_MS),
    random,
  };
}

interface Mark {
  ledger: number;
  requests: number;
}

const markOf = ({ ledger, requests }: ChaosServer): Mark => ({
  ledger: ledger.length,
  requests: requests.length,
});

/** What one run left behind. */
interface Story {
  plot: Plot;
  server: ChaosServer;
  summary: Summary;
  events: readonly PushEvent[];
  /** When the connection of that number was made: by the run's clock, and by the real one. */
  connectedMs: ReadonlyMap<number, { ownMs: number; realMs: number }>;
  journal: string;
  rejects: string;
  /** How many ledger entries and requests there were before the run. */
  since: Mark;
  /** And after it. */
  until: Mark;
}

/** Runs the plot, once and again with the same journal; the connections of the second run count on. */
async function perform(seed: number): Promise<Story[]> {
  const random = createRandom(seed);
  const plot = drawPlot(random, random());
  const time = createFakeTime(random);
  const connectedMs = new Map<number, { ownMs: number; realMs: number }>();
  let stop = new AbortController();
  let connections = 0;
  const server = await startServer({
    script: plot.step,
    storeMode: plot.storeMode,
    existing: plot.existing,
    clockOffsetMs: () => time.skippedMs + plot.skewMs,
    onMilestone: (number, milestone) => {
      if (milestone !== 'connected') return;
      connectedMs.set(number, { ownMs: time.now(), realMs: Date.now() });
      if (++connections === plot.stopAt) stop.abort();
    },
  });
  const directory = freshDirectory({ 'pins.ndjson': pinsFile(plot.pins) });
  const file = (name: string) => join(directory, name);
  const stories: Story[] = [];
  const runs = random() < 0.5 ? 1 : 2;
  for (let run = 0; run < runs; run++) {
    stop = new AbortController();
    const events: PushEvent[] = [];
    const since = markOf(server);
    const summary = await push(
      [file('pins.ndjson')],
      {
        checks: {
          strict: false,
          lenient: false,
          allowDuplicates: false,
          allowEmpty: false,
          expect: undefined,
        },
        skipInvalid: false,
        batchSize: plot.batchSize,
        maxBatchBytes: 1e6,
        delivery: plot.rules,
        timeoutMs: 60_000,
        destination: {
          dryRun: false,
          origin: new URL(server.origin),
          proxy: undefined,
          trackerId: '4711-815',
          privateKey: createSecretKey(server.privateKey, 'utf8'),
          userAgent: 'chaos',
        },
        resume: { file: file('journal'), owner: { pid: process.pid, isRunning: () => true } },
        rejects: file('rejects'),
      },
      (event) => events.push(event),
      time,
      stop.signal,
    );
    const [journal, rejects] = ['journal', 'rejects'].map((name) => readFileSync(file(name), 'utf8'));
    stories.push({
      plot,
      server,
      summary,
      events,
      connectedMs,
      journal: journal ?? '',
      rejects: rejects ?? '',
      since,
      until: markOf(server),
    });
  }
  await server.close();
  return stories;
}

type Told<T extends PushEvent['type']> = Extract<PushEvent, { type: T }>;
const eventsOf = <T extends PushEvent['type']>({ events }: Story, type: T) =>
  events.filter((event): event is Told<T> => event.type === type);
const lettersOfBatch = ({ plot: { pins } }: Story, { ranges }: Told<'batch'>['batch']) =>
  ranges.map(({ firstLine, lastLine }) => pins.slice(firstLine - 1, lastLine)).join('');

/** What a step tells to wait, when it tells it validly. */
function toldMs(step: Step): number {
  if (step.kind !== 'answer' || (step.status !== 429 && step.status !== 503)) return 0;
  const [text = ''] = valuesOf(step.headers, 'retry-after');
  return /^\d+$/.test(text) ? Number(text) * 1000 : 0;
}

/** I1, I2: what is said of a batch is so. */
function saysWhatIs(story: Story): void {
  const { server, plot, since, until } = story;
  const stored = new Set(
    server.ledger
      .slice(0, until.ledger)
      .flatMap(({ applied, kept }) => lettersOf([...applied, ...kept]).split('')),
  );
  const storedNow = new Set(
    lettersOf(server.ledger.slice(since.ledger, until.ledger).flatMap(({ applied }) => applied)),
  );
  const untold = new Set(plot.pins);
  for (const { batch, result, earlier } of eventsOf(story, 'batch')) {
    for (const letter of lettersOfBatch(story, batch)) {
      untold.delete(letter);
      if (result === 'accepted') expect(stored).toContain(letter);
      if (result === 'not-sent') expect(stored).not.toContain(letter);
      if (result === 'rejected' && !earlier && plot.storeMode === 'atomic')
        expect(storedNow).not.toContain(letter);
    }
  }
  // What no event tells of is counted as not sent.
  for (const letter of untold) expect(stored).not.toContain(letter);
}

/** I3 and the counts. */
function addsUp(story: Story): void {
  const { summary, plot, server, rejects } = story;
  const { read, invalid, ...parts } = summary.counts;
  expect([read, invalid]).toEqual([plot.pins.length, 0]);
  expect(parts.accepted + parts.rejected + parts.unknown + parts.notSent).toBe(read);
  const told = (result: string) =>
    eventsOf(story, 'batch').reduce(
      (sum, event) => sum + (event.result === result ? event.batch.count : 0),
      0,
    );
  expect([told('accepted'), told('rejected'), told('unknown')]).toEqual([
    parts.accepted,
    parts.rejected,
    parts.unknown,
  ]);
  const exitCode = exitCodeOf(summary, undefined);
  if (summary.stopped !== 'interrupted') expect(exitCode === 0).toBe(parts.accepted === read);
  const stored = [...server.scopes.values()];
  if (exitCode === 0)
    expect(new Set(lettersOf(stored))).toEqual(new Set([...plot.pins, ...lettersOf(plot.existing)]));
  const accepted = eventsOf(story, 'batch').filter(({ result }) => result === 'accepted');
  const acceptedLetters = accepted.map(({ batch }) => lettersOfBatch(story, batch)).join('');
  const others = [...plot.pins].filter((letter) => !acceptedLetters.includes(letter));
  expect(rejects.split('\n').filter(Boolean).sort()).toEqual(others.map(pin).sort());
}

/** I4: under raise nothing is sent again after a doubt, over both runs. */
function sendsNothingTwice(stories: readonly Story[]): void {
  const doubtful = new Set<string>();
  const accepted = new Set<string>();
  for (const story of stories) {
    for (const event of story.events) {
      if (event.type === 'attempt') {
        for (const letter of lettersOfBatch(story, event.batch)) {
          expect(accepted).not.toContain(letter);
          if (story.plot.rules.strategy === 'raise') expect(doubtful).not.toContain(letter);
        }
      }
      if (event.type === 'answer') {
        const { verdict } = event.judgement;
        const set = verdict === 'in-doubt' ? doubtful : verdict === 'accepted' ? accepted : undefined;
        for (const letter of lettersOfBatch(story, event.batch)) set?.add(letter);
      }
    }
  }
}

/** No request comes earlier than the one before it told; between runs and between workers the double cannot tell. */
function keepsQuiet({ plot, connectedMs, since, until, server }: Story): void {
  if (plot.rules.concurrency > 1) return;
  const numbers = server.requests.slice(since.requests, until.requests).map(({ number }) => number);
  for (const number of numbers.slice(0, -1)) {
    const next = connectedMs.get(number + 1);
    const before = connectedMs.get(number);
    if (next === undefined || before === undefined) continue;
    // On a machine that is busy the answer may have come when nobody waited for it any more.
    if (next.realMs - before.realMs >= PATIENCE_MS) continue;
    expect(next.ownMs - before.ownMs).toBeGreaterThanOrEqual(toldMs(plot.step(number)));
  }
}

/** I8, and the strategy is always said. */
function sendsWhatWasWritten({ plot, server, since, until }: Story): void {
  const lines = new Set([...plot.pins].map(pin));
  for (const { body, complete, query } of server.requests.slice(since.requests, until.requests)) {
    expect([...query]).toEqual([['conflict_strategy', plot.rules.strategy]]);
    if (!complete) continue;
    expect(body.at(-1)).toBe(0x0a);
    for (const line of body.toString().slice(0, -1).split('\n')) expect(lines).toContain(line);
  }
}

/** I7: the key's bytes are nowhere, and no customization is in the journal. */
function keepsSecrets({ server, events, journal, rejects }: Story): void {
  expect(scanForSecret(server.privateKey, JSON.stringify(events), journal, rejects)).toEqual([]);
  expect(journal).not.toMatch(/target|ApiAuth/);
}

describe(`seeded scripts of faults (LUIGIS_CHAOS_SEED=${SEED})`, () => {
  const firsts = Array.from(
    { length: Math.ceil(SCRIPTS / SCRIPTS_PER_TEST) },
    (_, at) => at * SCRIPTS_PER_TEST,
  );
  test.each(firsts)('whatever happens, from script %i on, what is said is so', async (first) => {
    for (let script = first; script < Math.min(first + SCRIPTS_PER_TEST, SCRIPTS); script++) {
      const seed = SEED + script;
      try {
        const stories = await perform(seed);
        for (const story of stories) {
          for (const holds of [saysWhatIs, addsUp, keepsQuiet, sendsWhatWasWritten, keepsSecrets])
            holds(story);
        }
        sendsNothingTwice(stories);
      } catch (error) {
        throw new Error(`replay with LUIGIS_CHAOS_SEED=${seed} LUIGIS_CHAOS_SCRIPTS=1`, { cause: error });
      }
    }
  });

  test('the same seed draws the same script', () => {
    const draw = () => {
      const plot = drawPlot(createRandom(SEED), 0.5);
      return JSON.stringify([plot, Array.from({ length: 20 }, (_, at) => plot.step(at + 1))]);
    };
    expect(draw()).toBe(draw());
  });
});
