import { resolve } from 'node:path';
import type { LockOwner } from '../delivery/lock.js';
import type { PushEvent } from '../events.js';
import { type ExitCode, exitCodeOf } from '../exit-code.js';
import { privateKeyOf } from '../private-key.js';
import { type Destination, push } from '../push.js';
import { createAdvice } from '../report/advice.js';
import type { Console } from '../report/console.js';
import type { Sandbox } from '../sandbox/server.js';
import {
  consoleWishes,
  type Environment,
  originOf,
  type PushFlags,
  proxyOf,
  pushRules,
  trackerIdOf,
} from '../settings.js';
import { systemError } from '../system-error.js';
import { systemTime } from '../time.js';
import { UsageError } from '../usage-error.js';
import { inFrame } from './frame.js';
import { inputsOf } from './inputs.js';

/**
 * Runs `luigis-pins push`. Returns the exit code, or undefined when there is
 * nothing to read and help is wanted.
 */
export async function runPush(
  files: readonly string[],
  flags: PushFlags,
  version: string,
  host: NodeJS.Process,
): Promise<ExitCode | undefined> {
  return inFrame(host, consoleWishes(flags, 'err'), async (console, interrupt) => {
    const inputs = inputsOf(files, host.stdin);
    if (inputs === undefined) return undefined;
    const rules = pushRules(flags);
    if (flags.resume !== undefined && flags.rejects !== undefined && isSameFile(flags.resume, flags.rejects))
      throw new UsageError('--resume and --rejects name the same file.', 'Name another one for the rejects.');
    const { sandbox, ...given }: Given =
      flags.sandbox === true ? await sandboxed(flags) : { flags, environment: host.env };
    try {
      const destination = destinationOf(given.flags, given.environment, version, console);
      delete host.env['LUIGISBOX_PRIVATE_KEY'];
      const resume = flags.resume === undefined ? undefined : { file: flags.resume, owner: lockOwner(host) };
      const advice = createAdvice({ files, flags });
      const report = (event: PushEvent) => {
        advice.take(event);
        return console.report(event);
      };
      interrupt.stop.addEventListener('abort', () => host.stdin.destroy(), { once: true });
      const summary = await push(
        inputs,
        { ...rules, destination, resume },
        report,
        systemTime,
        interrupt.stop,
      );
      const exitCode = exitCodeOf(summary, interrupt.by);
      const say = exitCode === 0 ? console.talk : console.advise;
      say(advice.lines(summary));
      return exitCode;
    } finally {
      await sandbox?.close();
    }
  });
}

/** Where the push goes. Throws `UsageError` when it cannot go there. */
function destinationOf(
  flags: PushFlags,
  environment: Environment,
  version: string,
  console: Console,
): Destination {
  const origin = originOf(flags, environment);
  const trackerId = trackerIdOf(flags, environment);
  if (flags.dryRun === true) return { dryRun: true, origin, trackerId };
  const key = privateKeyOf(flags, environment);
  if (trackerId === undefined || key === undefined)
    throw missingCredentials(trackerId === undefined, key === undefined);
  if (key.warning !== undefined) console.warn(key.warning);
  const userAgent = `luigis-pins/${version}`;
  return { dryRun: false, origin, proxy: proxyOf(origin), trackerId, privateKey: key.privateKey, userAgent };
}

function missingCredentials(noTracker: boolean, noKey: boolean): UsageError {
  const missing = [
    ...(noTracker ? ['no tracker id (--tracker-id or LUIGISBOX_TRACKER_ID)'] : []),
    ...(noKey
      ? ['no private key (--private-key-file, LUIGISBOX_PRIVATE_KEY_FILE or LUIGISBOX_PRIVATE_KEY)']
      : []),
  ];
  return new UsageError(
    `There is ${missing.join(' and ')}.`,
    'To try without an account, add --sandbox; to check the pins only, add --dry-run.',
  );
}

/** Whence the destination is read, and the sandbox that was started to be it. */
interface Given {
  sandbox?: Sandbox;
  flags: PushFlags;
  environment: Environment;
}

/** The same push against a sandbox in this process, as its own tracker with its own key. */
async function sandboxed(flags: PushFlags): Promise<Given> {
  for (const flag of ['trackerId', 'privateKeyFile', 'baseUrl'] as const) {
    if (flags[flag] !== undefined)
      throw new UsageError('--sandbox has a tracker, key and address of its own.', 'Leave the others out.');
  }
  const { SANDBOX_PRIVATE_KEY, SANDBOX_TRACKER_ID, startSandbox } = await import('../sandbox/server.js');
  const sandbox = await startSandbox({ trackerId: SANDBOX_TRACKER_ID, privateKey: SANDBOX_PRIVATE_KEY });
  const environment = { LUIGISBOX_PRIVATE_KEY: SANDBOX_PRIVATE_KEY };
  return {
    sandbox,
    flags: { ...flags, trackerId: SANDBOX_TRACKER_ID, baseUrl: sandbox.origin },
    environment,
  };
}

const isSameFile = (one: string, other: string) => resolve(one) === resolve(other);

function lockOwner(host: NodeJS.Process): LockOwner {
  return {
    pid: host.pid,
    isRunning(pid) {
      try {
        return host.kill(pid, 0);
      } catch (error) {
        // Somebody else's process is there, though it takes no signal from us.
        return systemError(error).code === 'EPERM';
      }
    },
  };
}
