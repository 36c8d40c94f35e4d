import type { ExitCode } from '../exit-code.js';
import { wholeNumber } from '../quantity.js';
import { safe } from '../report/safe.js';
import { plural } from '../report/text.js';
import { FAULT_KINDS, type Fault, parseFault } from '../sandbox/faults.js';
import { SANDBOX_PRIVATE_KEY, SANDBOX_TRACKER_ID, startSandbox } from '../sandbox/server.js';
import type { SandboxRequest } from '../sandbox/service.js';
import { consoleWishes } from '../settings.js';
import { systemError } from '../system-error.js';
import { UsageError } from '../usage-error.js';
import { inFrame } from './frame.js';

/** Flags of `sandbox` as the command line gives them. */
export interface SandboxFlags {
  port?: string;
  trackerId?: string;
  latency?: string;
  throttle?: string;
  fault?: string[];
  seed?: string;
  clockOffset?: string;
  /** False with `--non-atomic`. */
  nonAtomic?: boolean;
  quiet?: boolean;
  color?: boolean;
}

const MAX_PORT = 65_535;
const MAX_MS = 3_600_000;

/** Runs `luigis-pins sandbox` until a signal ends it: the environment to export on stdout, a line a request on stderr. */
export async function runSandbox(flags: SandboxFlags, host: NodeJS.Process): Promise<ExitCode> {
  return inFrame(host, consoleWishes({ ...flags, annotations: false }, 'err'), async (console, interrupt) => {
    const trackerId = flags.trackerId ?? SANDBOX_TRACKER_ID;
    const sandbox = await startSandbox({
      ...optionsOf(flags),
      trackerId,
      privateKey: SANDBOX_PRIVATE_KEY,
      onRequest: (request) => console.talk([requestLine(request)]),
    }).catch((error: unknown) => Promise.reject(startFailure(error)));
    console.out.line(`export LUIGISBOX_BASE_URL=${sandbox.origin}`);
    console.out.line(`export LUIGISBOX_TRACKER_ID=${trackerId}`);
    console.out.line(`export LUIGISBOX_PRIVATE_KEY=${SANDBOX_PRIVATE_KEY}`);
    console.talk([`Listening on ${sandbox.origin} (seed ${sandbox.seed}). Ctrl-C ends it.`]);
    await aborted(interrupt.stop);
    const { requests, acceptedBatches, storedScopes } = sandbox.stats;
    await sandbox.close();
    console.talk([
      `${plural(requests, 'request')}, ${plural(acceptedBatches, 'batch', 'batches')} accepted, ${plural(storedScopes, 'scope')} stored.`,
    ]);
    return 0;
  });
}

function optionsOf(flags: SandboxFlags) {
  const { port, latency, throttle, seed, clockOffset, fault = [], nonAtomic } = flags;
  return {
    port: wholeNumber('--port', port ?? 0, 0, MAX_PORT),
    latencyMs: wholeNumber('--latency', latency ?? 0, 0, MAX_MS),
    ...(throttle !== undefined && { throttlePerMinute: wholeNumber('--throttle', throttle, 1, MAX_MS) }),
    ...(seed !== undefined && { seed: wholeNumber('--seed', seed, 0, 0xffff_ffff) }),
    clockOffsetMs: offset(clockOffset ?? '0'),
    faults: fault.map(toFault),
    atomic: nonAtomic !== true,
  };
}

function toFault(text: string): Fault {
  const fault = parseFault(text);
  if (fault !== undefined) return fault;
  throw new UsageError(
    `--fault is <kind>:<rate>, not "${text}".`,
    `Kinds: ${FAULT_KINDS.join(', ')}. Rates: 0.1 or 10%.`,
  );
}

function offset(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  return sign * 1000 * wholeNumber('--clock-offset', text.replace(/^[+-]/, ''), 0, MAX_MS);
}

function startFailure(error: unknown): unknown {
  if (error instanceof RangeError) return new UsageError(error.message);
  const { code, message } = systemError(error);
  if (code !== '')
    return new UsageError(`The sandbox cannot listen: ${message}`, 'Name another --port, or leave it out.');
  return error;
}

function requestLine({ method, path, customizations, status, reason, misbehaviour }: SandboxRequest): string {
  const what = status ?? 'no answer';
  const odd =
    misbehaviour === undefined ? '' : ` (${misbehaviour.kind} on purpose, ${misbehaviour.when} storing)`;
  return `${safe(method)} ${safe(path)}  ${plural(customizations, 'customization')}  ${what}${odd}${reason === undefined ? '' : `  ${safe(reason)}`}`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
