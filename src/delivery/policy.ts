import { EXPLAINING_OFFSET_MS, MAX_OFFSET_MS } from './clock.js';
import type { ConflictStrategy } from './strategy.js';
import type { Judgement, Verdict } from './verdict.js';

/** How a batch ends. `unknown`: it may be stored, wholly, in part or not at all. */
export const RESULTS = ['accepted', 'rejected', 'unknown', 'not-sent'] as const;
export type Result = (typeof RESULTS)[number];

/** Why a run ends before its last batch. */
export const STOP_REASONS = [
  'refused',
  'clock',
  'unreachable',
  'throttled',
  'in-doubt',
  'fail-fast',
  'interrupted',
  /** Something here: the input changed, the journal could not be written. */
  'failed',
] as const;
export type StopReason = (typeof STOP_REASONS)[number];

/** How much of a batch earlier attempts may have stored: nothing, a part (it was rejected), or all of it. */
export type Doubt = 'none' | 'partly' | 'wholly';

/** How a batch ends of which so much may be stored, when nothing more becomes of it. */
export const RESULT_OF_DOUBT = {
  none: 'not-sent',
  partly: 'rejected',
  wholly: 'unknown',
} as const satisfies Record<Doubt, Result>;

/** What may be stored of a batch after an attempt, by what may have been before it. */
export function doubtAfter(verdict: Verdict, before: Doubt): Doubt {
  if (verdict === 'in-doubt' || before === 'wholly') return 'wholly';
  // Whether a rejected batch is stored in part is undocumented (`api/facts.md`).
  return verdict === 'rejected' ? 'partly' : before;
}

/** What the decision about one attempt rests on, beside its verdict. */
export interface Situation {
  strategy: ConflictStrategy;
  /** Customizations in the batch. */
  count: number;
  /** Attempts of this batch so far, this one included; those that were throttled do not count. */
  attempts: number;
  /** Further attempts that are allowed. */
  retries: number;
  /** From the attempts before this one. */
  doubt: Doubt;
  /** Batches that ended in doubt just before this one. */
  doubtsInARow: number;
  /** Milliseconds that this batch has waited because the server asked for it. */
  throttledMs: number;
  maxWaitMs: number;
  /** Throttled answers of this batch so far, this one included. */
  throttles: number;
  /** What the answer's `Retry-After` tells, in ms; undefined when there is none to trust. */
  retryAfterMs: number | undefined;
  /** How far this attempt's date was off, by what is now known; undefined when nothing is. */
  clockErrorMs: number | undefined;
  /** Was the batch already sent again because of its date? */
  clockCorrected: boolean;
  /** May a rejected batch be halved? */
  mayIsolate: boolean;
  failFast: boolean;
  /** In [0, 1). */
  random: number;
}

/** The end of a batch; with `stop`, of the run. `comeBackMs`: when the server wants to be asked again. */
export interface Finish {
  do: 'finish';
  result: Result;
  stop?: StopReason;
  comeBackMs?: number;
}

/** What to do after an attempt. */
export type Action =
  | Finish
  | { do: 'retry'; afterMs: number; why: 'throttled' | 'unreachable' | 'in-doubt' | 'clock' }
  | { do: 'split'; why: 'too-large' | 'isolate' };

const BACKOFF_START_MS = 1000;
const BACKOFF_CAP_MS = 30_000;
/** A server that throttles is not asked more often than this, whatever chance says. */
const MIN_THROTTLE_MS = 1000;
/** Waits are lengthened by up to this part, so that clients told the same do not return together. */
const TOLD_JITTER = 0.1;

/** Full jitter: anything between nothing and a ceiling that doubles from 1 s to 30 s. `attempt` is 1-based. */
export function backoffMs(attempt: number, random: number): number {
  return Math.round(random * Math.min(BACKOFF_CAP_MS, BACKOFF_START_MS * 2 ** (attempt - 1)));
}

/** The policy: what follows from a verdict under a conflict strategy. */
export function decide({ verdict, status }: Judgement, situation: Situation): Action {
  switch (verdict) {
    case 'accepted':
      return { do: 'finish', result: 'accepted' };
    case 'rejected':
      return rejected(status, situation);
    case 'too-large':
      if (situation.count > 1) return { do: 'split', why: 'too-large' };
      return finish('rejected', situation, situation.failFast ? 'fail-fast' : undefined);
    case 'throttled':
      return throttled(status, situation);
    case 'unsent':
      return retryOr('unreachable', situation, finish('not-sent', situation, 'unreachable'));
    case 'in-doubt':
      return inDoubt(situation);
    case 'refused':
      return refused(status, situation);
  }
}

/** Ends the batch; what an earlier attempt may have stored is unknown, whatever came later. */
function finish(result: Result, { doubt }: Situation, stop?: StopReason): Finish {
  const isKnown = doubt !== 'wholly' && result !== 'not-sent';
  return { do: 'finish', result: isKnown ? result : RESULT_OF_DOUBT[doubt], ...(stop && { stop }) };
}

/** Would the wait that was told go beyond what one batch may wait in all? */
function isTooLong({ retryAfterMs = 0, throttledMs, maxWaitMs }: Situation): boolean {
  return throttledMs + retryAfterMs > maxWaitMs;
}

const comeBack = ({ retryAfterMs }: Situation) =>
  retryAfterMs === undefined ? {} : { comeBackMs: retryAfterMs };

function rejected(status: number | undefined, situation: Situation): Action {
  const { strategy, doubt, count, mayIsolate, failFast } = situation;
  // Under raise the scopes that collide may be those that an earlier try stored.
  const collidesWithItself = strategy === 'raise' && status === 409 && doubt !== 'none';
  const mayReplay = strategy !== 'raise' || doubt !== 'wholly';
  if (mayIsolate && mayReplay && count > 1) return { do: 'split', why: 'isolate' };
  return finish(collidesWithItself ? 'unknown' : 'rejected', situation, failFast ? 'fail-fast' : undefined);
}

function throttled(status: number | undefined, situation: Situation): Action {
  const { count, retryAfterMs, random, throttles, throttledMs, maxWaitMs } = situation;
  const toldMs = (retryAfterMs ?? 0) * (1 + TOLD_JITTER * random);
  const afterMs = Math.ceil(Math.max(toldMs, MIN_THROTTLE_MS, backoffMs(throttles, random)));
  if (throttledMs + Math.max(retryAfterMs ?? 0, MIN_THROTTLE_MS) > maxWaitMs) {
    // What is too large for the moment only may be small enough in halves.
    if (status === 413 && count > 1) return { do: 'split', why: 'too-large' };
    return { ...finish('not-sent', situation, 'throttled'), ...comeBack(situation) };
  }
  return {
    do: 'retry',
    afterMs: Math.max(retryAfterMs ?? 0, Math.min(afterMs, maxWaitMs - throttledMs)),
    why: 'throttled',
  };
}

function inDoubt(situation: Situation): Action {
  const { strategy, doubtsInARow, failFast } = situation;
  const unknown: Finish = { do: 'finish', result: 'unknown' };
  const stopped: Finish = { ...unknown, stop: 'in-doubt', ...comeBack(situation) };
  if (strategy !== 'raise') return retryOr('in-doubt', situation, stopped);
  if (doubtsInARow > 0 || isTooLong(situation)) return stopped;
  return failFast ? { ...unknown, stop: 'fail-fast' } : unknown;
}

function retryOr(why: 'unreachable' | 'in-doubt', situation: Situation, otherwise: Action): Action {
  const { attempts, retries, random, retryAfterMs = 0 } = situation;
  if (attempts > retries || isTooLong(situation)) return otherwise;
  return { do: 'retry', afterMs: Math.max(retryAfterMs, backoffMs(attempts, random)), why };
}

function refused(status: number | undefined, situation: Situation): Action {
  const { clockErrorMs, clockCorrected } = situation;
  const errorMs = Math.abs(clockErrorMs ?? 0);
  if (status === 401 && errorMs > MAX_OFFSET_MS) return finish('not-sent', situation, 'clock');
  if (status === 401 && errorMs >= EXPLAINING_OFFSET_MS && !clockCorrected)
    return { do: 'retry', afterMs: 0, why: 'clock' };
  return finish('not-sent', situation, 'refused');
}
