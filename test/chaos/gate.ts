import { createHmac } from 'node:crypto';
import type { Answer } from './answer.js';
import { type RequestHead, valuesOf } from './request.js';

/** Whom the server knows, and how far a request's `Date` may be from its clock. */
export interface Gate {
  readonly trackerId: string;
  readonly privateKey: string;
  readonly toleranceMs: number;
}

/** An answer in the documented shape of errors (`api/facts.md`, "Errors"). */
export function failure(status: number, reason: string, details?: Record<string, string[]>): Answer {
  return {
    status,
    headers: [],
    body: JSON.stringify({ reason, ...(details && { exception_details: details }) }),
  };
}

/** Why the request may not enter, by its head alone; undefined when it may. `nowMs`: the server's clock. */
export function refusal(head: RequestHead, gate: Gate, nowMs: number): Answer | undefined {
  if (head.path !== `/v1/recommender/pin/${gate.trackerId}/scopes/_bulk`)
    return failure(404, 'No such tracker');
  if (head.method !== 'POST') return failure(405, 'Only POST');
  const unauthorized = signatureFault(head, gate) ?? dateFault(head, gate, nowMs);
  if (unauthorized !== undefined) return failure(401, unauthorized);
  if (only(head, 'content-type') !== 'application/x-ndjson') return failure(415, 'Not application/x-ndjson');
  return undefined;
}

/** How old the request's `Date` is; undefined when it is not exactly one HTTP date in its preferred form. */
export function dateAgeMs(head: RequestHead, nowMs: number): number | undefined {
  const text = only(head, 'date');
  const ms = Date.parse(text ?? '');
  return !Number.isNaN(ms) && new Date(ms).toUTCString() === text ? nowMs - ms : undefined;
}

function dateFault(head: RequestHead, { toleranceMs }: Gate, nowMs: number): string | undefined {
  const ageMs = dateAgeMs(head, nowMs);
  if (ageMs === undefined) return 'Date is missing or malformed';
  return Math.abs(ageMs) > toleranceMs ? `Date is ${ageMs} ms old` : undefined;
}

function signatureFault(head: RequestHead, { trackerId, privateKey }: Gate): string | undefined {
  const [type, date, authorization] = ['content-type', 'date', 'authorization'].map((name) =>
    only(head, name),
  );
  const expected = createHmac('sha256', Buffer.from(privateKey, 'utf8'))
    .update([head.method, type, date, head.path].join('\n'), 'latin1')
    .digest('base64');
  return authorization === `ApiAuth ${trackerId}:${expected}` ? undefined : 'Signature does not match';
}

/** The value of a header that comes exactly once. */
function only(head: RequestHead, name: string): string | undefined {
  const values = valuesOf(head.headers, name);
  return values.length === 1 ? values[0] : undefined;
}
