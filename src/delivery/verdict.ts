import type { Answer } from './attempt.js';
import { parseRetryAfter } from './retry-after.js';

/** What one attempt tells (design: an answer that proves nothing leaves the batch in doubt). */
export const VERDICTS = [
  'accepted',
  'rejected',
  'too-large',
  'throttled',
  'unsent',
  'in-doubt',
  'refused',
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What the server said, as far as it could be read (`api/facts.md`, "Errors"). Foreign text. */
export interface ServerWords {
  reason?: string;
  /** Messages by field; the API names fields, never lines. */
  details?: Record<string, string[]>;
  /** The beginning of a body of another shape. */
  text?: string;
}

/** A verdict with what it rests on. */
export interface Judgement {
  verdict: Verdict;
  status?: number;
  words?: ServerWords;
  /** How long the server wants to be left alone, in milliseconds; left out when that is not said, or oddly. */
  retryAfterMs?: number;
  /** Why there is no answer, or none to trust; what else may explain the answer. */
  fault?: string;
}

const MAX_TEXT = 500;

/** What an answer means: the table of the README, row by row. */
export function judge(answer: Answer): Judgement {
  if (answer.kind === 'unsent')
    return { verdict: answer.permanent ? 'refused' : 'unsent', fault: answer.reason };
  if (answer.kind === 'lost') return { verdict: 'in-doubt', fault: answer.reason };
  const { status, headers, body, complete } = answer;
  const text = body.toString('utf8').replace(/^\uFEFF/, '');
  const json = parseObject(text);
  const words = serverWords(json, text);
  const retryAfterMs = parseRetryAfter(headers['retry-after'], headers.date);
  const judged = (verdict: Verdict, fault?: string): Judgement => ({
    verdict,
    status,
    ...(words && { words }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(fault !== undefined && { fault }),
  });
  if (status === 200) {
    if (!complete) return judged('in-doubt', 'the answer broke off');
    if (json === undefined) return judged('in-doubt', 'the answer is no JSON object');
    if ('reason' in json || 'exception_details' in json)
      return judged('in-doubt', 'the answer is an error in spite of its status');
    return { verdict: 'accepted', status };
  }
  return judged(verdictOfStatus(status, retryAfterMs));
}

/** The verdict of every status but 200, which its body decides. */
function verdictOfStatus(status: number, retryAfterMs: number | undefined): Verdict {
  if (status === 409 || status === 422) return 'rejected';
  // With that header it is too large for the moment only (RFC 9110, section 15.5.14).
  if (status === 413) return retryAfterMs === undefined ? 'too-large' : 'throttled';
  if (status === 429) return 'throttled';
  if (status === 408 || status >= 500 || status < 300) return 'in-doubt';
  return 'refused';
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function serverWords(json: Record<string, unknown> | undefined, text: string): ServerWords | undefined {
  const reason = json?.['reason'];
  const details = json?.['exception_details'];
  if (typeof reason !== 'string' && !isObject(details)) {
    return text.trim() === '' || text.trim() === '{}' ? undefined : { text: text.slice(0, MAX_TEXT) };
  }
  return {
    ...(typeof reason === 'string' && { reason }),
    ...(isObject(details) && {
      details: Object.fromEntries(Object.entries(details).map(([field, said]) => [field, messages(said)])),
    }),
  };
}

function messages(said: unknown): string[] {
  const list: unknown[] = Array.isArray(said) ? said : [said];
  return list.map((message) => (typeof message === 'string' ? message : JSON.stringify(message)));
}
