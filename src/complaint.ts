import type { CommandDescription } from './completion.js';
import { closest } from './customization/closest.js';

/** What is wrong with a command line, and what to write instead. Both may quote it: foreign text. */
export interface Complaint {
  message: string;
  hint: string;
}

const HELP_HINT = 'luigis-pins --help shows every command and option.';

/**
 * There is no such option. Of what was written only the name is repeated, never
 * a value behind it, which may be a secret. `command` is the first argument.
 */
export function unknownOption(
  written: string,
  command: string | undefined,
  commands: readonly CommandDescription[],
): Complaint {
  const name = written.startsWith('--') ? (written.split('=')[0] ?? '') : written.slice(0, 2);
  const message = `There is no option ${/^--?[\w-]{1,40}$/.test(name) ? name : 'of that name'}`;
  if (/^--?(private-?)?(api-?)?(key|secret)$/i.test(name)) {
    return {
      message: `${message}.`,
      hint: 'No option takes the private key itself, for others could read it: name its file with --private-key-file, or set LUIGISBOX_PRIVATE_KEY.',
    };
  }
  const own = commands.find((known) => known.name === command);
  if (own === undefined) {
    const owner = commands.find(({ options }) => options.some(({ long }) => long === name));
    return {
      message: `${message} before a command.`,
      hint: owner === undefined ? HELP_HINT : `It is one of ${owner.name}: luigis-pins ${owner.name} ${name}`,
    };
  }
  if (own.options.some(({ long }) => long === name))
    return { message: `${name} takes no value.`, hint: `Write ${name} alone.` };
  const near = closest(
    name,
    own.options.map(({ long }) => long),
  );
  return {
    message: `${message} of ${own.name}.`,
    hint:
      near === undefined ? `luigis-pins ${own.name} --help shows those there are.` : `Did you mean ${near}?`,
  };
}

/** There is no such command: a slip of one that exists, or a file where the command was left out. */
export function unknownCommand(written: string, commands: readonly CommandDescription[]): Complaint {
  const message = `There is no command ${JSON.stringify(written)}.`;
  if (/[./\\]/.test(written) || written === '-')
    return { message, hint: `To push a file: luigis-pins push ${/\s/.test(written) ? 'FILE' : written}` };
  const near = closest(
    written,
    commands.map(({ name }) => name),
  );
  return { message, hint: near === undefined ? HELP_HINT : `Did you mean ${near}?` };
}

/** Anything else that a parser of options finds; its own words hold no value. */
export const otherMistake = (text: string): Complaint => ({
  message: `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/([^.])$/, '$1.')}`,
  hint: HELP_HINT,
});
