import { DEFAULTS } from '../defaults.js';
import type { PushFlags } from '../settings.js';
import { UNSAFE, visible } from './safe.js';

/** A `push` as it was given. */
export interface Given {
  files: readonly string[];
  flags: PushFlags;
}

/** The command line that pushes as `given`, fit to be pasted into a shell; stdin has to be fed again. */
export function pushCommand({ files, flags }: Given): string {
  const names = files.length === 0 ? ['-'] : files;
  const arguments_ = files.length === 0 ? [] : files.map((file) => quoted(asArgument(file)));
  const options = Object.entries(flags).flatMap(([name, value]) => option(name, value));
  const command = ['luigis-pins', 'push', ...arguments_, ...options].join(' ');
  return names.includes('-') ? `... | ${command}` : command;
}

/** One flag, or none where it says what is so without it. */
function option(name: string, value: string | boolean | undefined): string[] {
  const long = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (value === undefined) return [];
  // Flags that begin with --no- are true when they are not given.
  if (name === 'color' || name === 'annotations') return value === false ? [`--no-${long}`] : [];
  if (typeof value === 'boolean') return value ? [`--${long}`] : [];
  const isDefault = Object.entries(DEFAULTS).some(
    ([known, preset]) => known === name && String(preset) === value,
  );
  return isDefault ? [] : [`--${long} ${quoted(value)}`];
}

/** A file name that no program takes for an option. */
const asArgument = (file: string) => (file.startsWith('-') && file !== '-' ? `./${file}` : file);

/** One word for a POSIX shell; with escapes that bash and zsh know, where a character must not be printed. */
export function quoted(word: string): string {
  if (/^[\w./:@%+=,-]+$/.test(word)) return word;
  if (visible(word) === word) return `'${word.replaceAll("'", "'\\''")}'`;
  const escapes = word.replace(/[\\']/g, '\\$&').replaceAll('#', '\\x23').replace(UNSAFE, unicodeEscape);
  return `$'${escapes}'`;
}

function unicodeEscape(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
