import { createSecretKey, type KeyObject } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { getProxyForUrl } from 'proxy-from-env';
import type { CheckRules } from './check.js';
import { closest } from './customization/closest.js';
import { CONFLICT_STRATEGIES, type ConflictStrategy } from './delivery/attempt.js';
import { isLoopbackHost } from './delivery/connect.js';
import type { DeliveryRules } from './delivery/settle.js';
import type { PushSettings } from './push.js';
import type { Volume } from './report/terminal.js';

/** A mistake in flags or environment: what is wrong, and what to do. Exit code 2. May quote what was given: foreign text. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

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

/** Defaults of all options, in one place; `--help` and the README print them. */
export const DEFAULTS = {
  conflict: 'raise',
  baseUrl: 'https://live.luigisbox.com',
  batchSize: 5000,
  maxBatchBytes: '4 MiB',
  concurrency: 1,
  retries: 4,
  timeout: 120,
  maxWait: 120,
} as const;

/** Customizations a request at most (`api/bulk-create.md`, overview). */
export const MAX_BATCH_SIZE = 5000;
const MAX_CONCURRENCY = 16;
const MAX_RETRIES = 100;
const MAX_TIMEOUT_SECONDS = 3600;
const MAX_WAIT_SECONDS = 86_400;
const MIN_BATCH_BYTES = 1024;
const MAX_BATCH_BYTES = 256 * 1024 * 1024;

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
export function trackerIdOf(flags: PushFlags, environment: Environment): string | undefined {
  const trackerId = given(flags.trackerId) ?? given(environment['LUIGISBOX_TRACKER_ID']);
  if (trackerId === undefined || TRACKER_ID.test(trackerId)) return trackerId;
  throw new UsageError(
    `The tracker id may hold letters, digits, "_" and "-", at most 64 of them: "${trackerId.slice(0, 80)}" does not fit.`,
    "Copy it from the settings of your Luigi's Box application; it looks like 1234-5678.",
  );
}

/** The origin to push to, from the flag, `LUIGISBOX_BASE_URL` or the default. Throws `UsageError`. */
export function originOf(flags: PushFlags, environment: Environment): URL {
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
  if (text === '') return undefined;
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  if (proxy !== undefined && (proxy.protocol === 'http:' || proxy.protocol === 'https:')) return proxy;
  throw new UsageError(
    'The proxy in the environment is no http or https URL.',
    'Mend HTTPS_PROXY, or add the host to NO_PROXY.',
  );
}

/** A private key, and a warning where one is due. */
export interface KeyRead {
  privateKey: KeyObject;
  warning: string | undefined;
}

/**
 * The private key, from the file of the flag or of `LUIGISBOX_PRIVATE_KEY_FILE`,
 * or from `LUIGISBOX_PRIVATE_KEY`; undefined when none is given. No message
 * holds any of it. Throws `UsageError`.
 */
export function privateKeyOf(flags: PushFlags, environment: Environment): KeyRead | undefined {
  const file = given(flags.privateKeyFile) ?? given(environment['LUIGISBOX_PRIVATE_KEY_FILE']);
  if (file !== undefined) return readKeyFile(file);
  const text = given(environment['LUIGISBOX_PRIVATE_KEY']);
  if (text === undefined) return undefined;
  return { privateKey: toKey(Buffer.from(text), 'LUIGISBOX_PRIVATE_KEY'), warning: undefined };
}

/** A longer file is none of a key. */
const MAX_KEY_BYTES = 4096;
const OTHERS_MAY_READ = 0o077;

function readKeyFile(path: string): KeyRead {
  const shown = path;
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new UsageError(
      `The private key file ${shown} cannot be read (${code}).`,
      'Mend --private-key-file or LUIGISBOX_PRIVATE_KEY_FILE.',
    );
  }
  try {
    const stats = fstatSync(file);
    if (stats.isDirectory()) throw new UsageError(`The private key file ${shown} is a directory.`);
    if (stats.size > MAX_KEY_BYTES)
      throw new UsageError(`The private key file ${shown} is too long for a key.`, 'Is it the right file?');
    const isOpen = stats.isFile() && (stats.mode & OTHERS_MAY_READ) !== 0;
    return {
      privateKey: toKey(readFileSync(file), shown),
      warning: isOpen
        ? `Others on this machine may read the private key file ${shown}. Mend it with: chmod 600 ${shown}`
        : undefined,
    };
  } finally {
    closeSync(file);
  }
}

/** The key without one line feed at its end. */
function toKey(bytes: Buffer, source: string): KeyObject {
  const text = bytes.toString('utf8').replace(/\r?\n$/, '');
  if (text === '') throw new UsageError(`The private key in ${source} is empty.`);
  if (/[\u0000-\u001f\u007f]/.test(text)) {
    throw new UsageError(
      `The private key in ${source} holds a line break or control character.`,
      'It must be the key alone, on one line.',
    );
  }
  return createSecretKey(Buffer.from(text));
}

/** An environment variable that is set but empty counts as not given, as CI leaves a missing secret. */
function given(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}

/** A whole number in a range. Throws `UsageError`. */
export function wholeNumber(flag: string, value: string | number, min: number, max: number): number {
  const number = /^\d+$/.test(String(value)) ? Number(value) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new UsageError(`${flag} is a whole number from ${min} to ${max}, not "${String(value)}".`);
}

/** Milliseconds of a number of seconds in a range. Throws `UsageError`. */
export function seconds(flag: string, value: string | number, min: number, max: number): number {
  const number = /^\d+(\.\d+)?$/.test(String(value)) ? Number(value) : Number.NaN;
  if (number >= min && number <= max) return Math.round(number * 1000);
  throw new UsageError(`${flag} is a number of seconds from ${min} to ${max}, not "${String(value)}".`);
}

const UNITS = {
  '': 1,
  b: 1,
  k: 1024,
  m: 1024 ** 2,
  kb: 1000,
  mb: 1000 ** 2,
  kib: 1024,
  mib: 1024 ** 2,
} as const;

/** Bytes of a size such as `4MiB`, `500 kB` or `1000000`. */
function byteSize(flag: string, text: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? [];
  const factor = Object.entries(UNITS).find(([name]) => name === unit.toLowerCase())?.[1];
  const bytes = digits === '' || factor === undefined ? Number.NaN : Math.floor(Number(digits) * factor);
  if (bytes >= MIN_BATCH_BYTES && bytes <= MAX_BATCH_BYTES) return bytes;
  throw new UsageError(`${flag} is a size from 1KiB to 256MiB, such as 4MiB or 500kB, not "${text}".`);
}
