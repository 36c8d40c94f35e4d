import type { ExitCode } from '../exit-code.js';
import { SIGNAL_CODES } from '../exit-code.js';
import { openConsole } from '../report/console.js';
import { type CheckFlags, checkRules, type ReportFlags, volumeOf } from '../settings.js';
import { systemTime } from '../time.js';
import { validate } from '../validate.js';
import { failureOf } from './failure.js';
import { inputsOf } from './inputs.js';
import { watchSignals } from './interrupt.js';

/** Runs `luigis-pins validate`. Returns the exit code, or undefined when there is nothing to read and help is wanted. */
export async function runValidate(
  files: readonly string[],
  flags: CheckFlags & ReportFlags,
  host: NodeJS.Process,
): Promise<ExitCode | undefined> {
  const console = await openConsole(host, {
    json: flags.json ?? false,
    noColor: flags.color === false,
    volume: volumeOf(flags),
    annotations: flags.annotations !== false,
    problemsTo: 'out',
  });
  const interrupt = watchSignals(host);
  try {
    const inputs = inputsOf(files, host.stdin);
    if (inputs === undefined) return undefined;
    interrupt.stop.addEventListener('abort', () => host.stdin.destroy(), { once: true });
    const { errors } = await validate(inputs, checkRules(flags), console.report, systemTime, interrupt.stop);
    const written = await console.close();
    if (!written) return 74;
    if (interrupt.by !== undefined) return SIGNAL_CODES[interrupt.by];
    return errors === 0 ? 0 : 3;
  } catch (error) {
    const { exitCode, ...failure } = failureOf(error);
    console.fail(failure);
    await console.close();
    return exitCode;
  } finally {
    interrupt.end();
  }
}
