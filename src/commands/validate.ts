import { type ExitCode, SIGNAL_CODES } from '../exit-code.js';
import { type CheckFlags, checkRules, consoleWishes, type ReportFlags } from '../settings.js';
import { systemTime } from '../time.js';
import { validate } from '../validate.js';
import { inFrame } from './frame.js';
import { inputsOf } from './inputs.js';

/** Runs `luigis-pins validate`. Returns the exit code, or undefined when there is nothing to read and help is wanted. */
export async function runValidate(
  files: readonly string[],
  flags: CheckFlags & ReportFlags,
  host: NodeJS.Process,
): Promise<ExitCode | undefined> {
  return inFrame(host, consoleWishes(flags, 'out'), async (console, interrupt) => {
    const inputs = inputsOf(files, host.stdin);
    if (inputs === undefined) return undefined;
    // What nobody reads need not be found. (A push goes on: its result is what it stores.)
    const stop = AbortSignal.any([interrupt.stop, console.out.lost]);
    stop.addEventListener('abort', () => host.stdin.destroy(), { once: true });
    const { errors } = await validate(inputs, checkRules(flags), console.report, systemTime, stop);
    if (interrupt.by !== undefined) return SIGNAL_CODES[interrupt.by];
    return errors === 0 ? 0 : 3;
  });
}
