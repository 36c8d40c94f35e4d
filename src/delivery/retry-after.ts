import { parseHttpDate } from './clock.js';

/**
 * Milliseconds that a `Retry-After` asks for (RFC 9110, section 10.2.3): whole
 * seconds, or a date, which counts from the same answer's `Date`. Undefined for
 * anything odd.
 */
export function parseRetryAfter(
  text: string | undefined,
  answerDate: string | undefined,
): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000;
  const until = parseHttpDate(text);
  const from = parseHttpDate(answerDate);
  return until === undefined || from === undefined ? undefined : Math.max(0, until - from);
}
