import type { DeliveryRules } from '../../src/delivery/settle.js';
import type { ConflictStrategy } from '../../src/delivery/strategy.js';
import { lettersOf, pin } from './scenario.js';
import {
  type AnswerStep,
  answering,
  applying,
  applyingFirst,
  chunked,
  continuing,
  cutAfter,
  dated,
  early,
  type FaultStep,
  hangingUp,
  honestly,
  keepingAlive,
  type Moment,
  redirecting,
  refusingLines,
  resetting,
  type Step,
  sending,
  silent,
  throttling,
  tooLargeAbove,
  untilClose,
} from './step.js';
import type { StoreMode } from './store.js';

/** A push with everything that happens to it, drawn from a seed. */
export interface Plot {
  readonly pins: string;
  readonly batchSize: number;
  readonly rules: DeliveryRules;
  readonly storeMode: StoreMode;
  readonly existing: readonly string[];
  readonly skewMs: number;
  /** The step for the request of that number; the same one when asked again. */
  step(number: number): Step;
  /** The run is stopped when so many connections were made. */
  readonly stopAt: number;
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws a plot; `badness` in [0, 1] is how often the server misbehaves. */
export function drawPlot(random: () => number, badness: number): Plot {
  const pick = <T>(...choices: readonly [T, ...T[]]): T =>
    choices[Math.floor(random() * choices.length)] ?? choices[0];
  const pins = 'abcdefghijklmnop'.slice(0, 2 + Math.floor(random() * 14));
  const steps: Step[] = [];
  return {
    pins,
    batchSize: pick(1, 2, 3, 4, 8),
    rules: {
      strategy: pick<ConflictStrategy>('raise', 'ignore', 'override'),
      concurrency: pick(1, 1, 1, 3),
      retries: pick(0, 1, 2, 4),
      maxWaitMs: pick(0, 10_000, 120_000),
      failFast: pick(false, false, false, true),
      isolate: pick(false, true),
    },
    storeMode: pick<StoreMode>('atomic', 'atomic', 'partial-then-409', 'partial-then-422'),
    existing: random() < 0.2 ? [pin(pick('a', 'b', 'c'))] : [],
    skewMs: pick(0, 0, 0, 2000, -30_000, 600_000, 7_200_000),
    step(number) {
      while (steps.length < number)
        steps.push(random() < badness ? drawFault(random, pins) : drawGood(random));
      return steps[number - 1] ?? honestly();
    },
    stopAt: random() < 0.15 ? 1 + Math.floor(random() * 6) : Number.POSITIVE_INFINITY,
  };
}

function drawGood(random: () => number): Step {
  const manners = [keepingAlive, chunked, untilClose, continuing] as const;
  const manner = manners[Math.floor(random() * 12)];
  return manner === undefined ? honestly() : manner(honestly());
}

function drawFault(random: () => number, pins: string): Step {
  const pick = <T>(...choices: readonly [T, ...T[]]): T =>
    choices[Math.floor(random() * choices.length)] ?? choices[0];
  const moment = (): Moment => pick<Moment>('after-head', { bodyBytes: 40 }, 'after-request');
  /** With or without storing, all or a part of it. */
  const perhaps = (step: AnswerStep | FaultStep): Step => pick(step, applying(step), applyingFirst(1, step));
  const status = pick(500, 502, 503, 504, 408, 202, 207);
  const bad = pick(...([...pins] as [string, ...string[]]));
  return pick<() => Step>(
    () => perhaps(answering(status)),
    () => perhaps(answering(503, { headers: [['Retry-After', pick('1', '20', '500')]] })),
    () => perhaps(resetting()),
    () => perhaps(hangingUp()),
    () => resetting(moment()),
    () => hangingUp(pick<Moment>('on-connect', 'before-reading', moment())),
    () => perhaps(sending('220 mail\r\n')),
    () => perhaps(cutAfter(1, answering(200), pick('fin', 'reset'))),
    () => perhaps(chunked(answering(200), 'without-end')),
    () => perhaps(answering(200, { body: pick('<html>', '', '{"reason":"no"}') })),
    () => throttling(pick('0', '1', '5', '30', '-1', '9999999999')),
    () => throttling(),
    () => throttling(),
    () => dated('none', answering(429)),
    () => answering(409),
    () => early(answering(422)),
    () => refusingLines((line) => lettersOf([line]) === bad),
    () => refusingLines((line) => lettersOf([line]) === bad),
    () => tooLargeAbove({ records: pick(1, 2, 3) }),
    () => tooLargeAbove({ records: pick(1, 2, 3) }),
    () => (random() < 0.2 ? pick(answering(401), answering(403), redirecting(302, '/')) : honestly()),
    () => (random() < 0.1 ? perhaps(silent()) : honestly()),
  )();
}
