/** The longest piece of foreign text that one message shows, in UTF-16 units. */
const MAX_FOREIGN = 500;

/**
 * Characters that move the cursor, change its colour or direction, or hide:
 * controls (C0, DEL, C1), format characters (zero-width, bidirectional, tags),
 * line separators, halves of surrogate pairs, and fillers that look like spaces.
 */
export const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u3164\uffa0]/gu;

/** What CI runners read as commands wherever it stands in a line. */
const RUNNER_COMMAND = /##(?=\[|vso\[|teamcity\[)/g;

/**
 * Text from outside, fit to be printed: what a terminal would act on becomes a
 * visible escape, nothing in it is a command for a CI runner, and it is cut
 * after 500 characters. Every foreign text passes here, and only here.
 */
export function safe(text: string): string {
  const cut = text.length > MAX_FOREIGN ? `${text.slice(0, MAX_FOREIGN)}…` : text;
  return visible(cut);
}

/** As `safe`, but whole. */
export function visible(text: string): string {
  return text
    .replace(UNSAFE, escaped)
    .replace(RUNNER_COMMAND, '#\\x23')
    .replace(/^(\s*):(?=:)/, '$1\\x3a');
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const named = { 9: '\\t', 10: '\\n', 13: '\\r', 27: '\\x1b' }[code];
  if (named !== undefined) return named;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}
