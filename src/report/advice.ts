import type { Summary } from '../events.js';
import { duration, number, plural } from './text.js';

/** The command as it was given, to be given again. */
export interface Given {
  files: readonly string[];
  flags: { conflict?: string; rejects?: string; resume?: string; skipInvalid?: boolean };
}

/** What to do next after a push that did not accept everything; empty when there is nothing to do. */
export function adviceLines(summary: Summary, { flags }: Given): string[] {
  const { counts, stopped, refusedInput, comeBackMs } = summary;
  const lines: string[] = [];
  if (refusedInput) {
    lines.push('Nothing was sent. Mend the errors above and run the same command again.');
    const valid = counts.read - counts.invalid;
    if (valid > 0 && counts.invalid > 0)
      lines.push(`Or add --skip-invalid to send the ${plural(valid, 'valid customization')}.`);
    return lines;
  }
  if (counts.unknown > 0) {
    lines.push(
      `${plural(counts.unknown, 'customization')} may be stored or not. ` +
        (flags.conflict === 'ignore' || flags.conflict === 'override'
          ? 'Run the same command again: sending them twice does no harm.'
          : 'Look them up, or push them again with --conflict ignore, which keeps what exists.'),
    );
  }
  if (stopped === 'throttled' && comeBackMs !== undefined)
    lines.push(`Run the same command again in ${duration(comeBackMs)}.`);
  if (counts.notSent > 0 && !summary.dryRun) lines.push(`${number(counts.notSent)} were not sent.`);
  return lines;
}
