import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Header, Manner } from './step.js';

/** What an answer says; how it travels is its `Manner`. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly body: string | Uint8Array;
}

/** A client's connection: `raw` is TCP, `stream` what HTTP is spoken over (TLS or the same). */
export interface Connection {
  readonly raw: Socket;
  readonly stream: Duplex;
}

/** Long enough for the peer to take what was sent before the reset. */
const BEFORE_RESET_MS = 20;

/** The bytes of the answer; `nowMs` is the server's clock. */
export function encodeAnswer(answer: Answer, manner: Manner, nowMs: number): Buffer {
  const body = Buffer.from(answer.body);
  const lines = headerLines(answer, manner, body.length, nowMs).map(([name, value]) => `${name}: ${value}`);
  const head = [statusLine(answer.status), ...lines, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), framed(body, manner).subarray(0, manner.bodyBytes)]);
}

const statusLine = (status: number) => `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Odd'}`;

function headerLines({ status, headers }: Answer, manner: Manner, length: number, nowMs: number): Header[] {
  const own: Header[] = [['Content-Type', 'application/json']];
  if (manner.date !== 'none') own.push(['Date', new Date(nowMs + manner.date.offsetMs).toUTCString()]);
  own.push(['Connection', manner.ending === 'keep-alive' ? 'keep-alive' : 'close']);
  if (manner.framing === 'length' && status !== 204) own.push(['Content-Length', String(length)]);
  if (manner.framing.startsWith('chunked')) own.push(['Transfer-Encoding', 'chunked']);
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  return [...own.filter(([name]) => !given.has(name.toLowerCase())), ...headers];
}

function framed(body: Buffer, { framing }: Manner): Buffer {
  if (!framing.startsWith('chunked')) return body;
  const chunk = [Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')];
  return Buffer.concat(framing === 'chunked' ? [...chunk, Buffer.from('0\r\n\r\n')] : chunk);
}

/** Sends interim answers, without waiting. */
export function sendInterim({ stream }: Connection, statuses: readonly number[]): void {
  for (const status of statuses) stream.write(`${statusLine(status)}\r\n\r\n`);
}

/** Sends the bytes as the manner says; `closing` cuts every wait short. */
export async function sendAnswer(
  { stream }: Connection,
  bytes: Buffer,
  { dripMs }: Manner,
  closing: AbortSignal,
): Promise<void> {
  if (dripMs === 0) {
    stream.write(bytes);
    return;
  }
  for (const byte of bytes) {
    if (stream.destroyed || closing.aborted) return;
    stream.write(Buffer.of(byte));
    await wait(dripMs, closing);
  }
}

/** Ends the connection after an answer; false when it stays open for a further request. */
export async function endAnswer(
  { raw, stream }: Connection,
  ending: Manner['ending'],
  closing: AbortSignal,
): Promise<boolean> {
  if (ending === 'keep-alive') return true;
  if (ending === 'reset') {
    await wait(BEFORE_RESET_MS, closing);
    raw.resetAndDestroy();
    return false;
  }
  if (ending !== 'fin') await wait(ending.finAfterMs, closing);
  stream.end();
  return false;
}

/** Waits, until the server closes. */
export async function wait(ms: number, closing: AbortSignal): Promise<void> {
  if (ms > 0) await delay(ms, undefined, { signal: closing, ref: false }).catch(() => {});
}
