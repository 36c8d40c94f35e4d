import { createSecretKey } from 'node:crypto';
import type { Checked } from './check.js';
import type { Customization } from './customization/schema.js';
import { bulkPath, type SignedHeaders, sign as signRequest } from './delivery/signature.js';
import type { ConflictStrategy } from './delivery/strategy.js';
import type { Emit, Summary } from './events.js';
import type { Input } from './input/source.js';
import { push as pushInputs } from './push.js';
import { type CheckFlags, checkRules, originOf, proxyUrl, pushRules, trackerIdOf } from './settings.js';
import { systemTime } from './time.js';
import { UsageError } from './usage-error.js';
import { validate as validateInputs } from './validate.js';

export type { Checked } from './check.js';
export type { Level, Problem, ProblemCode } from './customization/problem.js';
export { type Customization, customizationSchema, type Pin } from './customization/schema.js';
export { JournalError } from './delivery/journal-error.js';
export type { Result, StopReason } from './delivery/policy.js';
export type { SignedHeaders } from './delivery/signature.js';
export type { ConflictStrategy } from './delivery/strategy.js';
export type { Judgement, Verdict } from './delivery/verdict.js';
export { WriteError } from './delivery/write-error.js';
export type { BatchLabel, Counts, PushEvent, Summary, Suspicion } from './events.js';
export { InputError } from './input/source.js';
export { UsageError } from './usage-error.js';

/**
 * Customizations: the path of a file; customizations themselves, one by one; or
 * text or bytes of NDJSON or JSON in chunks, such as a stream gives them.
 */
export type Customizations =
  | string
  | Iterable<Customization>
  | AsyncIterable<Customization>
  | AsyncIterable<Uint8Array>
  | AsyncIterable<string>;

/** What counts as an error; everything is off by default. */
export interface ValidateOptions {
  strict?: boolean;
  lenient?: boolean;
  allowDuplicates?: boolean;
  allowEmpty?: boolean;
  /** Exactly so many customizations must be read. */
  expect?: number;
  onEvent?: Emit;
  signal?: AbortSignal;
}

/** A push. Only the credentials are required; the defaults are those of the command. */
export interface PushOptions extends ValidateOptions {
  trackerId: string;
  privateKey: string;
  conflict?: ConflictStrategy;
  baseUrl?: string;
  /** A proxy that is asked to CONNECT; the environment is not read. */
  proxy?: string;
  batchSize?: number;
  maxBatchBytes?: number;
  concurrency?: number;
  retries?: number;
  timeoutSeconds?: number;
  maxWaitSeconds?: number;
  failFast?: boolean;
  isolate?: boolean;
  skipInvalid?: boolean;
  /** A file for every customization that was not accepted. */
  rejects?: string;
}

/**
 * Checks and sends customizations. Resolves with the counts, also when the
 * server rejected some: nothing is thrown for what a summary can tell. Rejects
 * with `UsageError`, `InputError` or `WriteError` when nothing was sent. When
 * `signal` aborts, answers that are under way are awaited for 10 s.
 */
export async function push(customizations: Customizations, options: PushOptions): Promise<Summary> {
  const { onEvent = () => {}, signal = new AbortController().signal, proxy } = options;
  const trackerId = trackerIdOf(options, {});
  if (trackerId === undefined || options.privateKey === '')
    throw new UsageError('trackerId and privateKey are required.');
  const settings = {
    ...pushRules({
      ...checkFlags(options),
      ...textual(options, 'batchSize', 'maxBatchBytes', 'concurrency', 'retries'),
      ...(options.timeoutSeconds !== undefined && { timeout: String(options.timeoutSeconds) }),
      ...(options.maxWaitSeconds !== undefined && { maxWait: String(options.maxWaitSeconds) }),
      ...(options.conflict !== undefined && { conflict: options.conflict }),
      ...(options.rejects !== undefined && { rejects: options.rejects }),
      failFast: options.failFast ?? false,
      isolate: options.isolate ?? false,
      skipInvalid: options.skipInvalid ?? false,
    }),
    destination: {
      dryRun: false as const,
      origin: originOf(options, {}),
      proxy: proxy === undefined ? undefined : proxyUrl(proxy),
      trackerId,
      privateKey: createSecretKey(Buffer.from(options.privateKey)),
      userAgent: 'luigis-pins',
    },
    resume: undefined,
  };
  return pushInputs([toInput(customizations)], settings, onEvent, systemTime, signal);
}

/** Checks customizations as `push` does, without sending. Rejects with `UsageError` or `InputError`. */
export async function validate(
  customizations: Customizations,
  options: ValidateOptions = {},
): Promise<Checked> {
  const { onEvent = () => {}, signal = new AbortController().signal } = options;
  return validateInputs(
    [toInput(customizations)],
    checkRules(checkFlags(options)),
    onEvent,
    systemTime,
    signal,
  );
}

/** The path and the headers of a bulk request that is sent at `date`, for those who send it themselves. */
export function sign(
  trackerId: string,
  privateKey: string,
  date: Date,
): { path: string; headers: SignedHeaders } {
  const key = createSecretKey(Buffer.from(privateKey));
  return { path: bulkPath(trackerId), headers: signRequest(trackerId, key, date.getTime()) };
}

function checkFlags({
  strict = false,
  lenient = false,
  allowDuplicates = false,
  allowEmpty = false,
  expect,
}: ValidateOptions): CheckFlags {
  return {
    strict,
    lenient,
    allowDuplicates,
    allowEmpty,
    ...(expect !== undefined && { expect: String(expect) }),
  };
}

/** The given ones of some numbers, as the command line would give them. */
function textual<K extends string>(
  options: Partial<Record<K, number>>,
  ...names: K[]
): Partial<Record<K, string>> {
  const texts: Partial<Record<K, string>> = {};
  for (const name of names) if (options[name] !== undefined) texts[name] = String(options[name]);
  return texts;
}

function toInput(customizations: Customizations): Input {
  return typeof customizations === 'string'
    ? customizations
    : { name: '(input)', bytes: toChunks(customizations) };
}

async function* toChunks(items: Exclude<Customizations, string>): AsyncIterable<Uint8Array | string> {
  for await (const item of items) {
    yield typeof item === 'string' || item instanceof Uint8Array ? item : `${JSON.stringify(item)}\n`;
  }
}
