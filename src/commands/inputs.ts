import type { Input } from '../input/source.js';
import { UsageError } from '../usage-error.js';

/** The name that messages give to standard input. */
const STDIN_NAME = '(stdin)';

/**
 * The inputs that the arguments name; none and "-" mean stdin. Undefined when
 * that is a terminal, on which nobody would type pins. Throws `UsageError`.
 */
export function inputsOf(files: readonly string[], stdin: NodeJS.ReadStream): Input[] | undefined {
  const names = files.length === 0 ? ['-'] : files;
  const stdins = names.filter((name) => name === '-').length;
  if (stdins > 1) throw new UsageError('stdin ("-") can be read once only.');
  if (stdins === 1 && stdin.isTTY) return undefined;
  return names.map((name) => (name === '-' ? { name: STDIN_NAME, bytes: stdin } : name));
}
