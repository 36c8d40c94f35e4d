import { createHmac } from 'node:crypto';
import { type IncomingHttpHeaders, request } from 'node:http';
import { SANDBOX_PRIVATE_KEY, SANDBOX_TRACKER_ID, type Sandbox } from '../../src/sandbox/server.js';

export const account = { trackerId: SANDBOX_TRACKER_ID, privateKey: SANDBOX_PRIVATE_KEY };
export const PATH = `/v1/recommender/pin/${SANDBOX_TRACKER_ID}/scopes/_bulk`;

/** One valid line, for the scope of one item. */
export function line(identity: string, position = 1): string {
  const pins = [{ pin_type: 'item', pin_identity: 'tent-7', position }];
  return JSON.stringify({
    model: 'basket',
    target_type: 'item',
    target_identity: identity,
    pin_definitions: pins,
  });
}

/** The `Authorization` of a POST with these headers. */
export function authorization(type: string, date: string, path = PATH, key = SANDBOX_PRIVATE_KEY): string {
  const signature = createHmac('sha256', key).update(`POST\n${type}\n${date}\n${path}`).digest('base64');
  return `ApiAuth ${SANDBOX_TRACKER_ID}:${signature}`;
}

/** The headers of a POST to `path`, signed at `nowMs`. */
export function signedHeaders(nowMs: number, path = PATH, key = SANDBOX_PRIVATE_KEY) {
  const date = new Date(nowMs).toUTCString();
  const type = 'application/x-ndjson';
  return { 'content-type': type, date, authorization: authorization(type, date, path, key) };
}

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** Whether all of the body came that was announced. */
  complete: boolean;
}

/** Pushes `body` on a connection of its own, which it offers to keep; rejects when no answer comes. */
export function push(sandbox: Sandbox, body: string | Buffer, strategy = 'raise', nowMs = Date.now()) {
  const url = `${sandbox.origin}${PATH}?conflict_strategy=${strategy}`;
  const headers = { ...signedHeaders(nowMs), connection: 'keep-alive' };
  return new Promise<Reply>((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent: false, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', () => {});
      answer.on('close', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(chunks).toString(),
          complete: answer.complete,
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
