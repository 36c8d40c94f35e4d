import type { StopReason } from '../delivery/policy.js';
import type { Summary } from '../events.js';
import { safe } from './safe.js';
import { duration, number, plural } from './text.js';

/** The command as it was given, to be given again. */
export interface Given {
  files: readonly string[];
  flags: { conflict?: string; rejects?: string; resume?: string; skipInvalid?: boolean };
}

/** What to do next after a push that did not accept everything; empty when there is nothing to do. */
export function adviceLines(summary: Summary, given: Given): string[] {
  const { flags } = given;
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
  if (summary.writeError !== undefined)
    lines.push(`Could not be written: ${safe(summary.writeError)}. Make room, or name another place.`);
  if (counts.notSent > 0 && !summary.dryRun) {
    const wait = comeBackMs === undefined ? '' : `Wait ${duration(comeBackMs)}. `;
    const mend = (summary.writeError === undefined && stopped && MEND[stopped]) || '';
    lines.push(`${number(counts.notSent)} were not sent. ${wait}${mend}${goOn(summary, given)}`);
  }
  return lines;
}

/** What to do before going on, by what ended the run. */
const MEND: Partial<Record<StopReason, string>> = {
  refused: 'Mend what is refused: credentials, tracker id, address or certificate. ',
  clock: "Set this machine's clock. ",
  unreachable: 'Check the network. ',
  failed: 'Let nobody write to the input meanwhile. ',
};

/** How to send the rest, and nothing of it twice where that would collide. */
function goOn({ counts }: Summary, { flags }: Given): string {
  const { conflict = 'raise', resume, rejects } = flags;
  if (resume !== undefined)
    return 'Run the same command again: what the journal lists as accepted is not sent again.';
  if (conflict !== 'raise' || counts.accepted + counts.unknown === 0) return 'Run the same command again.';
  if (rejects !== undefined) return `Push them from ${safe(rejects)}.`;
  return 'Run the same command again with --conflict ignore, which keeps what exists.';
}
