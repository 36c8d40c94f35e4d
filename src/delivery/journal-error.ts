/** Why a journal cannot be used. */
const JOURNAL_ERROR_CODES = [
  'locked',
  'unreadable',
  'unwritable',
  'corrupt',
  'other-run',
  'changed-input',
] as const;

/** A journal that cannot be used; `detail` says what differs, or the system's words. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
  readonly code: (typeof JOURNAL_ERROR_CODES)[number];
  readonly file: string;
  readonly detail: string;
  constructor(code: JournalError['code'], file: string, detail: string) {
    super(`${file}: ${detail}`);
    this.code = code;
    this.file = file;
    this.detail = detail;
  }
}
