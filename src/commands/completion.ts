import { type CommandDescription, completionScript, SHELLS } from '../completion.js';
import { closest } from '../customization/closest.js';
import type { ExitCode } from '../exit-code.js';
import { consoleWishes } from '../settings.js';
import { UsageError } from '../usage-error.js';
import { inFrame } from './frame.js';

/** Runs `luigis-pins completion`: prints the script for a shell. */
export async function runCompletion(
  shell: string,
  commands: readonly CommandDescription[],
  host: NodeJS.Process,
): Promise<ExitCode> {
  return inFrame(host, consoleWishes({ annotations: false }, 'err'), async (console) => {
    const known = SHELLS.find((name) => name === shell);
    if (known === undefined) throw noSuchShell(shell);
    console.out.line(completionScript(known, commands).trimEnd());
    return 0;
  });
}

function noSuchShell(shell: string): UsageError {
  const near = closest(shell, SHELLS);
  const hint = near === undefined ? `Name one of ${SHELLS.join(', ')}.` : `Did you mean ${near}?`;
  return new UsageError(`There is no completion for "${shell}".`, hint);
}
