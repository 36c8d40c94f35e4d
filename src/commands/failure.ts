import { JournalError } from '../delivery/journal-error.js';
import { WriteError } from '../delivery/write-error.js';
import type { ExitCode } from '../exit-code.js';
import { InputError } from '../input/source.js';
import { type FailureText, inputFailure, journalFailure } from '../report/failure.js';
import { safe } from '../report/safe.js';
import { UsageError } from '../usage-error.js';

/** The exit code and the words for an error that ended a command before anything was sent. */
export function failureOf(error: unknown): FailureText & { exitCode: ExitCode } {
  if (error instanceof UsageError)
    return { message: safe(error.message), hint: safe(error.hint ?? ''), exitCode: 2 };
  if (error instanceof InputError) {
    return { ...inputFailure(error.code, error.input, error.reason), exitCode: INPUT_EXIT_CODES[error.code] };
  }
  if (error instanceof JournalError)
    return { ...journalFailure(error), exitCode: error.code === 'unwritable' ? 74 : 2 };
  if (error instanceof WriteError) {
    return {
      message: `${safe(error.file)} cannot be written: ${safe(error.reason)}.`,
      hint: 'Nothing was sent. Name a place that can be written.',
      exitCode: 74,
    };
  }
  const name = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    message: `This should not have happened: ${safe(name)}`,
    hint: 'It is a defect of luigis-pins: please report it, with the command and this message.',
    exitCode: 70,
  };
}

const INPUT_EXIT_CODES = {
  'not-found': 2,
  directory: 2,
  unreadable: 2,
  'gzip-broken': 3,
  'spool-failed': 74,
  changed: 5,
} as const;
