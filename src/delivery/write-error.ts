/** A file that could not be begun; `reason` holds the system's words. */
export class WriteError extends Error {
  override readonly name = 'WriteError';
  readonly file: string;
  readonly reason: string;
  constructor(file: string, reason: string) {
    super(`${file}: ${reason}`);
    this.file = file;
    this.reason = reason;
  }
}
