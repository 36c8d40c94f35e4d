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

const plain = (text: string) => text;
const NO_PAINT: Paint = { bad: plain, warn: plain, good: plain, dim: plain, strong: plain };

/** Colours, or none. */
export async function createPaint(coloured: boolean): Promise<Paint> {
  if (!coloured) return NO_PAINT;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return { bad: chalk.red, warn: chalk.yellow, good: chalk.green, dim: chalk.dim, strong: chalk.bold };
}
