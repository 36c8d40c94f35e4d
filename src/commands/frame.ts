import type { ExitCode } from '../exit-code.js';
import { type Console, type ConsoleWishes, openConsole } from '../report/console.js';
import { failureOf } from './failure.js';
import { type Interrupt, watchDefects, watchSignals } from './interrupt.js';

/**
 * What every command stands in: a console, signals, and errors, which become
 * words and an exit code. A result that could not be written is 74, whatever
 * `work` returns.
 */
export async function inFrame<Code extends ExitCode | undefined>(
  host: NodeJS.Process,
  wishes: ConsoleWishes,
  work: (console: Console, interrupt: Interrupt) => Promise<Code>,
): Promise<Code | ExitCode> {
  const console = await openConsole(host, wishes);
  const interrupt = watchSignals(host);
  const fail = (error: unknown) => {
    const { exitCode, ...failure } = failureOf(error);
    console.fail(failure);
    return exitCode;
  };
  const defects = watchDefects(host, fail);
  try {
    const exitCode = await work(console, interrupt);
    return (await console.close()) ? exitCode : 74;
  } catch (error) {
    const exitCode = fail(error);
    await console.close();
    return exitCode;
  } finally {
    defects.end();
    interrupt.end();
  }
}
