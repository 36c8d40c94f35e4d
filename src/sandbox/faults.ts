import { type Answer, proxyPage, refuse, throttled } from './answer.js';

/** How the sandbox can misbehave: cut the connection, say nothing, stop within the answer, or answer a status. */
export const FAULT_KINDS = ['reset', 'timeout', 'truncated', '429', '500', '502', '503', '504'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** A misbehaviour, and the share of requests that meet it: 0 to 1. */
export interface Fault {
  kind: FaultKind;
  rate: number;
}

/**
 * One request's misbehaviour. `after` means after the batch was dealt with, so
 * that it may be stored although the answer does not say so; a 429 never is.
 */
export interface Misbehaviour {
  kind: FaultKind;
  when: 'before' | 'after';
}

/** Reads `<kind>:<rate>`, the rate as `0.05` or `5%`; undefined when it is not that. */
export function parseFault(text: string): Fault | undefined {
  const [, name, digits, percent] = /^(\w+):(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(text) ?? [];
  const kind = FAULT_KINDS.find((known) => known === name);
  const rate = Number(digits) / (percent === '%' ? 100 : 1);
  return kind !== undefined && rate <= 1 ? { kind, rate } : undefined;
}

/** Rates such as 0.1 have no exact binary form, so their sum may miss 1 by this much. */
const ROUNDING = 1e-9;

/**
 * Draws the misbehaviour of one request after the other, the same ones for the
 * same seed. Half of a kind's requests meet it before, half after they are
 * dealt with. A `RangeError` when the rates add up to more than 1.
 */
export function createFaultDraw(faults: readonly Fault[], seed: number): () => Misbehaviour | undefined {
  const total = faults.reduce((sum, { rate }) => sum + rate, 0);
  if (!(total <= 1 + ROUNDING) || faults.some(({ rate }) => rate < 0)) {
    throw new RangeError('The rates of the faults must be 0 or more, and add up to 1 at most.');
  }
  const random = createRandom(seed);
  return () => {
    let drawn = random();
    for (const { kind, rate } of faults) {
      if (drawn < rate) return { kind, when: kind === '429' || drawn < rate / 2 ? 'before' : 'after' };
      drawn -= rate;
    }
    return undefined;
  };
}

/** Numbers in [0, 1) that follow from the seed (the generator known as mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What the client gets: a whole answer, its first half, nothing, or a cut connection. */
export type Reaction = { kind: 'answer' | 'truncated'; answer: Answer } | { kind: 'reset' | 'timeout' };

/** What becomes of `answer` under a misbehaviour. A proxy in front speaks HTML (`api/facts.md`, "Errors"). */
export function reactionOf(misbehaviour: Misbehaviour | undefined, answer: Answer): Reaction {
  switch (misbehaviour?.kind) {
    case undefined:
      return { kind: 'answer', answer };
    case 'reset':
    case 'timeout':
      return { kind: misbehaviour.kind };
    case 'truncated':
      return { kind: 'truncated', answer };
    case '429':
      return { kind: 'answer', answer: throttled(1) };
    case '500':
      return { kind: 'answer', answer: refuse(500, 'Internal server error.') };
    case '502':
      return { kind: 'answer', answer: proxyPage(502, 'Bad Gateway') };
    case '503':
      return { kind: 'answer', answer: proxyPage(503, 'Service Unavailable') };
    case '504':
      return { kind: 'answer', answer: proxyPage(504, 'Gateway Timeout') };
  }
}

const MINUTE_MS = 60_000;

/**
 * Lets `perMinute` requests through in any minute. Told of a request at
 * `nowMs`, it returns undefined, or the whole seconds to wait. A request that
 * was not let through does not count.
 */
export function createThrottle(perMinute: number): (nowMs: number) => number | undefined {
  const through: number[] = [];
  return (nowMs) => {
    while (through[0] !== undefined && through[0] <= nowMs - MINUTE_MS) through.shift();
    if (through.length >= perMinute) return Math.ceil(((through[0] ?? nowMs) + MINUTE_MS - nowMs) / 1000);
    through.push(nowMs);
    return undefined;
  };
}
