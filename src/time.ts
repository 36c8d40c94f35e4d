import { setTimeout as startTimer } from 'node:timers';
import { setTimeout as delay } from 'node:timers/promises';

/** Time and chance, as parameters: tests hand in their own. */
export interface Time {
  /** Milliseconds since the epoch, by the local clock. */
  now(): number;
  /** Resolves after `ms`, or as soon as `signal` aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Aborts after `ms`. */
  deadline(ms: number): AbortSignal;
  /** In [0, 1). */
  random(): number;
}

/** The longest wait of one timer; a longer one would fire at once (Node's `setTimeout`, 2^31 - 1 ms). */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The machine's own time and chance. */
export const systemTime: Time = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    for (let left = ms; left > 0 && !signal?.aborted; left -= MAX_TIMER_MS) {
      await delay(Math.min(left, MAX_TIMER_MS), undefined, signal && { signal }).catch(() => {});
    }
  },
  // Not AbortSignal.timeout: what is joined of it (AbortSignal.any) does not keep it, so that it may be collected
  // as garbage and never abort.
  deadline(ms) {
    const over = new AbortController();
    startTimer(() => over.abort(), ms).unref();
    return over.signal;
  },
  random: () => Math.random(),
};
