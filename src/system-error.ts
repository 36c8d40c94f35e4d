/** What was caught from the system: its code, such as `ENOENT` (empty when it has none), and its words. */
export function systemError(error: unknown): { code: string; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return { code, message };
}
