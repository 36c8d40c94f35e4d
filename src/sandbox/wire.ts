import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, refuse } from './answer.js';
import type { Reaction } from './faults.js';

/** The lines of a request's body that are not blank, or why they cannot be had. */
export type Body = { refusal: Answer } | { refusal?: undefined; lines: string[] };

/** No limit of bytes is documented (`api/facts.md`); this one only guards the memory. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/**
 * Reads the body to its end, so that the client can read its answer. Rejects
 * when the client goes away before.
 */
export async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (bytes > MAX_BODY_BYTES) return { refusal: refuse(413, `The body is over ${MAX_BODY_BYTES} bytes.`) };
  const body = Buffer.concat(chunks);
  if (!isUtf8(body)) return { refusal: refuse(422, 'The body is not UTF-8.') };
  const lines = body.toString().split('\n');
  return { lines: lines.filter((line) => /[^ \t\r]/.test(line)) };
}

/** Does to the client what was decided; `nowMs` is the server's clock. */
export function react(reaction: Reaction, response: ServerResponse, nowMs: number): void {
  switch (reaction.kind) {
    case 'timeout':
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'truncated': {
      const body = Buffer.from(reaction.answer.body);
      writeHead(reaction.answer, response, nowMs);
      response.write(body.subarray(0, body.length / 2));
      response.socket?.destroySoon();
      return;
    }
    case 'answer':
      writeHead(reaction.answer, response, nowMs);
      response.end(reaction.answer.body);
  }
}

function writeHead({ status, headers, body }: Answer, response: ServerResponse, nowMs: number): void {
  response.writeHead(status, {
    ...headers,
    'Content-Length': Buffer.byteLength(body),
    Date: new Date(nowMs).toUTCString(),
  });
}
