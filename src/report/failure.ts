import type { JournalError } from '../delivery/journal-error.js';
import type { InputErrorCode } from '../input/source.js';
import { safe } from './safe.js';

/** What went wrong before anything was sent, and what to do about it. */
export interface FailureText {
  message: string;
  hint: string;
}

/** Why an input cannot be read. `input` and `reason` are foreign text. */
export function inputFailure(code: InputErrorCode, input: string, reason: string | undefined): FailureText {
  const name = safe(input);
  const because = reason === undefined || reason === '' ? '' : ` (${safe(reason)})`;
  switch (code) {
    case 'not-found':
      return {
        message: `There is no file ${name}.`,
        hint: 'Mend the path; a relative one begins at the current directory.',
      };
    case 'directory':
      return {
        message: `${name} is a directory.`,
        hint: `Name the files in it, such as ${name.replace(/\/$/, '')}/*.ndjson`,
      };
    case 'unreadable':
      return {
        message: `${name} cannot be read${because}.`,
        hint: 'Check its permissions, or what produces it.',
      };
    case 'gzip-broken':
      return { message: `${name} is broken gzip data${because}.`, hint: 'Copy or make the file again.' };
    case 'spool-failed':
      return {
        message: `A temporary copy of ${name} cannot be written${because}.`,
        hint: 'Make room in the temporary directory, or set TMPDIR to another one.',
      };
    case 'changed':
      return {
        message: `${name} changed while it was read.`,
        hint: 'Wait until it is written, then run the same command again.',
      };
  }
}

/** Why a journal cannot be used. */
export function journalFailure({
  code,
  file,
  detail,
}: Pick<JournalError, 'code' | 'file' | 'detail'>): FailureText {
  const name = safe(file);
  const what = safe(detail);
  switch (code) {
    case 'locked':
      return {
        message: `The journal ${name} is in use: ${what}.`,
        hint: 'Wait for the other run. If there is none, remove the lock file.',
      };
    case 'unreadable':
      return {
        message: `The journal ${name} cannot be opened: ${what}.`,
        hint: 'Name a regular file, or one that does not exist yet.',
      };
    case 'unwritable':
      return {
        message: `The journal ${name} cannot be written: ${what}.`,
        hint: 'Make room, or name another place.',
      };
    case 'corrupt':
      return {
        message: `${name} is no journal that can be trusted: ${what}.`,
        hint: 'Name another file; do not edit journals.',
      };
    case 'other-run':
      return {
        message: `The journal ${name} belongs to another run: ${what}.`,
        hint: 'Use the same options as that run, or name another file.',
      };
    case 'changed-input':
      return {
        message: `The input is not the one of the journal ${name}: ${what}.`,
        hint: 'Restore the input, or name another file and start anew.',
      };
  }
}
