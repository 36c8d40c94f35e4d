import { STATUS_CODES } from 'node:http';

/** One header line; names may repeat. */
export type Header = readonly [name: string, value: string];

/**
 * When a step shows itself. `on-connect`: before TLS; `before-reading`: the
 * connection is ready, nothing of the request is read; `after-head`; after so
 * many bytes of the body; when the whole request was read.
 */
export type Moment =
  | 'on-connect'
  | 'before-reading'
  | 'after-head'
  | { readonly bodyBytes: number }
  | 'after-request';

/** How an answer goes over the wire. */
export interface Manner {
  /** Waiting before the answer's first byte. */
  readonly delayMs: number;
  /** Statuses of interim answers before it, such as 100. */
  readonly interim: readonly number[];
  readonly framing: 'length' | 'chunked' | 'chunked-without-end' | 'until-close';
  /** Only so many bytes of the framed body are sent. */
  readonly bodyBytes: number;
  /** Waiting between two bytes; 0: all at once. */
  readonly dripMs: number;
  readonly ending: 'fin' | 'reset' | 'keep-alive' | { readonly finAfterMs: number };
  /** The `Date` header: the server's clock moved by so much, or none. */
  readonly date: { readonly offsetMs: number } | 'none';
  /** What becomes of the request's rest when the answer comes early. */
  readonly rest: 'drain' | 'abandon';
}

/** How much of a sound request is stored, and how long after it was read, whatever is answered then. */
interface Applied {
  readonly lines: 'all' | number;
  readonly afterMs: number;
}

/** Does what the contract says; limits and refused lines are part of it. */
export interface HonestStep {
  readonly kind: 'honest';
  readonly maxRecords: number;
  readonly maxBytes: number;
  readonly refusesLine: (line: string) => boolean;
  readonly headers: readonly Header[];
  readonly manner: Manner;
}

/** Gives a set answer, whatever was asked. */
export interface AnswerStep {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: readonly Header[];
  readonly body: string | Uint8Array;
  readonly manner: Manner;
  readonly moment: Moment;
  readonly applied?: Applied;
}

/** Gives no HTTP answer: resets, closes, keeps silent for good, or sends other bytes and closes. */
export interface FaultStep {
  readonly kind: 'reset' | 'fin' | 'silence' | 'bytes';
  /** Sent when the kind is `bytes`. */
  readonly bytes: string | Uint8Array;
  readonly moment: Moment;
  readonly applied?: Applied;
}

/** What the server does with one request, or with the connection that would have carried it. */
export type Step = HonestStep | AnswerStep | FaultStep;
type AnsweringStep = HonestStep | AnswerStep;
type ScriptedStep = AnswerStep | FaultStep;

/** Steps in the order of requests, honest after the last; or a function of the request's number (from 1). */
export type Script = readonly Step[] | ((number: number) => Step);

/** The steps in order, then `last` for ever. */
export function inOrder(steps: readonly Step[], last: Step = honestly()): (number: number) => Step {
  return (number) => steps[number - 1] ?? last;
}

/** The same step for every request. */
export function always(step: Step): (number: number) => Step {
  return () => step;
}

const PLAIN: Manner = {
  delayMs: 0,
  interim: [],
  framing: 'length',
  bodyBytes: Number.POSITIVE_INFINITY,
  dripMs: 0,
  ending: 'fin',
  date: { offsetMs: 0 },
  rest: 'drain',
};

/** As the contract says: 200 `{}`, or 401, 404, 405, 409, 413, 415, 422 where they are due. */
export function honestly(): HonestStep {
  return {
    kind: 'honest',
    maxRecords: 5000,
    maxBytes: Number.POSITIVE_INFINITY,
    refusesLine: () => false,
    headers: [],
    manner: PLAIN,
  };
}

/** Honest, but 413 above so many records or body bytes. */
export function tooLargeAbove(limits: { records?: number; bytes?: number }): HonestStep {
  const step = honestly();
  return { ...step, maxRecords: limits.records ?? step.maxRecords, maxBytes: limits.bytes ?? step.maxBytes };
}

/** Honest, but 422 when a line is one of those. */
export function refusingLines(refusesLine: (line: string) => boolean): HonestStep {
  return { ...honestly(), refusesLine };
}

/** A set answer that stores nothing; by default a JSON body that fits the status. */
export function answering(
  status: number,
  {
    headers = [],
    body = defaultBody(status),
  }: { headers?: readonly Header[]; body?: string | Uint8Array } = {},
): AnswerStep {
  return { kind: 'answer', status, headers, body, manner: PLAIN, moment: 'after-request' };
}

function defaultBody(status: number): string {
  if (status === 204) return '';
  return status < 300 ? '{}' : JSON.stringify({ reason: STATUS_CODES[status] ?? `Status ${status}` });
}

/** 429 with that `Retry-After`, or without one. */
export function throttling(retryAfter?: string): AnswerStep {
  return answering(429, { headers: retryAfter === undefined ? [] : [['Retry-After', retryAfter]] });
}

/** 3xx with that `Location`, or without one. */
export function redirecting(status: number, location?: string): AnswerStep {
  return answering(status, { headers: location === undefined ? [] : [['Location', location]], body: '' });
}

/** RST. */
export function resetting(moment: Moment = 'after-request'): FaultStep {
  return { kind: 'reset', bytes: '', moment };
}

/** FIN without an answer. */
export function hangingUp(moment: Moment = 'after-request'): FaultStep {
  return { kind: 'fin', bytes: '', moment };
}

/** Never a byte, and the connection stays open; before `after-request` nothing more is read either. */
export function silent(moment: Moment = 'after-request'): FaultStep {
  return { kind: 'silence', bytes: '', moment };
}

/** Bytes of one's own instead of HTTP, then FIN. */
export function sending(bytes: string | Uint8Array, moment: Moment = 'after-request'): FaultStep {
  return { kind: 'bytes', bytes, moment };
}

/** The request, if it is sound, is stored before the step's answer or fault. */
export function applying<S extends ScriptedStep>(step: S): S {
  return { ...step, applied: { lines: 'all', afterMs: 0 } };
}

/** The same, with the first lines only: a server that is not atomic and dies on the way. */
export function applyingFirst<S extends ScriptedStep>(lines: number, step: S): S {
  return { ...step, applied: { lines, afterMs: 0 } };
}

/** The same, so long after the request was read, even when the client has left by then. */
export function applyingAfter<S extends ScriptedStep>(afterMs: number, step: S): S {
  return { ...step, applied: { lines: 'all', afterMs } };
}

/** The answer leaves at that moment, not when the request was read. */
export function early(
  step: AnswerStep,
  moment: Moment = 'after-head',
  rest: Manner['rest'] = 'drain',
): AnswerStep {
  return { ...mannered(step, { rest }), moment };
}

/** The answer waits. */
export function delayed<S extends AnsweringStep>(delayMs: number, step: S): S {
  return mannered(step, { delayMs });
}

/** One byte every `dripMs`. */
export function dripping<S extends AnsweringStep>(dripMs: number, step: S): S {
  return mannered(step, { dripMs });
}

/** The connection ends after so many bytes of the body, with more announced. */
export function cutAfter<S extends AnsweringStep>(
  bodyBytes: number,
  step: S,
  ending: 'fin' | 'reset' = 'fin',
): S {
  return mannered(step, { bodyBytes, ending });
}

/** Chunked; `without-end` leaves out the last chunk that says that the body is complete. */
export function chunked<S extends AnsweringStep>(step: S, end: 'with-end' | 'without-end' = 'with-end'): S {
  return mannered(step, { framing: end === 'with-end' ? 'chunked' : 'chunked-without-end' });
}

/** Neither length nor chunks: the body ends where the connection ends. */
export function untilClose<S extends AnsweringStep>(step: S): S {
  return mannered(step, { framing: 'until-close' });
}

/** FIN comes so long after the answer. */
export function closingAfter<S extends AnsweringStep>(finAfterMs: number, step: S): S {
  return mannered(step, { ending: { finAfterMs } });
}

/** The connection stays open for a further request. */
export function keepingAlive<S extends AnsweringStep>(step: S): S {
  return mannered(step, { ending: 'keep-alive' });
}

/** Interim answers after the request's head, 100 Continue unless told otherwise. */
export function continuing<S extends AnsweringStep>(step: S, interim: readonly number[] = [100]): S {
  return mannered(step, { interim });
}

/** The answer's `Date` is off from the server's own clock, or missing. A list of odd ones: `withHeaders`. */
export function dated<S extends AnsweringStep>(date: Manner['date'], step: S): S {
  return mannered(step, { date });
}

/** Further headers; those that the server would write itself are replaced by all of the same name. */
export function withHeaders<S extends AnsweringStep>(headers: readonly Header[], step: S): S {
  return { ...step, headers: [...step.headers, ...headers] };
}

function mannered<S extends AnsweringStep>(step: S, change: Partial<Manner>): S {
  return { ...step, manner: { ...step.manner, ...change } };
}
