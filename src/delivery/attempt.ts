import type { KeyObject } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { systemError } from '../system-error.js';
import type { Time } from '../time.js';
import { ConnectError, connect, type Route } from './connect.js';
import { bulkPath, sign } from './signature.js';
import type { ConflictStrategy } from './strategy.js';

/** Whom to send to, and as whom. */
export interface Endpoint extends Route {
  trackerId: string;
  privateKey: KeyObject;
  /** The `User-Agent` header. */
  userAgent: string;
}

/** The headers of an answer that are read; several of one name are joined by a comma. */
type AnswerHeader = 'date' | 'age' | 'retry-after';

/** What came back from one attempt. */
export type Answer =
  | {
      kind: 'answered';
      status: number;
      headers: Partial<Record<AnswerHeader, string>>;
      /** At most `MAX_ANSWER_BYTES`. */
      body: Buffer;
      /** Did the answer arrive whole? */
      complete: boolean;
    }
  /** No connection became ready, so nothing was sent; `permanent` when it will be so every time. */
  | { kind: 'unsent'; reason: string; permanent: boolean }
  /** The request left, or a part of it, and no answer came. */
  | { kind: 'lost'; reason: string };

/** An answer with its times: `sentMs` and `answeredMs` by the local clock, for comparing with its `Date`. */
export type TimedAnswer = Answer & { elapsedMs: number; sentMs: number; answeredMs: number };

/** The longest answer that is read. */
export const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * One signed POST of a batch's body on a connection of its own. The date is
 * taken and signed when the connection is ready, because the server compares it
 * with its clock (`api/facts.md`, "Signing"). Redirects are answers like any
 * other. Ends at the latest when the signal aborts, however slowly bytes drip.
 * `onLeft` is called when the last byte has left, unless that never happens.
 * Never rejects.
 */
export async function attempt(
  endpoint: Endpoint,
  strategy: ConflictStrategy,
  body: Buffer,
  clockOffsetMs: number,
  time: Time,
  signal: AbortSignal,
  onLeft: () => void,
): Promise<TimedAnswer> {
  const startedMs = time.now();
  const times = () => ({ elapsedMs: time.now() - startedMs, sentMs: startedMs, answeredMs: time.now() });
  let socket: Socket;
  try {
    socket = await connect(endpoint, signal);
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    return { kind: 'unsent', reason: error.reason, permanent: error.permanent, ...times() };
  }
  const sentMs = time.now();
  const headers = requestHeaders(endpoint, sentMs + clockOffsetMs, body.length);
  const path = `${bulkPath(endpoint.trackerId)}?conflict_strategy=${strategy}`;
  let answeredMs = 0;
  const onAnswer = () => {
    answeredMs = time.now();
  };
  const answer = await exchange(socket, path, headers, body, signal, onLeft, onAnswer);
  return { ...answer, elapsedMs: time.now() - startedMs, sentMs, answeredMs };
}

function requestHeaders(
  { origin, userAgent, trackerId, privateKey }: Endpoint,
  dateMs: number,
  bodyBytes: number,
) {
  return {
    Host: origin.host,
    'User-Agent': userAgent,
    Accept: 'application/json',
    'Accept-Encoding': 'identity',
    'Content-Length': bodyBytes,
    ...sign(trackerId, privateKey, dateMs),
    Connection: 'close',
  };
}

function exchange(
  socket: Socket,
  path: string,
  headers: Record<string, string | number>,
  body: Buffer,
  signal: AbortSignal,
  onLeft: () => void,
  onAnswer: () => void,
): Promise<Answer> {
  return new Promise((resolve) => {
    const lost = (reason: string) => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      resolve({ kind: 'lost', reason });
    };
    const request = httpRequest({ method: 'POST', path, headers, createConnection: () => socket });
    const abort = () => lost('no answer within the time limit');
    signal.addEventListener('abort', abort, { once: true });
    request.on('error', (error) => lost(systemError(error).code || error.message));
    request.on('response', (response) => {
      onAnswer();
      // From here on the status is known: what breaks now only makes the answer incomplete.
      signal.removeEventListener('abort', abort);
      void readAnswer(response, signal).then((answer) => {
        socket.destroy();
        resolve(answer);
      });
    });
    request.end(body, onLeft);
  });
}

function readAnswer(response: IncomingMessage, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (complete: boolean) => {
      // The signal outlives the attempt, and would keep the batch's body with it.
      signal.removeEventListener('abort', abort);
      const { date, age, 'retry-after': retryAfter } = response.headersDistinct;
      resolve({
        kind: 'answered',
        status: response.statusCode ?? 0,
        headers: {
          ...(date && { date: date.join(', ') }),
          ...(age && { age: age.join(', ') }),
          ...(retryAfter && { 'retry-after': retryAfter.join(', ') }),
        },
        body: Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES),
        complete,
      });
    };
    const abort = () => finish(false);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) finish(false);
    });
    response.on('error', () => finish(false));
    response.on('end', () => finish(response.complete));
    response.on('close', () => finish(response.complete));
  });
}
