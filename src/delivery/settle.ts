import type { Time } from '../time.js';
import type { TimedAnswer } from './attempt.js';
import type { Batch } from './batch.js';
import { EXPLAINING_OFFSET_MS, type ServerClock } from './clock.js';
import { type Action, type Doubt, decide, doubtAfter, RESULT_OF_DOUBT, type Result } from './policy.js';
import type { ConflictStrategy } from './strategy.js';
import { type Judgement, judge } from './verdict.js';

/** The rules of a delivery. */
export interface DeliveryRules {
  strategy: ConflictStrategy;
  /** Requests in flight, at most. */
  concurrency: number;
  /** Further attempts of one batch. */
  retries: number;
  /** The longest that one batch waits on throttling, in all. */
  maxWaitMs: number;
  failFast: boolean;
  /** Halve a rejected batch until the culprits are found. */
  isolate: boolean;
}

/** What the attempts of a batch tell. */
export interface AttemptListener {
  attempt(batch: Batch, attempt: number): void;
  answer(batch: Batch, attempt: number, judgement: Judgement, elapsedMs: number): void;
  waiting(batch: Batch, ms: number, why: Retry['why'], attempt: number): void;
  /** Said once: dates are corrected by so much from here on. */
  clock(offsetMs: number): void;
}

/** What the attempts of all batches of a run share. */
export interface Line {
  rules: DeliveryRules;
  send(body: Buffer, clockOffsetMs: number): Promise<TimedAnswer>;
  clock: ServerClock;
  quiet: Quiet;
  /** Notes that the batch is about to be sent; false when it must not be. */
  sending(batch: Batch): Promise<boolean>;
  /** Notes how the batch would end if nothing more became of it. */
  noted(batch: Batch, result: Result): Promise<unknown>;
  listener: AttemptListener;
  time: Time;
  /** Aborts when no further attempt may begin. */
  stopped: AbortSignal;
  /** Batches that ended in doubt, one after the other, up to now. */
  doubtsInARow(): number;
  mayIsolate(): boolean;
}

/** The end of a batch's attempts: what to do, what it rests on, what may be stored by now. */
export interface Settled {
  action: Exclude<Action, Retry>;
  judgement: Judgement | undefined;
  attempts: number;
  elapsedMs: number;
  doubt: Doubt;
}

type Retry = Extract<Action, { do: 'retry' }>;

/** The waits that a server asked for: one batch is told, all batches keep it. */
export interface Quiet {
  /** Adds a wait from now on. */
  begin(ms: number): void;
  /** Resolves when every wait is over. */
  over(): Promise<void>;
}

/** No waits yet. */
export function createQuiet(time: Time, stopped: AbortSignal): Quiet {
  let waits: Promise<unknown> = Promise.resolve();
  return {
    begin(ms) {
      waits = Promise.all([waits, time.sleep(ms, stopped)]);
    },
    async over() {
      for (let seen: unknown; seen !== waits; ) {
        seen = waits;
        await waits;
      }
    },
  };
}

/** Attempts one batch until the policy ends or splits it, or the run is stopped. `doubt` is from before. */
export async function settle(batch: Batch, doubt: Doubt, line: Line): Promise<Settled> {
  const settled: Settled = {
    action: { do: 'finish', result: 'not-sent' },
    judgement: undefined,
    attempts: 0,
    elapsedMs: 0,
    doubt,
  };
  let tries = 0;
  let throttles = 0;
  let throttledMs = 0;
  let clockCorrected = false;
  for (;;) {
    await line.quiet.over();
    if (line.stopped.aborted) return stoppedEarly(settled);
    if (!(await line.sending(batch))) return stoppedEarly(settled);
    // While the journal was written, another batch may have been throttled, or the run ended.
    await line.quiet.over();
    if (line.stopped.aborted) {
      await line.noted(batch, RESULT_OF_DOUBT[settled.doubt]);
      return stoppedEarly(settled);
    }
    settled.attempts++;
    line.listener.attempt(batch, settled.attempts);
    const usedOffsetMs = line.clock.correctionMs;
    const answer = await line.send(batch.body, usedOffsetMs);
    const judgement = judgeTimed(answer);
    const { verdict, retryAfterMs } = judgement;
    observe(answer, line);
    settled.judgement = judgement;
    settled.elapsedMs += answer.elapsedMs;
    line.listener.answer(batch, settled.attempts, judgement, answer.elapsedMs);
    if (verdict === 'throttled') throttles++;
    else tries++;
    const { offsetMs } = line.clock;
    const action = decide(judgement, {
      ...line.rules,
      count: batch.count,
      attempts: tries,
      doubt: settled.doubt,
      doubtsInARow: line.doubtsInARow(),
      throttles,
      throttledMs,
      retryAfterMs,
      clockErrorMs: offsetMs === undefined ? undefined : offsetMs - usedOffsetMs,
      clockCorrected,
      mayIsolate: line.mayIsolate(),
      random: line.time.random(),
    });
    settled.doubt = doubtAfter(verdict, settled.doubt);
    await line.noted(batch, action.do === 'finish' ? action.result : RESULT_OF_DOUBT[settled.doubt]);
    const isTold = verdict === 'throttled' || (verdict === 'in-doubt' && retryAfterMs !== undefined);
    // Halves are other requests than the one that was told to wait.
    if (isTold && action.do !== 'split')
      line.quiet.begin(action.do === 'retry' ? action.afterMs : (retryAfterMs ?? 0));
    if (action.do !== 'retry') return { ...settled, action };
    if (action.why === 'clock') clockCorrected = true;
    else line.listener.waiting(batch, action.afterMs, action.why, settled.attempts);
    if (isTold) throttledMs += action.afterMs;
    else await line.time.sleep(action.afterMs, line.stopped);
  }
}

/** A date is good for about 5 s (`api/facts.md`, "Signing"); an upload that takes longer may explain a 401. */
const SLOW_UPLOAD_MS = 4000;

function judgeTimed(answer: TimedAnswer): Judgement {
  const judgement = judge(answer);
  const tookMs = answer.answeredMs - answer.sentMs;
  if (judgement.status !== 401 || tookMs < SLOW_UPLOAD_MS) return judgement;
  return { ...judgement, fault: `the request was under way for ${Math.round(tookMs / 1000)} s` };
}

function stoppedEarly(settled: Settled): Settled {
  return { ...settled, action: { do: 'finish', result: RESULT_OF_DOUBT[settled.doubt] } };
}

function observe(answer: TimedAnswer, { clock, listener }: Line): void {
  if (answer.kind !== 'answered') return;
  const before = clock.correctionMs;
  clock.observe({ ...answer.headers, sentMs: answer.sentMs, answeredMs: answer.answeredMs });
  const isBig = (ms: number) => Math.abs(ms) >= EXPLAINING_OFFSET_MS;
  if (isBig(clock.correctionMs) && !isBig(before)) listener.clock(clock.correctionMs);
}
