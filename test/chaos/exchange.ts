import { isUtf8 } from 'node:buffer';
import {
  type Answer,
  type Connection,
  encodeAnswer,
  endAnswer,
  sendAnswer,
  sendInterim,
  wait,
} from './answer.js';
import type { Book, Milestone, ReceivedRequest } from './book.js';
import { dateAgeMs, failure, type Gate, refusal } from './gate.js';
import { type ByteReader, type RequestHead, readBody, readHead } from './request.js';
import { type AnswerStep, type FaultStep, type HonestStep, honestly, type Step } from './step.js';
import { linesOf, type Store } from './store.js';

/** What all exchanges of a server share. */
export interface House {
  readonly gate: Gate;
  readonly dateCheck: 'headers' | 'end-of-body';
  readonly store: Store;
  readonly book: Book;
  /** The server's clock during the exchange of that number. */
  nowMs(number: number): number;
  mark(number: number, milestone: Milestone): Promise<void>;
  /** Aborts when the server closes. */
  readonly closing: AbortSignal;
}

/** A connection with its reader, and the numbers of both connection and exchange. */
export interface Line extends Connection {
  readonly reader: ByteReader;
  readonly connection: number;
  readonly number: number;
}

/** Takes one request and plays the step; true when the connection is open for a further one. */
export async function exchange(line: Line, step: Step, house: House): Promise<boolean> {
  if (step.kind !== 'honest' && step.moment === 'before-reading') return act(step, line, house);
  const head = await readHead(line.reader);
  if (head === undefined) return leave(line);
  const request = openRequest(head, line, house);
  house.book.begin(request);
  try {
    await house.mark(line.number, 'head');
    return await play(request, line, step, house);
  } finally {
    house.book.end(request);
  }
}

function openRequest(
  head: RequestHead,
  { number, connection }: Line,
  { gate, nowMs }: House,
): ReceivedRequest {
  const now = nowMs(number);
  return {
    ...head,
    number,
    connection,
    arrivedAtMs: Date.now(),
    dateAgeMs: dateAgeMs(head, now),
    body: Buffer.alloc(0),
    complete: false,
    refusal: refusal(head, gate, now),
  };
}

async function play(request: ReceivedRequest, line: Line, step: Step, house: House): Promise<boolean> {
  if ('manner' in step) sendInterim(line, step.manner.interim);
  if (step.kind !== 'honest' && step.moment === 'after-head') return act(step, line, house, request);
  if (step.kind !== 'honest' && typeof step.moment === 'object') {
    request.body = await line.reader.take(step.moment.bodyBytes);
    return act(step, line, house, request);
  }
  Object.assign(request, await readBody(line.reader, request.headers));
  if (!request.complete) return leave(line);
  if (house.dateCheck === 'end-of-body') {
    request.refusal = refusal(request, house.gate, house.nowMs(line.number));
  }
  await house.mark(line.number, 'received');
  if (step.kind === 'honest') {
    const answer = treat(request, linesOf(request.body), step, house);
    await house.mark(line.number, 'applied');
    return give({ ...answer, headers: [...answer.headers, ...step.headers] }, step, line, house, request);
  }
  await applyFor(step, request, house);
  return act(step, line, house, request);
}

/** Stores what the contract allows, and the answer that it owes. */
function treat(
  request: ReceivedRequest,
  lines: readonly string[],
  { maxRecords, maxBytes, refusesLine }: HonestStep,
  { store, book }: House,
): Answer {
  if (request.refusal !== undefined) return request.refusal;
  if (lines.length > maxRecords || request.body.length > maxBytes) return failure(413, 'Too many at once');
  if (!isUtf8(request.body)) return failure(422, 'Not UTF-8');
  const strategy = request.query.get('conflict_strategy') ?? 'raise';
  const { answer, applied, kept } = store.apply(lines, strategy, refusesLine);
  if (applied.length + kept.length > 0) {
    book.ledger.push({ request: request.number, applied, kept, atMs: Date.now() });
  }
  return answer;
}

/** Stores what the step says, now or later. */
async function applyFor(step: AnswerStep | FaultStep, request: ReceivedRequest, house: House): Promise<void> {
  if (step.applied === undefined) return;
  const { lines, afterMs } = step.applied;
  const apply = () => {
    const all = linesOf(request.body);
    treat(request, lines === 'all' ? all : all.slice(0, lines), honestly(), house);
    return house.mark(request.number, 'applied');
  };
  if (afterMs === 0) await apply();
  else void wait(afterMs, house.closing).then(() => (house.closing.aborted ? undefined : apply()));
}

/** Answers or fails as the step says; true when the connection is open for a further request. */
export async function act(
  step: AnswerStep | FaultStep,
  line: Line,
  house: House,
  request?: ReceivedRequest,
): Promise<boolean> {
  switch (step.kind) {
    case 'answer':
      return give(step, step, line, house, request);
    case 'reset':
      line.raw.resetAndDestroy();
      return false;
    case 'fin':
      return leave(line);
    case 'bytes':
      line.stream.write(step.bytes);
      return leave(line);
    case 'silence':
      if (step.moment === 'after-request') await line.reader.drain();
      return false;
  }
}

/** Sends an answer in the step's manner. */
async function give(
  answer: Answer,
  { manner }: HonestStep | AnswerStep,
  line: Line,
  { nowMs, closing, book }: House,
  request?: ReceivedRequest,
): Promise<boolean> {
  await wait(manner.delayMs, closing);
  await sendAnswer(line, encodeAnswer(answer, manner, nowMs(line.number)), manner, closing);
  // The client may begin its next request as soon as it has the last byte, however the connection ends.
  if (request !== undefined) book.end(request);
  if (await endAnswer(line, manner.ending, closing)) return true;
  if (manner.rest === 'abandon') line.stream.once('finish', () => line.raw.destroy());
  else await line.reader.drain();
  return false;
}

/** Says goodbye and waits for the client to do the same. */
async function leave({ stream, reader }: Line): Promise<false> {
  stream.end();
  await reader.drain();
  return false;
}
