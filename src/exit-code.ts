import type { Summary } from './events.js';

/** Every exit code, with what it says: the table of `--help` and of the README. */
export const EXIT_CODES = {
  0: 'every customization was accepted',
  1: 'the run finished; some customizations were rejected, or skipped as invalid',
  2: 'usage or configuration',
  3: 'the input is invalid; nothing was sent',
  4: 'refused: credentials, tracker or endpoint; the rest was not sent',
  5: 'temporary: unreachable or throttled; the rest was not sent, running again is safe',
  6: "at least one batch's outcome is unknown",
  70: 'a defect of luigis-pins itself',
  74: 'a report, journal or stdout could not be written',
  129: 'interrupted by SIGHUP',
  130: 'interrupted by SIGINT',
  143: 'interrupted by SIGTERM',
} as const;
export type ExitCode = keyof typeof EXIT_CODES;

/** The signals that end a run in order, and their exit codes. */
export const SIGNAL_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const satisfies Record<
  string,
  ExitCode
>;
export type StopSignal = keyof typeof SIGNAL_CODES;

/**
 * The exit code of a push, from its counts alone. When several apply, the one
 * that the user must know of first wins: 74, 129, 130 or 143, 6, 4, 5, 1.
 */
export function exitCodeOf(summary: Summary, interruptedBy: StopSignal | undefined): ExitCode {
  const { counts, stopped, refusedInput, dryRun, writeError } = summary;
  if (writeError !== undefined) return 74;
  if (stopped === 'interrupted') return SIGNAL_CODES[interruptedBy ?? 'SIGINT'];
  if (refusedInput) return 3;
  if (counts.unknown > 0) return 6;
  if (stopped === 'refused' || stopped === 'clock') return 4;
  if (stopped === 'unreachable' || stopped === 'throttled' || stopped === 'failed') return 5;
  const reached = dryRun ? counts.notSent : counts.accepted;
  return reached === counts.read ? 0 : 1;
}
