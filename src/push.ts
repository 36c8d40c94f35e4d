import { type Checked, type CheckRules, check } from './check.js';
import type { Endpoint } from './delivery/attempt.js';
import { createPlan } from './delivery/plan.js';
import type { Emit, Summary } from './events.js';
import { openInputs } from './input/inputs.js';
import type { Input } from './input/source.js';
import type { Cargo, SendRules, Sent } from './send.js';
import type { Time } from './time.js';
import { checkEvents, checkedEvent } from './validate.js';

/** A push, complete and checked. */
export interface PushSettings extends SendRules {
  checks: CheckRules;
  /** Send the valid customizations and report the others. */
  skipInvalid: boolean;
  destination: Destination;
}

/** Where a push goes; a dry run goes nowhere, and may not know as whom. */
export type Destination =
  | ({ dryRun: false } & Endpoint)
  | { dryRun: true; origin: URL; trackerId: string | undefined };

/** What the stages after the check work on. */
interface Run extends Cargo {
  checked: Checked;
  settings: PushSettings;
  emit: Emit;
  time: Time;
}

/**
 * Pushes customizations: checks them all, plans the batches, delivers them, and
 * sums up. Nothing is sent unless every customization is valid, or the settings
 * say to skip those that are not. `stop` ends the run in order: no new attempt,
 * and answers that are under way are awaited for 10 s.
 *
 * Rejects with `InputError`, `JournalError` or `WriteError` only before the
 * first request; whatever happens after it is in the summary.
 */
export async function push(
  from: readonly Input[],
  settings: PushSettings,
  emit: Emit,
  time: Time,
  stop: AbortSignal,
): Promise<Summary> {
  const startedMs = time.now();
  const inputs = await openInputs(from);
  try {
    const plan = createPlan(settings.batchSize, settings.maxBatchBytes);
    const spoilt = createPlan(settings.batchSize, Number.POSITIVE_INFINITY);
    const checked = await check(
      inputs,
      settings.checks,
      startedMs,
      plan.add,
      { ...checkEvents(emit), invalid: spoilt.add },
      stop,
    );
    emit(checkedEvent(checked, inputs));
    const run: Run = { inputs, plan, spoilt, checked, settings, emit, time };
    const isRefused = checked.broken || (checked.invalid > 0 && !settings.skipInvalid);
    const refusedInput = isRefused && !stop.aborted;
    const sent = isRefused || stop.aborted ? NOTHING_SENT : await sendPlanned(run, stop);
    const summary = sumUp(run, sent, refusedInput, time.now() - startedMs, stop.aborted);
    emit({ type: 'summary', summary });
    return summary;
  } finally {
    await inputs.close();
  }
}

const NOTHING_SENT: Sent = { requests: 0, accepted: 0, rejected: 0, unknown: 0 };

/** The second pass, unless it is a dry run: then only what it would do is told. */
async function sendPlanned(run: Run, stop: AbortSignal): Promise<Sent> {
  const { settings, emit, time } = run;
  const { destination } = settings;
  const onBegin = (acceptedEarlier: number) => announce(run, acceptedEarlier);
  if (destination.dryRun) {
    onBegin(0);
    return NOTHING_SENT;
  }
  // Loaded where it is used: what is refused before anything is sent needs no TLS.
  const { send } = await import('./send.js');
  return send(run, settings, destination, onBegin, emit, time, stop);
}

function announce({ plan, settings, emit }: Run, acceptedEarlier: number): void {
  const { destination, delivery } = settings;
  emit({
    type: 'plan',
    customizations: plan.customizations,
    batches: plan.batches,
    bytes: plan.bytes,
    trackerId: destination.trackerId,
    origin: destination.origin.origin,
    strategy: delivery.strategy,
    dryRun: destination.dryRun,
    acceptedEarlier,
  });
}

function sumUp(
  { checked, plan, settings }: Run,
  sent: Sent,
  refusedInput: boolean,
  elapsedMs: number,
  isStopped: boolean,
): Summary {
  const { accepted, rejected, unknown, ...rest } = sent;
  const { read, invalid } = checked;
  const counts = {
    read,
    accepted,
    rejected,
    unknown,
    invalid,
    notSent: read - invalid - accepted - rejected - unknown,
  };
  return {
    counts,
    batches: plan.batches,
    refusedInput,
    dryRun: settings.destination.dryRun,
    elapsedMs,
    ...(isStopped && !refusedInput && { stopped: 'interrupted' as const }),
    ...rest,
  };
}
