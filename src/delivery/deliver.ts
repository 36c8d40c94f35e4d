import type { Time } from '../time.js';
import type { TimedAnswer } from './attempt.js';
import { type Batch, halves } from './batch.js';
import { createServerClock } from './clock.js';
import type { Journal } from './journal.js';
import type { Action, Doubt, Finish, Result, StopReason } from './policy.js';
import {
  type AttemptListener,
  createQuiet,
  type DeliveryRules,
  type Line,
  type Settled,
  settle,
} from './settle.js';
import type { Judgement } from './verdict.js';

/** What a delivery tells. */
export interface DeliveryListener extends AttemptListener {
  split(batch: Batch, why: SplitReason): void;
  /** A batch is over. Awaited before the next batch of its connection. */
  outcome(batch: Batch, outcome: Outcome): Promise<void>;
  /** No further batch is taken. `offsetMs`: the server's clock, as far as it is known. */
  stopping(stopped: Stopped, offsetMs: number | undefined): void;
}

/** How a batch ended. */
export interface Outcome {
  result: Result;
  /** Of the last answer, when there was one. */
  judgement: Judgement | undefined;
  attempts: number;
  elapsedMs: number;
  /** Known from the journal, not sent by this run. */
  earlier: boolean;
}

/** Why a delivery ended before its last batch. */
interface Stopped {
  why: StopReason;
  /** When the server wants to be asked again. */
  comeBackMs?: number;
  /** What went wrong here, not at the server. */
  error?: unknown;
}

/** How a delivery ended. */
export interface Delivered {
  /** The 0-based numbers of the batches of which no outcome was told, because none was taken up. */
  left: number[];
  stopped?: Stopped;
}

/** Why a batch is halved. */
export type SplitReason = Extract<Action, { do: 'split' }>['why'];

/** Batches to deliver. */
export interface Batches {
  count: number;
  /** Reads the batch with the 0-based number. */
  open(at: number): Promise<Batch>;
}

/** A batch that waits for its turn, with what earlier attempts, of it or of its whole, may have stored. */
interface Waiting {
  batch: Batch;
  doubt: Doubt;
}

/** Extra requests that one run spends on finding culprits. */
const MAX_ISOLATING_REQUESTS = 64;

/**
 * Delivers batches and tells the outcome of each one that was taken up.
 * Resolves when nothing is in flight any more: after the last batch, or when
 * the policy, `stop` or an error here has ended the run. The journal, where
 * there is one, is written before an attempt and after its answer.
 */
export async function deliver(
  batches: Batches,
  rules: DeliveryRules,
  send: (body: Buffer, clockOffsetMs: number) => Promise<TimedAnswer>,
  journal: Journal | undefined,
  listener: DeliveryListener,
  time: Time,
  stop: AbortSignal,
): Promise<Delivered> {
  const halted = new AbortController();
  const stopped = AbortSignal.any([stop, halted.signal]);
  const clock = createServerClock();
  let stoppedBy: Stopped | undefined;
  let next = 0;
  let ceiling = Number.POSITIVE_INFINITY;
  let isolatingLeft = MAX_ISOLATING_REQUESTS;
  let doubtsInARow = 0;
  const line: Line = {
    rules,
    send,
    clock,
    quiet: createQuiet(time, stopped),
    sending: (batch) => note(journal?.sending(batch)),
    noted: (batch, result) => note(journal?.outcome(batch, result)),
    listener,
    time,
    stopped,
    doubtsInARow: () => doubtsInARow,
    mayIsolate: () => rules.isolate && isolatingLeft > 0,
  };

  const halt = (reason: Stopped) => {
    if (stoppedBy !== undefined) return;
    stoppedBy = reason;
    halted.abort();
    listener.stopping(reason, clock.offsetMs);
  };

  /** Notes in the journal; a failure ends the run, for what is sent after it could not be resumed. */
  const note = async (written: Promise<void> | undefined) => {
    try {
      await written;
      return true;
    } catch (error) {
      halt({ why: 'failed', error });
      return false;
    }
  };

  const finish = async (batch: Batch, { result, stop: why, comeBackMs }: Finish, settled: Settled) => {
    const { judgement, attempts, elapsedMs } = settled;
    if (judgement !== undefined) doubtsInARow = judgement.verdict === 'in-doubt' ? doubtsInARow + 1 : 0;
    await listener.outcome(batch, { result, judgement, attempts, elapsedMs, earlier: false });
    if (why !== undefined) halt({ why, ...(comeBackMs !== undefined && { comeBackMs }) });
  };

  const split = (batch: Batch, why: SplitReason, doubt: Doubt): Waiting[] => {
    if (why === 'too-large') ceiling = Math.min(ceiling, Math.ceil(batch.count / 2));
    else isolatingLeft -= 2;
    listener.split(batch, why);
    return divided(batch, doubt);
  };

  /** Delivers one batch, or what the journal leaves of it; the halves that are to be delivered next. */
  const deliverOne = async ({ batch, doubt: inherited }: Waiting): Promise<Waiting[]> => {
    const known = journal?.known(batch.name);
    const doubt = known === undefined ? inherited : DOUBT_AFTER[known];
    if (journal?.isHalved(batch.name)) return divided(batch, doubt);
    if (known === undefined && batch.count > ceiling) return divided(batch, doubt);
    if (known === 'accepted' || (known === 'unknown' && rules.strategy === 'raise')) {
      await listener.outcome(batch, {
        result: known,
        judgement: undefined,
        attempts: 0,
        elapsedMs: 0,
        earlier: true,
      });
      return [];
    }
    const settled = await settle(batch, doubt, line);
    if (settled.action.do === 'split') return split(batch, settled.action.why, settled.doubt);
    await finish(batch, settled.action, settled);
    return [];
  };

  const deliverWhole = async (whole: Batch) => {
    const waiting: Waiting[] = [{ batch: whole, doubt: 'none' }];
    for (let first = waiting.pop(); first !== undefined; first = waiting.pop())
      waiting.push(...(await deliverOne(first)));
  };

  const take = async (at: number) => {
    try {
      await deliverWhole(await batches.open(at));
    } catch (error) {
      halt({ why: 'failed', error });
    }
  };

  const work = async () => {
    while (!stopped.aborted && next < batches.count) await take(next++);
  };

  const interrupt = () => halt({ why: 'interrupted' });
  if (stop.aborted) interrupt();
  stop.addEventListener('abort', interrupt, { once: true });
  await Promise.all(Array.from({ length: Math.min(rules.concurrency, batches.count) }, work));
  stop.removeEventListener('abort', interrupt);
  // A wait that nobody keeps any more would hold up the process.
  halted.abort();
  const left: number[] = [];
  for (; next < batches.count; next++) {
    // What an earlier run did with a batch is true of it, though this one ended before its turn.
    if (journal?.mentions(next + 1)) await take(next);
    else left.push(next);
  }
  return { left, ...(stoppedBy !== undefined && { stopped: stoppedBy }) };
}

/** What an earlier run that ended so may have stored. */
const DOUBT_AFTER = { accepted: 'wholly', unknown: 'wholly', rejected: 'partly' } as const;

/** The halves of a batch, the first one last: a list of batches is taken from its end. */
function divided(batch: Batch, doubt: Doubt): Waiting[] {
  const [first, second] = halves(batch);
  return [
    { batch: second, doubt },
    { batch: first, doubt },
  ];
}
