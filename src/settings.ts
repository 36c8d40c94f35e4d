import { getProxyForUrl } from 'proxy-from-env';
import type { CheckRules } from './check.js';
import { closest } from './customization/closest.js';
import { DEFAULTS } from './defaults.js';
import { isLoopbackHost } from './delivery/loopback.js';
import type { DeliveryRules } from './delivery/settle.js';
import { CONFLICT_STRATEGIES, type ConflictStrategy } from './delivery/strategy.js';
import type { PushSettings } from './push.js';
import { byteSize, seconds, wholeNumber } from './quantity.js';
import type { ConsoleWishes } from './report/console.js';
import type { Volume } from './report/terminal.js';
import { UsageError } from './usage-error.js';

/** Flags of `validate`, and of `push` too, as the command line gives them. */
export interface CheckFlags {
  strict?: boolean;
  lenient?: boolean;
  allowDuplicates?: boolean;
  allowEmpty?: boolean;
  expect?: string;
}

/** Flags that decide what is said, and how. */
export interface ReportFlags {
  json?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  color?: boolean;
  annotations?: boolean;
}

/** Flags of `push` as the command line gives them. */
export interface PushFlags extends CheckFlags, ReportFlags {
  conflict?: string;
  trackerId?: string;
  privateKeyFile?: string;
  baseUrl?: string;
  sandbox?: boolean;
  batchSize?: string;
  maxBatchBytes?: string;
  concurrency?: string;
  retries?: string;
  timeout?: string;
  maxWait?: string;
  failFast?: boolean;
  isolate?: boolean;
  resume?: string;
  rejects?: string;
  skipInvalid?: boolean;
  dryRun?: boolean;
}

/** The environment variables that are read. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Customizations a request at most (`api/bulk-create.md`, overview). */
const MAX_BATCH_SIZE = 5000;
const MAX_CONCURRENCY = 16;
const MAX_RETRIES = 100;
const MAX_TIMEOUT_SECONDS = 3600;
const MAX_WAIT_SECONDS = 86_400;

/** What counts as an error. Throws `UsageError`. */
export function checkRules(flags: CheckFlags): CheckRules {
  return {
    strict: flags.strict ?? false,
    lenient: flags.lenient ?? false,
    allowDuplicates: flags.allowDuplicates ?? false,
    allowEmpty: flags.allowEmpty ?? false,
    expect:
      flags.expect === undefined
        ? undefined
        : wholeNumber('--expect', flags.expect, 0, Number.MAX_SAFE_INTEGER),
  };
}

/** How much is said. Throws `UsageError`. */
export function volumeOf({ quiet = false, verbose = false }: ReportFlags): Volume {
  if (quiet && verbose)
    throw new UsageError('--quiet and --verbose exclude each other.', 'Give one of the two.');
  return quiet ? 'quiet' : verbose ? 'verbose' : 'normal';
}

/** How a command speaks. Throws `UsageError`. */
export function consoleWishes(flags: ReportFlags, problemsTo: ConsoleWishes['problemsTo']): ConsoleWishes {
  return {
    json: flags.json ?? false,
    noColor: flags.color === false,
    volume: volumeOf(flags),
    annotations: flags.annotations !== false,
    problemsTo,
  };
}

/** Everything about a push but its destination. Throws `UsageError`. */
export function pushRules(flags: PushFlags): Omit<PushSettings, 'destination' | 'resume'> {
  return {
    checks: checkRules(flags),
    skipInvalid: flags.skipInvalid ?? false,
    batchSize: wholeNumber('--batch-size', flags.batchSize ?? DEFAULTS.batchSize, 1, MAX_BATCH_SIZE),
    maxBatchBytes: byteSize('--max-batch-bytes', flags.maxBatchBytes ?? DEFAULTS.maxBatchBytes),
    delivery: deliveryRules(flags),
    timeoutMs: seconds('--timeout', flags.timeout ?? DEFAULTS.timeout, 0.001, MAX_TIMEOUT_SECONDS),
    rejects: flags.rejects,
  };
}

function deliveryRules(flags: PushFlags): DeliveryRules {
  const concurrency = wholeNumber(
    '--concurrency',
    flags.concurrency ?? DEFAULTS.concurrency,
    1,
    MAX_CONCURRENCY,
  );
  return {
    strategy: conflictStrategy(flags.conflict ?? DEFAULTS.conflict),
    // Of two customizations with one scope the later one decides only if it is sent later.
    concurrency: flags.allowDuplicates === true ? 1 : concurrency,
    retries: wholeNumber('--retries', flags.retries ?? DEFAULTS.retries, 0, MAX_RETRIES),
    maxWaitMs: seconds('--max-wait', flags.maxWait ?? DEFAULTS.maxWait, 0, MAX_WAIT_SECONDS),
    failFast: flags.failFast ?? false,
    isolate: flags.isolate ?? false,
  };
}

function conflictStrategy(text: string): ConflictStrategy {
  const strategy = CONFLICT_STRATEGIES.find((known) => known === text);
  if (strategy !== undefined) return strategy;
  const near = closest(text, CONFLICT_STRATEGIES);
  throw new UsageError(
    `--conflict is one of ${CONFLICT_STRATEGIES.join(', ')}, not "${text}".`,
    near === undefined ? undefined : `Did you mean ${near}?`,
  );
}

/** A tracker id becomes a part of the signed path, so nothing may stand in it that a path reads otherwise. */
const TRACKER_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** The tracker id, from the flag or `LUIGISBOX_TRACKER_ID`; undefined when neither is given. Throws `UsageError`. */
export function trackerIdOf(
  flags: Pick<PushFlags, 'trackerId'>,
  environment: Environment,
): string | undefined {
  const trackerId = given(flags.trackerId) ?? given(environment['LUIGISBOX_TRACKER_ID']);
  if (trackerId === undefined || TRACKER_ID.test(trackerId)) return trackerId;
  throw new UsageError(
    `The tracker id may hold letters, digits, "_" and "-", at most 64 of them: "${trackerId.slice(0, 80)}" does not fit.`,
    "Copy it from the settings of your Luigi's Box application; it looks like 1234-5678.",
  );
}

/** The origin to push to, from the flag, `LUIGISBOX_BASE_URL` or the default. Throws `UsageError`. */
export function originOf(flags: Pick<PushFlags, 'baseUrl'>, environment: Environment): URL {
  const text = given(flags.baseUrl) ?? given(environment['LUIGISBOX_BASE_URL']) ?? DEFAULTS.baseUrl;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw new UsageError('The base URL is no URL.', `Write it as ${DEFAULTS.baseUrl}`);
  if (url.username !== '' || url.password !== '')
    throw new UsageError('The base URL must not hold a user name or password.');
  if (url.pathname !== '/' || /[?#]/.test(text)) {
    throw new UsageError(
      'The base URL must not hold a path, query or fragment.',
      `Write it as ${url.origin}`,
    );
  }
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))) return url;
  throw new UsageError(
    'The base URL must begin with https://; http:// is for this machine only.',
    'A request carries a signature that is good for any pins, so it must not be read on its way.',
  );
}

/** The proxy for an origin, from `HTTPS_PROXY` and `NO_PROXY`; none for this machine itself. Throws `UsageError`. */
export function proxyOf(origin: URL): URL | undefined {
  const text = isLoopbackHost(origin.hostname) ? '' : getProxyForUrl(origin.href);
  return text === '' ? undefined : proxyUrl(text);
}

/** A proxy that can be asked to CONNECT. Throws `UsageError`. */
export function proxyUrl(text: string): URL {
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  if (proxy?.protocol === 'http:' || proxy?.protocol === 'https:') return proxy;
  throw new UsageError(
    'The proxy is no http or https URL.',
    'Mend HTTPS_PROXY, or add the host to NO_PROXY.',
  );
}

/** An environment variable that is set but empty counts as not given, as CI leaves a missing secret. */
export function given(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}
