import { type Checked, type CheckRules, check } from './check.js';
import { attempt, type Endpoint } from './delivery/attempt.js';
import { type Batch, loadBatch } from './delivery/batch.js';
import { type Batches, deliver } from './delivery/deliver.js';
import { type Journal, openJournal } from './delivery/journal.js';
import { JournalError } from './delivery/journal-error.js';
import type { LockOwner } from './delivery/lock.js';
import { createPlan, type Plan } from './delivery/plan.js';
import type { Result } from './delivery/policy.js';
import { openRejects, type Rejects } from './delivery/rejects.js';
import { compareWithJournal } from './delivery/resume.js';
import type { DeliveryRules } from './delivery/settle.js';
import type { Emit, Summary } from './events.js';
import { type Inputs, openInputs } from './input/inputs.js';
import { type Input, InputError } from './input/source.js';
import { createTally } from './tally.js';
import type { Time } from './time.js';
import { checkEvents, checkedEvent } from './validate.js';

/** A push, complete and checked. */
export interface PushSettings {
  checks: CheckRules;
  /** Send the valid customizations and report the others. */
  skipInvalid: boolean;
  /** Customizations a request, at most 5000 (`api/bulk-create.md`). */
  batchSize: number;
  /** Bytes a request. */
  maxBatchBytes: number;
  delivery: DeliveryRules;
  /** The longest one attempt may take. */
  timeoutMs: number;
  destination: Destination;
  /** Keep a journal in the file, and go on where it ends. */
  resume: { file: string; owner: LockOwner } | undefined;
  /** A file for every customization that was not accepted. */
  rejects: string | undefined;
}

/** Where a push goes; a dry run goes nowhere, and may not know as whom. */
export type Destination =
  | ({ dryRun: false } & Endpoint)
  | { dryRun: true; origin: URL; trackerId: string | undefined };

/** How long answers are awaited after the run was told to stop. */
const GRACE_MS = 10_000;

/** What the stages after the check work on. */
interface Run {
  inputs: Inputs;
  plan: Plan;
  /** Where the invalid customizations are. */
  spoilt: Plan;
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
    const sent = isRefused || stop.aborted ? NOTHING_SENT : await send(run, stop);
    const summary = sumUp(run, sent, refusedInput, time.now() - startedMs, stop.aborted);
    emit({ type: 'summary', summary });
    return summary;
  } finally {
    await inputs.close();
  }
}

/** What was sent, and how that ended. */
type Sent = Pick<Summary, 'requests' | 'stopped' | 'comeBackMs' | 'writeError'> & {
  accepted: number;
  rejected: number;
  unknown: number;
};

const NOTHING_SENT: Sent = { requests: 0, accepted: 0, rejected: 0, unknown: 0 };

/** The second pass: sends what was planned. */
async function send(run: Run, stop: AbortSignal): Promise<Sent> {
  const { settings, plan } = run;
  const { destination, resume } = settings;
  if (destination.dryRun) {
    announce(run, 0);
    return NOTHING_SENT;
  }
  const header = {
    tracker: destination.trackerId,
    origin: destination.origin.origin,
    strategy: settings.delivery.strategy,
    batchSize: settings.batchSize,
    maxBatchBytes: settings.maxBatchBytes,
    customizations: plan.customizations,
    batches: plan.batches,
  };
  const journal = resume && (await openJournal(resume.file, header, resume.owner));
  try {
    announce(run, journal === undefined ? 0 : await acceptedEarlier(run, journal));
    return await deliverPlanned(run, destination, journal, stop);
  } finally {
    await journal?.close();
  }
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

/** Holds the journal against the input; how many customizations it knows to be accepted. */
async function acceptedEarlier({ plan, inputs }: Run, journal: Journal): Promise<number> {
  const { accepted, changed } = await compareWithJournal(journal, batchesOf(plan, inputs).open);
  if (changed === undefined) return accepted;
  const [range] = inputs.ranges(changed.lines);
  const where = range === undefined ? '' : ` (${range.file}:${range.firstLine}-${range.lastLine})`;
  throw new JournalError('changed-input', journal.file, `batch ${changed.name}${where} is not what was sent`);
}

async function deliverPlanned(
  { settings, inputs, plan, spoilt, emit, time }: Run,
  endpoint: Endpoint,
  journal: Journal | undefined,
  stop: AbortSignal,
): Promise<Sent> {
  const { delivery, timeoutMs } = settings;
  const rejects = settings.rejects === undefined ? undefined : await openRejects(settings.rejects);
  const keepRejected = async (batch: Batch, result: Result) => {
    if (result !== 'accepted') await rejects?.add(batch.body);
  };
  const tally = createTally(inputs, emit, keepRejected, time.now());
  const grace = startGrace(stop, time);
  const post = (body: Buffer, clockOffsetMs: number) =>
    attempt(endpoint, delivery.strategy, body, clockOffsetMs, timeoutMs, time, grace.over);
  const batches = batchesOf(plan, inputs);
  const { left, stopped } = await deliver(batches, delivery, post, journal, tally, time, stop);
  grace.end();
  if (rejects !== undefined) {
    await addAll(left, batches, rejects);
    await addAll(Array(spoilt.batches).keys(), batchesOf(spoilt, inputs), rejects);
    await rejects.finish();
  }
  const unwritten = rejects?.error === undefined ? undefined : `${settings.rejects}: ${rejects.error}`;
  const writeError = writeErrorOf(stopped?.error) ?? unwritten;
  return {
    requests: tally.requests,
    accepted: tally.counts.accepted,
    rejected: tally.counts.rejected,
    unknown: tally.counts.unknown,
    ...(stopped !== undefined && { stopped: stopped.why }),
    ...(stopped?.comeBackMs !== undefined && { comeBackMs: stopped.comeBackMs }),
    ...(writeError !== undefined && { writeError }),
  };
}

/** What could not be written, if that ended the run. An input that changed is no such thing; a defect is thrown on. */
function writeErrorOf(error: unknown): string | undefined {
  if (error === undefined || (error instanceof InputError && error.code === 'changed')) return undefined;
  if (error instanceof JournalError || error instanceof InputError) return error.message;
  throw error;
}

const batchesOf = (plan: Plan, inputs: Inputs): Batches => ({
  count: plan.batches,
  open: (at) => loadBatch(plan.batch(at), inputs.read),
});

/** Adds the batches with those numbers; those that can no longer be read are left out. */
async function addAll(numbers: Iterable<number>, batches: Batches, rejects: Rejects): Promise<void> {
  for (const at of numbers) {
    const batch = await batches.open(at).catch(() => undefined);
    if (batch !== undefined) await rejects.add(batch.body);
  }
}

/** `over` aborts some time after `stop` does, unless the work has ended before. */
function startGrace(stop: AbortSignal, time: Time) {
  const over = new AbortController();
  const ended = new AbortController();
  const begin = async () => {
    await time.sleep(GRACE_MS, ended.signal);
    over.abort();
  };
  stop.addEventListener('abort', begin, { once: true });
  return {
    over: over.signal,
    end() {
      stop.removeEventListener('abort', begin);
      ended.abort();
    },
  };
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
