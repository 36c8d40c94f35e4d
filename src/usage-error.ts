/** A mistake in flags or environment: what is wrong, and what to do. Exit code 2. May quote what was given: foreign text. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}
