import { type CommandDescription, completionScript, SHELLS } from '../completion.js';
import { closest } from '../customization/closest.js';
import type { ExitCode } from '../exit-code.js';
import { openConsole } from '../report/console.js';
import { UsageError } from '../usage-error.js';
import { failureOf } from './failure.js';

/** Runs `luigis-pins completion`: prints the script for a shell. */
export async function runCompletion(
  shell: string,
  commands: readonly CommandDescription[],
  host: NodeJS.Process,
): Promise<ExitCode> {
  const console = await openConsole(host, {
    json: false,
    noColor: false,
    volume: 'normal',
    annotations: false,
    problemsTo: 'err',
  });
  const known = SHELLS.find((name) => name === shell);
  if (known !== undefined) {
    console.out.line(completionScript(known, commands).trimEnd());
    return (await console.close()) ? 0 : 74;
  }
  const near = closest(shell, SHELLS);
  const { exitCode, ...failure } = failureOf(
    new UsageError(
      `There is no completion for "${shell}".`,
      near === undefined ? `Name one of ${SHELLS.join(', ')}.` : `Did you mean ${near}?`,
    ),
  );
  console.fail(failure);
  await console.close();
  return exitCode;
}
