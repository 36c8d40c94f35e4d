import type { Answer } from './answer.js';
import type { RequestHead } from './request.js';

/** A request, from its head on. */
export interface ReceivedRequest extends RequestHead {
  /** Its place in the script, from 1. */
  readonly number: number;
  /** The number of its connection, from 1. */
  readonly connection: number;
  /** When the head was there, by the real clock. */
  readonly arrivedAtMs: number;
  /** How old its `Date` was then, by the server's clock; undefined when missing or malformed. */
  readonly dateAgeMs: number | undefined;
  /** What came of the body, without framing. */
  body: Buffer;
  /** The whole body came. */
  complete: boolean;
  /** What an honest server answers to path, method, signature, `Date` and type; undefined when they are right. */
  refusal: Answer | undefined;
}

/** What one request changed. */
export interface LedgerEntry {
  /** The request's number. */
  readonly request: number;
  /** Lines that were stored, in order. */
  readonly applied: readonly string[];
  /** Lines that were accepted without effect, since their scope was there (`ignore`). */
  readonly kept: readonly string[];
  readonly atMs: number;
}

/** How far an exchange has come; `applied`: honest or told to store, it has done so, and the answer or fault comes next. */
export type Milestone = 'connected' | 'head' | 'received' | 'applied';

/** What the server writes down, for tests to read. */
export interface Book {
  readonly requests: ReceivedRequest[];
  readonly ledger: LedgerEntry[];
  /** Line to the number of times that it was stored. */
  applied(): Map<string, number>;
  /** The highest number of requests that were under way at one time: come, neither answered nor given up. */
  mostAtOnce(): number;
  begin(request: ReceivedRequest): void;
  end(request: ReceivedRequest): void;
  pass(number: number, milestone: Milestone): void;
  /** Resolves when the exchange of that number has come so far, at once when it has already. */
  reached(number: number, milestone: Milestone): Promise<void>;
}

/** An empty book. */
export function createBook(): Book {
  const requests: ReceivedRequest[] = [];
  const ledger: LedgerEntry[] = [];
  const underWay = new Set<ReceivedRequest>();
  const passed = new Set<string>();
  const waiting = new Map<string, (() => void)[]>();
  let mostAtOnce = 0;
  return {
    requests,
    ledger,
    applied() {
      const times = new Map<string, number>();
      for (const line of ledger.flatMap((entry) => entry.applied))
        times.set(line, (times.get(line) ?? 0) + 1);
      return times;
    },
    mostAtOnce: () => mostAtOnce,
    begin(request) {
      requests.push(request);
      underWay.add(request);
      mostAtOnce = Math.max(mostAtOnce, underWay.size);
    },
    end(request) {
      underWay.delete(request);
    },
    pass(number, milestone) {
      const key = `${number} ${milestone}`;
      passed.add(key);
      for (const resolve of waiting.get(key) ?? []) resolve();
    },
    reached(number, milestone) {
      const key = `${number} ${milestone}`;
      if (passed.has(key)) return Promise.resolve();
      return new Promise((resolve) => waiting.set(key, [...(waiting.get(key) ?? []), resolve]));
    },
  };
}
