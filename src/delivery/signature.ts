import { createHmac, type KeyObject } from 'node:crypto';

/** The only content type of the bulk endpoint (`api/bulk-create.md`, "Request headers"). */
const CONTENT_TYPE = 'application/x-ndjson';

/** The path that is signed and requested, without its query (`api/bulk-create.md`). */
export function bulkPath(trackerId: string): string {
  return `/v1/recommender/pin/${trackerId}/scopes/_bulk`;
}

/**
 * The signature of a request: base64 of HMAC-SHA256 over method, content type,
 * date and path, one a line (`api/bulk-create.md`, "How to Make a Request").
 * `date` is the value of the `Date` header, which the server compares with its
 * own clock, so a signature serves one attempt only.
 */
export function signatureOf(key: KeyObject, date: string, path: string): string {
  return createHmac('sha256', key).update(`POST\n${CONTENT_TYPE}\n${date}\n${path}`).digest('base64');
}

/** The headers that a signed bulk request must carry. */
export interface SignedHeaders {
  'Content-Type': string;
  Date: string;
  Authorization: string;
}

/** Signs a bulk request of the tracker, sent at `dateMs` (since the epoch, by the server's clock). */
export function sign(trackerId: string, key: KeyObject, dateMs: number): SignedHeaders {
  const date = new Date(dateMs).toUTCString();
  const signature = signatureOf(key, date, bulkPath(trackerId));
  return { 'Content-Type': CONTENT_TYPE, Date: date, Authorization: `ApiAuth ${trackerId}:${signature}` };
}
