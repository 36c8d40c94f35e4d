import type { Problem } from './customization/problem.js';
import type { SplitReason } from './delivery/deliver.js';
import type { Action, Result, StopReason } from './delivery/policy.js';
import type { ConflictStrategy } from './delivery/strategy.js';
import type { Judgement } from './delivery/verdict.js';
import type { LineRange } from './input/inputs.js';

/** What became of the customizations that were read: read = the sum of all the others. */
export interface Counts {
  read: number;
  accepted: number;
  rejected: number;
  /** May be stored or not: sent, and no answer to trust came. */
  unknown: number;
  notSent: number;
  invalid: number;
}

/** A batch in messages. */
export interface BatchLabel {
  /** `7`; halves are `7.1` and `7.2`. */
  name: string;
  count: number;
  bytes: number;
  ranges: LineRange[];
}

/** Lines of a rejected batch that show what the server complains of. */
export interface Suspicion {
  /** The field that the server names. */
  field: string;
  places: { file: string; line: number }[];
  /** How many there are in all; `places` holds the first of them. */
  count: number;
}

/** What a run tells while it works. `type` is the discriminant; every quantity has its unit in its name. */
export type PushEvent =
  /** The first pass goes on: so much was read. */
  | { type: 'reading'; customizations: number; bytes: number }
  | { type: 'problem'; problem: Problem }
  /** The first pass is over. */
  | { type: 'checked'; read: number; invalid: number; errors: number; warnings: number; files: string[] }
  /** What is about to be sent. */
  | {
      type: 'plan';
      customizations: number;
      batches: number;
      bytes: number;
      /** Not known in a dry run without credentials. */
      trackerId: string | undefined;
      origin: string;
      strategy: ConflictStrategy;
      dryRun: boolean;
      /** Customizations that the journal knows to be accepted. */
      acceptedEarlier: number;
    }
  | { type: 'attempt'; batch: BatchLabel; attempt: number }
  | { type: 'answer'; batch: BatchLabel; attempt: number; judgement: Judgement; elapsedMs: number }
  /** Waiting before the next attempt of a batch. */
  | {
      type: 'waiting';
      batch: BatchLabel;
      ms: number;
      why: Extract<Action, { do: 'retry' }>['why'];
      attempt: number;
    }
  /** Dates are corrected from here on: the server's clock is off by so much. */
  | { type: 'clock'; offsetMs: number }
  | { type: 'split'; batch: BatchLabel; why: SplitReason }
  /** A batch is over. */
  | {
      type: 'batch';
      batch: BatchLabel;
      result: Result;
      judgement?: Judgement;
      attempts: number;
      elapsedMs: number;
      /** Known from the journal, not sent by this run. */
      earlier: boolean;
      suspicions: Suspicion[];
    }
  /** No further batch is taken. */
  | { type: 'stopping'; why: StopReason; comeBackMs?: number; offsetMs?: number; error?: string }
  | { type: 'summary'; summary: Summary };

/**
 * Takes events as they happen; the work goes on when it returns. What it returns
 * for `reading` is awaited, so that whoever writes slowly slows the reading down.
 */
export type Emit = (event: PushEvent) => unknown;

/** How a run ended. */
export interface Summary {
  counts: Counts;
  /** As planned, halves not counted. */
  batches: number;
  requests: number;
  elapsedMs: number;
  /** Was the input refused before anything was sent? */
  refusedInput: boolean;
  dryRun: boolean;
  stopped?: StopReason;
  /** When the server wants to be asked again. */
  comeBackMs?: number;
  /** The journal, the rejects or a temporary file could not be written, in the system's words. */
  writeError?: string;
}
