import { attempt, type Endpoint } from './delivery/attempt.js';
import { loadBatch } from './delivery/batch.js';
import { batchesAhead } from './delivery/batches-ahead.js';
import { type Batches, deliver } from './delivery/deliver.js';
import type { Journal } from './delivery/journal.js';
import { JournalError } from './delivery/journal-error.js';
import type { LockOwner } from './delivery/lock.js';
import type { Plan } from './delivery/plan.js';
import { openRejects, type Rejects } from './delivery/rejects.js';
import { compareWithJournal } from './delivery/resume.js';
import type { DeliveryRules } from './delivery/settle.js';
import type { Emit, Summary } from './events.js';
import type { Inputs } from './input/inputs.js';
import { InputError } from './input/source.js';
import { createTally } from './tally.js';
import type { Time } from './time.js';

/** What there is to send, and where it is read. */
export interface Cargo {
  inputs: Inputs;
  plan: Plan;
  /** Where the invalid customizations are: they are not sent, but belong to the rejects. */
  spoilt: Plan;
}

/** What sending goes by. */
export interface SendRules {
  /** Customizations a request, at most 5000 (`api/bulk-create.md`). */
  batchSize: number;
  /** Bytes a request. */
  maxBatchBytes: number;
  delivery: DeliveryRules;
  /** The longest one attempt may take. */
  timeoutMs: number;
  /** Keep a journal in the file, and go on where it ends. */
  resume: { file: string; owner: LockOwner } | undefined;
  /** A file for every customization that was not accepted. */
  rejects: string | undefined;
}

/** What was sent, and how that ended. */
export type Sent = Pick<Summary, 'requests' | 'stopped' | 'comeBackMs' | 'writeError'> & {
  accepted: number;
  rejected: number;
  unknown: number;
};

/** How long answers are awaited after the run was told to stop. */
const GRACE_MS = 10_000;

/**
 * The second pass: delivers what was planned, with a journal before and the
 * rejects behind it where the rules name files for them. `onBegin` is told,
 * before the first request, how many customizations the journal knows to be
 * accepted. Rejects with `JournalError` or `WriteError` only before that.
 */
export async function send(
  cargo: Cargo,
  rules: SendRules,
  endpoint: Endpoint,
  onBegin: (acceptedEarlier: number) => void,
  emit: Emit,
  time: Time,
  stop: AbortSignal,
): Promise<Sent> {
  const journal = await openJournalOf(cargo.plan, rules, endpoint);
  try {
    onBegin(journal === undefined ? 0 : await acceptedEarlier(cargo, journal));
    return await sendWith(journal, cargo, rules, endpoint, emit, time, stop);
  } finally {
    await journal?.close();
  }
}

async function openJournalOf(
  { customizations, batches }: Plan,
  { resume, batchSize, maxBatchBytes, delivery: { strategy } }: SendRules,
  { trackerId: tracker, origin }: Endpoint,
): Promise<Journal | undefined> {
  if (resume === undefined) return undefined;
  const header = {
    tracker,
    origin: origin.origin,
    strategy,
    batchSize,
    maxBatchBytes,
    customizations,
    batches,
  };
  // Loaded where it is used, with what reads it back.
  const { openJournal } = await import('./delivery/journal.js');
  return openJournal(resume.file, header, resume.owner);
}

/** Holds the journal against the input; how many customizations it knows to be accepted. */
async function acceptedEarlier({ plan, inputs }: Cargo, journal: Journal): Promise<number> {
  const { accepted, changed } = await compareWithJournal(journal, batchesOf(plan, inputs).open);
  if (changed === undefined) return accepted;
  const [range] = inputs.ranges(changed.lines);
  const where = range === undefined ? '' : ` (${range.file}:${range.firstLine}-${range.lastLine})`;
  throw new JournalError('changed-input', journal.file, `batch ${changed.name}${where} is not what was sent`);
}

async function sendWith(
  journal: Journal | undefined,
  cargo: Cargo,
  { delivery, timeoutMs, rejects: rejectsFile }: SendRules,
  endpoint: Endpoint,
  emit: Emit,
  time: Time,
  stop: AbortSignal,
): Promise<Sent> {
  const rejects = rejectsFile === undefined ? undefined : await openRejects(rejectsFile);
  const tally = createTally(
    cargo.inputs,
    emit,
    async (batch, result) => {
      if (result !== 'accepted') await rejects?.add(batch.body);
    },
    time.now(),
  );
  const grace = startGrace(stop, time);
  const batches = batchesAhead(batchesOf(cargo.plan, cargo.inputs), delivery.concurrency);
  const post = async (body: Buffer, clockOffsetMs: number) => {
    const signal = AbortSignal.any([time.deadline(timeoutMs), grace.over]);
    const onLeft = batches.leaving();
    const answer = await attempt(endpoint, delivery.strategy, body, clockOffsetMs, time, signal, onLeft);
    onLeft();
    return answer;
  };
  const { left, stopped } = await deliver(batches, delivery, post, journal, tally, time, stop);
  grace.end();
  if (rejects !== undefined) await finishRejects(rejects, left, cargo);
  const unwritten = rejects?.error === undefined ? undefined : `${rejectsFile}: ${rejects.error}`;
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

/** Adds the batches that were left, by their numbers, and the invalid customizations, which no batch has. */
async function finishRejects(
  rejects: Rejects,
  left: readonly number[],
  { plan, spoilt, inputs }: Cargo,
): Promise<void> {
  await addAll(left, batchesOf(plan, inputs), rejects);
  await addAll(Array(spoilt.batches).keys(), batchesOf(spoilt, inputs), rejects);
  await rejects.finish();
}

/** Adds the batches with those numbers; those that can no longer be read are left out. */
async function addAll(numbers: Iterable<number>, batches: Batches, rejects: Rejects): Promise<void> {
  for (const at of numbers) {
    const batch = await batches.open(at).catch(() => undefined);
    if (batch !== undefined) await rejects.add(batch.body);
  }
}

const batchesOf = (plan: Plan, inputs: Inputs): Batches => ({
  count: plan.batches,
  open: (at) => loadBatch(plan.batch(at), inputs.read),
});

/** What could not be written, if that ended the run. An input that changed is no such thing; a defect is thrown on. */
function writeErrorOf(error: unknown): string | undefined {
  if (error === undefined || (error instanceof InputError && error.code === 'changed')) return undefined;
  if (error instanceof JournalError || error instanceof InputError) return error.message;
  throw error;
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
