import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type Answer, refuse } from './answer.js';
import { CONFLICT_STRATEGIES, type ConflictStrategy } from './store.js';

/** What is known of a request when its headers are in. `target` is path and query, as requested. */
export interface RequestHead {
  method: string;
  target: string;
  headers: IncomingHttpHeaders;
}

/** The one tracker that the sandbox knows, and its key. */
export interface Account {
  trackerId: string;
  privateKey: string;
}

/** A request that may go on to its body, or the answer that refuses it. */
export type HeadVerdict = { refusal: Answer } | { refusal?: undefined; strategy: ConflictStrategy };

const BULK_PATH = /^\/v1\/recommender\/pin\/([^/]+)\/scopes\/_bulk$/;
const TOLERANCE_MS = 5000;

/**
 * Judges a request by its head, in this order: path, method, tracker,
 * signature, Date, content type, strategy (`api/bulk-create.md`). `nowMs` is
 * the server's clock. 400, 405 and 415 are undocumented: the sandbox's choice.
 */
export function checkHead(head: RequestHead, account: Account, nowMs: number): HeadVerdict {
  const [path = '', query = ''] = head.target.split(/\?(.*)/s);
  const trackerId = BULK_PATH.exec(path)?.[1];
  if (trackerId === undefined) return { refusal: refuse(404, 'There is nothing at this path.') };
  if (head.method !== 'POST')
    return { refusal: refuse(405, 'Only POST is possible.', {}, { Allow: 'POST' }) };
  if (trackerId !== account.trackerId) return { refusal: refuse(404, 'Tracker not found.') };
  const refusal =
    checkSignature(head, path, account) ??
    checkDate(head.headers.date ?? '', nowMs) ??
    checkContent(head.headers);
  if (refusal) return { refusal };
  const given = new URLSearchParams(query).get('conflict_strategy') ?? 'raise';
  const strategy = CONFLICT_STRATEGIES.find((known) => known === given);
  if (strategy) return { strategy };
  const message = `must be one of ${CONFLICT_STRATEGIES.join(', ')}`;
  return { refusal: refuse(400, `conflict_strategy ${message}.`, { conflict_strategy: [message] }) };
}

const unauthorized = (header: 'Authorization' | 'Date', reason: string) =>
  refuse(401, reason, { [header]: [reason] });

function checkSignature(head: RequestHead, path: string, account: Account): Answer | undefined {
  const { authorization = '', date = '', 'content-type': type = '' } = head.headers;
  const [, trackerId, signature] = /^ApiAuth ([^:\s]+):([\w+/]{43}=)$/.exec(authorization) ?? [];
  if (signature === undefined)
    return unauthorized('Authorization', 'Authorization must read: ApiAuth {TRACKER_ID}:{SIGNATURE}.');
  if (trackerId !== account.trackerId)
    return unauthorized('Authorization', 'Authorization names another tracker than the path.');
  const expected = createHmac('sha256', account.privateKey)
    .update([head.method, type, date, path].join('\n'))
    .digest('base64');
  if (timingSafeEqual(Buffer.from(expected), Buffer.from(signature))) return undefined;
  return unauthorized(
    'Authorization',
    'The signature is not that of this method, Content-Type, Date and path with the private key of the tracker.',
  );
}

function checkDate(date: string, nowMs: number): Answer | undefined {
  const dateMs = Date.parse(date);
  if (Number.isNaN(dateMs) || new Date(dateMs).toUTCString() !== date)
    return unauthorized('Date', 'Date must be an HTTP date, such as Thu, 24 Dec 2026 18:00:00 GMT.');
  const offMs = dateMs - nowMs;
  if (Math.abs(offMs) <= TOLERANCE_MS) return undefined;
  const off = `${(Math.abs(offMs) / 1000).toFixed(1)} s ${offMs < 0 ? 'behind' : 'ahead of'}`;
  return unauthorized('Date', `Date is ${off} the server's clock; ${TOLERANCE_MS / 1000} s are tolerated.`);
}

function checkContent(headers: IncomingHttpHeaders): Answer | undefined {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-ndjson') return refuse(415, 'Content-Type must be application/x-ndjson.');
  const encoding = headers['content-encoding'] ?? 'identity';
  return encoding === 'identity' ? undefined : refuse(415, 'The body must not be compressed.');
}
