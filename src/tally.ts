import { suspects } from './customization/suspect.js';
import type { Batch } from './delivery/batch.js';
import type { DeliveryListener, Outcome } from './delivery/deliver.js';
import type { Result } from './delivery/policy.js';
import type { ServerWords } from './delivery/verdict.js';
import type { BatchLabel, Emit, Suspicion } from './events.js';
import type { Inputs } from './input/inputs.js';
import { InputError } from './input/source.js';

/** Counts what a delivery tells, and tells it on as events. */
export interface Tally extends DeliveryListener {
  /** Customizations by result, of the batches that are over. */
  readonly counts: Readonly<Record<Result, number>>;
  readonly requests: number;
}

/** Places that a suspicion names. */
const MAX_PLACES = 10;

/** `onOutcome` is awaited for each batch that is over, before its event. */
export function createTally(
  inputs: Inputs,
  emit: Emit,
  onOutcome: (batch: Batch, result: Result) => Promise<void>,
  nowMs: number,
): Tally {
  const counts: Record<Result, number> = { accepted: 0, rejected: 0, unknown: 0, 'not-sent': 0 };
  let requests = 0;

  const label = ({ name, count, body, lines }: Batch): BatchLabel => ({
    name,
    count,
    bytes: body.length,
    ranges: inputs.ranges(lines),
  });

  const suspicions = ({ body, lines }: Batch, { result, judgement }: Outcome): Suspicion[] => {
    if (result !== 'rejected' || judgement?.words === undefined) return [];
    return suspects(body, sentences(judgement.words), nowMs).map(({ field, records }) => ({
      field,
      count: records.length,
      places: records.slice(0, MAX_PLACES).map((record) => inputs.place(lines[record] ?? 0)),
    }));
  };

  return {
    counts,
    get requests() {
      return requests;
    },
    attempt(batch, attempt) {
      requests++;
      emit({ type: 'attempt', batch: label(batch), attempt });
    },
    answer: (batch, attempt, judgement, elapsedMs) =>
      emit({ type: 'answer', batch: label(batch), attempt, judgement, elapsedMs }),
    waiting: (batch, ms, why, attempt) => emit({ type: 'waiting', batch: label(batch), ms, why, attempt }),
    clock: (offsetMs) => emit({ type: 'clock', offsetMs }),
    split: (batch, why) => emit({ type: 'split', batch: label(batch), why }),
    async outcome(batch, outcome) {
      counts[outcome.result] += batch.count;
      await onOutcome(batch, outcome.result);
      const { judgement, ...told } = outcome;
      emit({
        type: 'batch',
        batch: label(batch),
        ...told,
        ...(judgement !== undefined && { judgement }),
        suspicions: suspicions(batch, outcome),
      });
    },
    stopping: ({ why, comeBackMs, error }, offsetMs) =>
      emit({
        type: 'stopping',
        why,
        ...(comeBackMs !== undefined && { comeBackMs }),
        ...(offsetMs !== undefined && { offsetMs }),
        ...(error instanceof Error && { error: wordsOf(error) }),
      }),
  };
}

const wordsOf = (error: Error) =>
  error instanceof InputError && error.code === 'changed'
    ? `${error.input} changed after it was checked`
    : error.message;

function sentences({ reason, details, text }: ServerWords): string[] {
  return [
    reason ?? '',
    text ?? '',
    ...Object.entries(details ?? {}).flatMap(([field, messages]) => [field, ...messages]),
  ];
}
