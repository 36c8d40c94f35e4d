import { Worker } from 'node:worker_threads';
import { NO_RECORDS, type PlainRecords } from './plain-records.js';
import type { Part } from './worker.js';

/** A second thread that finds the plain records of parts of an input. */
export interface SkimThread {
  /** Has it begun, and nothing more to do soon? */
  readonly isIdle: boolean;
  /** The plain records of a part, whose bytes lie in shared memory and stay as they are until then. Never rejects. */
  find(bytes: Uint8Array): Promise<PlainRecords>;
  close(): Promise<unknown>;
}

/** Parts that wait for it, the one that it is at included. */
const MAX_WAITING = 4;

const NO_THREAD: SkimThread = {
  isIdle: false,
  find: () => Promise.resolve(NO_RECORDS),
  close: () => Promise.resolve(),
};

/** Starts the thread. Where it cannot be had, or breaks off, it is never idle again, and finds nothing. */
export function startSkimThread(nowMs: number, script?: URL): SkimThread {
  const waiting = new Map<number, (records: PlainRecords) => void>();
  let parts = 0;
  let answers = 0;
  let isRunning = false;
  const worker = startWorker(script, nowMs);
  if (worker === undefined) return NO_THREAD;

  const end = () => {
    isRunning = false;
    for (const resolve of waiting.values()) resolve(NO_RECORDS);
    waiting.clear();
  };
  worker.on('error', end);
  worker.on('exit', end);
  worker.on('message', (answer?: { number: number; records: PlainRecords }) => {
    isRunning = true;
    answers++;
    if (answer === undefined) return;
    waiting.get(answer.number)?.(answer.records);
    waiting.delete(answer.number);
  });

  return {
    get isIdle() {
      // Slow at first, for its code is not compiled yet: to wait for it would take longer than to do without.
      return isRunning && waiting.size < Math.min(MAX_WAITING, answers);
    },
    find: (bytes) =>
      new Promise((resolve) => {
        const part: Part = { number: parts++, bytes };
        waiting.set(part.number, resolve);
        worker.postMessage(part);
      }),
    close: () => worker.terminate(),
  };
}

function startWorker(script: URL | undefined, nowMs: number): Worker | undefined {
  try {
    // By the package's own name for it, wherever the code of this file is bundled.
    const url = script ?? new URL(import.meta.resolve('#skim-worker'));
    // It needs nothing of the environment, least of all the private key.
    return new Worker(url, { workerData: nowMs, env: {}, execArgv: [] });
  } catch {
    // Node's permission model may forbid it.
    return undefined;
  }
}
