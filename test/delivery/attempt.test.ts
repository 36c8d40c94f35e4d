import { createSecretKey } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import { attempt, type Endpoint, MAX_ANSWER_BYTES } from '../../src/delivery/attempt.js';
import { isLoopbackHost } from '../../src/delivery/loopback.js';
import { systemTime } from '../../src/time.js';
import { closedPort } from '../chaos/listeners.js';
import { pinsFile } from '../chaos/scenario.js';
import { type ChaosServer, type ServerOptions, startServer } from '../chaos/server.js';
import {
  answering,
  chunked,
  dripping,
  type Moment,
  resetting,
  type Step,
  silent,
  untilClose,
  withHeaders,
} from '../chaos/step.js';

const BODY = Buffer.from(pinsFile('ab'));
const endpointOf = ({ origin, privateKey }: Pick<ChaosServer, 'origin' | 'privateKey'>): Endpoint => ({
  origin: new URL(origin),
  proxy: undefined,
  trackerId: '4711-815',
  privateKey: createSecretKey(privateKey, 'utf8'),
  userAgent: 'test/1',
});

interface Wishes {
  timeoutMs?: number;
  body?: Buffer;
  abandon?: AbortSignal;
  offsetMs?: number;
}

async function attempted(step: Step | undefined, wishes: Wishes = {}, options: ServerOptions = {}) {
  const { timeoutMs = 5000, body = BODY, abandon = new AbortController().signal, offsetMs = 0 } = wishes;
  const server = await startServer({ ...options, ...(step && { script: [step] }) });
  const signal = AbortSignal.any([systemTime.deadline(timeoutMs), abandon]);
  const onLeft = vi.fn();
  const answer = await attempt(endpointOf(server), 'ignore', body, offsetMs, systemTime, signal, onLeft);
  return { server, answer, left: onLeft.mock.calls.length };
}

test('a request has these headers, and the body as it is', async () => {
  const { server, answer, left } = await attempted(undefined);
  expect(answer).toMatchObject({ kind: 'answered', status: 200, complete: true });
  expect(left).toBe(1);
  const [request] = server.requests;
  expect(request?.target).toBe('/v1/recommender/pin/4711-815/scopes/_bulk?conflict_strategy=ignore');
  expect(request?.body).toEqual(BODY);
  expect(Object.fromEntries(request?.headers ?? [])).toEqual({
    Host: `127.0.0.1:${server.port}`,
    'User-Agent': 'test/1',
    Accept: 'application/json',
    'Accept-Encoding': 'identity',
    'Content-Type': 'application/x-ndjson',
    'Content-Length': String(BODY.length),
    Date: expect.stringMatching(/ GMT$/),
    Authorization: expect.stringMatching(/^ApiAuth 4711-815:[A-Za-z0-9+/]{43}=$/),
    Connection: 'close',
  });
});

test.each([0, 7_200_000, -7_200_000])('its date is corrected by %i ms', async (offsetMs) => {
  const { server } = await attempted(undefined, { offsetMs }, { clockOffsetMs: offsetMs });
  expect(server.requests[0]?.dateAgeMs).toBeLessThan(2000);
  expect(server.requests[0]?.refusal).toBeUndefined();
});

test('headers that come twice are joined, so that neither is believed', async () => {
  const twice = withHeaders(
    [
      ['Date', 'Mon, 23 Nov 2026 14:00:00 GMT'],
      ['Date', 'Mon, 23 Nov 2026 15:00:00 GMT'],
      ['Retry-After', '1'],
      ['Retry-After', '2'],
      ['Age', '7'],
    ],
    answering(429),
  );
  const { answer } = await attempted(twice);
  expect(answer).toMatchObject({
    headers: {
      date: 'Mon, 23 Nov 2026 14:00:00 GMT, Mon, 23 Nov 2026 15:00:00 GMT',
      'retry-after': '1, 2',
      age: '7',
    },
  });
});

describe('an answer', () => {
  test.each([
    ['of exactly 1 MiB is whole', MAX_ANSWER_BYTES, true],
    ['of more is cut, and not whole', MAX_ANSWER_BYTES + 1, false],
  ])('%s', async (_name, bytes, complete) => {
    const { answer } = await attempted(untilClose(answering(200, { body: Buffer.alloc(bytes, ' ') })));
    expect(answer).toMatchObject({ kind: 'answered', complete });
    expect(answer.kind === 'answered' && answer.body.length).toBe(MAX_ANSWER_BYTES);
  });

  test('whose chunks do not end is not whole', async () => {
    const { answer } = await attempted(chunked(answering(200), 'without-end'));
    expect(answer).toMatchObject({ kind: 'answered', complete: false });
  });
});

describe('the deadline', () => {
  test('is kept when the garbage collector runs meanwhile', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage: () => void = runInNewContext('gc');
    const collecting = setInterval(collectGarbage, 20);
    const { answer } = await attempted(silent(), { timeoutMs: 300 });
    clearInterval(collecting);
    expect(answer.kind).toBe('lost');
    expect(answer.elapsedMs).toBeLessThan(5000);
  });

  test.each<[string, Step, object]>([
    ['while the answer is awaited', silent(), { kind: 'lost', reason: 'no answer within the time limit' }],
    ['while the head drips', dripping(30, answering(200)), { kind: 'lost' }],
    [
      'while the body drips',
      dripping(3, answering(200, { body: ' '.repeat(5000) })),
      { kind: 'answered', complete: false },
    ],
  ])('ends it %s', async (_name, step, expected) => {
    const { answer } = await attempted(step, { timeoutMs: 700 });
    expect(answer).toMatchObject(expected);
    expect(answer.elapsedMs).toBeLessThan(3000);
  });

  test('ends it while the connection is not ready: nothing was sent', async () => {
    const { answer } = await attempted(silent('on-connect'), { timeoutMs: 100 }, { tls: {} });
    expect(answer).toMatchObject({
      kind: 'unsent',
      permanent: false,
      reason: 'no connection within the time limit',
    });
  });
});

test('a run that is given up ends it', async () => {
  const abandon = systemTime.deadline(50);
  const { answer } = await attempted(silent(), { abandon });
  expect(answer.kind).toBe('lost');
  const late = await attempted(silent(), { abandon });
  expect(late.answer).toMatchObject({ kind: 'unsent' });
  expect(late.server.requests).toEqual([]);
});

test.each<Moment>(['after-head', { bodyBytes: 10 }, 'after-request'])(
  'a reset (%j) is a loss',
  async (moment) => {
    const { answer } = await attempted(resetting(moment));
    expect(answer).toMatchObject({ kind: 'lost', reason: expect.stringMatching(/ECONNRESET|EPIPE/) });
  },
);

test('a closed port is no connection', async () => {
  const origin = `http://127.0.0.1:${await closedPort()}`;
  const onLeft = vi.fn();
  const answer = await attempt(
    endpointOf({ origin, privateKey: 'k' }),
    'raise',
    BODY,
    0,
    systemTime,
    systemTime.deadline(5000),
    onLeft,
  );
  expect(onLeft).not.toHaveBeenCalled();
  expect(answer).toMatchObject({ kind: 'unsent', permanent: false, reason: 'ECONNREFUSED' });
});

test.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['127.255.0.9', true],
  ['[::1]', true],
  ['::ffff:127.0.0.1', true],
  ['localhost.evil.test', false],
  ['127.0.0.1.nip.io', false],
  ['0.0.0.0', false],
  ['128.0.0.1', false],
  ['::2', false],
  ['', false],
])('%s is this machine itself: %s', (host, expected) => {
  expect(isLoopbackHost(host)).toBe(expected);
});
