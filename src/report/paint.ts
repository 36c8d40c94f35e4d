import { Chalk } from 'chalk';
import type { Paint } from './text.js';

/** What decides about colour, beside the stream itself. */
export interface ColourWishes {
  /** `--no-color` */
  noColor: boolean;
  environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Should a stream be coloured? `--no-color` and a non-empty `NO_COLOR` say no,
 * a `FORCE_COLOR` other than 0 says yes, a dumb terminal no; else terminals are.
 */
export function wantsColour({ noColor, environment }: ColourWishes, isTTY: boolean): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = environment;
  if (noColor || (NO_COLOR ?? '') !== '') return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isTTY && TERM !== 'dumb';
}

/** Colours, or none. */
export function createPaint(coloured: boolean): Paint {
  const chalk = new Chalk({ level: coloured ? 1 : 0 });
  return { bad: chalk.red, warn: chalk.yellow, good: chalk.green, dim: chalk.dim, strong: chalk.bold };
}
