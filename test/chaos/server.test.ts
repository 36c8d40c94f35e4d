import { createHmac, createSecretKey } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as tlsConnect } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { signatureOf } from '../../src/delivery/signature.js';
import { certificate } from './certificates.js';
import { type ChaosServer, type ServerOptions, startServer } from './server.js';
import {
  always,
  answering,
  applying,
  applyingAfter,
  applyingFirst,
  chunked,
  closingAfter,
  continuing,
  cutAfter,
  dated,
  delayed,
  dripping,
  early,
  type Header,
  hangingUp,
  honestly,
  inOrder,
  keepingAlive,
  redirecting,
  refusingLines,
  resetting,
  type Step,
  sending,
  silent,
  throttling,
  tooLargeAbove,
  untilClose,
  withHeaders,
} from './step.js';
import type { StoreMode } from './store.js';

const PATH = '/v1/recommender/pin/4711-815/scopes/_bulk';
const pin = (identity: string, position = 1) =>
  `{"model":"basket","target_type":"item","target_identity":"${identity}","pin_definitions":[{"pin_type":"item","pin_identity":"p","position":${position}}]}`;
const [A, B, C] = [pin('a'), pin('b'), pin('c')];

interface Asked {
  method?: string;
  path?: string;
  signedPath?: string;
  strategy?: string;
  key?: string;
  date?: string;
  headers?: Header[];
}

/** The bytes of a signed request; headers that are given replace those of the same name. */
function requestBytes(server: ChaosServer, lines: readonly string[], asked: Asked = {}): Buffer {
  const { method = 'POST', path = PATH, strategy = 'raise', key = server.privateKey, headers = [] } = asked;
  const { date = new Date().toUTCString(), signedPath = path } = asked;
  const body = Buffer.from(lines.join('\n'));
  const signature = signatureOf(createSecretKey(key, 'utf8'), date, signedPath);
  const own: Header[] = [
    ['Host', 'x'],
    ['Content-Type', 'application/x-ndjson'],
    ['Date', date],
    ['Authorization', `ApiAuth 4711-815:${signature}`],
    ['Content-Length', String(body.length)],
  ];
  const given = headers.map(([name]) => name);
  const all = [...own.filter(([name]) => !given.includes(name)), ...headers];
  const head = all.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([
    Buffer.from(`${method} ${path}?conflict_strategy=${strategy} HTTP/1.1\r\n${head}\r\n`),
    body,
  ]);
}

/** What a client sees of an answer; `open`: nothing happened for a while. */
interface Seen {
  text: string;
  status: number;
  body: string;
  chunks: number;
  end: 'fin' | 'reset' | 'open';
}

const A_WHILE_MS = 80;

/** Sends the bytes over a connection of its own and takes what comes until its end. */
async function talk(server: ChaosServer, bytes: Uint8Array, patienceMs = 2000): Promise<Seen> {
  const socket = connect(server.port, '127.0.0.1');
  socket.write(bytes);
  const seen = await listen(socket, patienceMs);
  socket.destroy();
  return seen;
}

async function listen(socket: Socket, patienceMs: number): Promise<Seen> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  const end = await Promise.race([
    once(socket, 'end').then(
      () => 'fin' as const,
      () => 'reset' as const,
    ),
    delay(patienceMs, 'open' as const),
  ]);
  const text = Buffer.concat(chunks).toString('utf8');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);
  return { text, status, body: text.split('\r\n\r\n').at(-1) ?? '', chunks: chunks.length, end };
}

/** Resolves when the server has cut the connection. */
function cutOff(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.on('error', () => {}).once('close', resolve));
}

async function push(server: ChaosServer, lines: readonly string[], asked?: Asked, patienceMs?: number) {
  return talk(server, requestBytes(server, lines, asked), patienceMs);
}

/** A server with that script (the step for every request), asked once with three customizations. */
async function once3(step: Step, options: ServerOptions = {}, patienceMs?: number) {
  const server = await startServer({ ...options, script: always(step) });
  return { server, seen: await push(server, [A, B, C], {}, patienceMs) };
}

const applied = (server: ChaosServer) => server.ledger.map((entry) => entry.applied);

describe('the gate', () => {
  test('lets a signed request in and writes down what came and what was stored', async () => {
    const server = await startServer();
    expect(await push(server, [A, B])).toMatchObject({ status: 200, body: '{}', end: 'fin' });
    expect(server.requests).toMatchObject([
      { number: 1, method: 'POST', path: PATH, target: `${PATH}?conflict_strategy=raise`, complete: true },
    ]);
    expect(server.requests[0]?.body.toString()).toBe(`${A}\n${B}`);
    expect(server.requests[0]?.refusal).toBeUndefined();
    expect(server.requests[0]?.dateAgeMs).toBeLessThan(2000);
    expect(server.connections()[0]?.toString()).toMatch(/^POST .*HTTP\/1\.1\r\nHost: x\r\n/);
    expect(applied(server)).toEqual([[A, B]]);
  });

  test('reads a chunked body', async () => {
    const server = await startServer();
    const [head = ''] = requestBytes(server, [], { headers: [['Transfer-Encoding', 'chunked']] })
      .toString()
      .split('\r\n\r\n');
    const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
    const bytes = `${head}\r\n\r\n${chunk(A.slice(0, 5))}${chunk(A.slice(5))}0\r\n\r\n`;
    expect(await talk(server, Buffer.from(bytes))).toMatchObject({ status: 200 });
    expect(applied(server)).toEqual([[A]]);
  });

  const ago = (ms: number) => new Date(Date.now() - ms).toUTCString();
  test.each<[string, number, () => Asked]>([
    ['another key', 401, () => ({ key: 'another key' })],
    ['a signature of another path', 401, () => ({ signedPath: `${PATH}/` })],
    ['no Authorization', 401, () => ({ headers: [['Authorization', '']] })],
    ['another scheme', 401, () => ({ headers: [['Authorization', 'Basic x']] })],
    ['another Date than signed', 401, () => ({ headers: [['Date', ago(1000)]] })],
    ['an ISO date', 401, () => ({ date: new Date().toISOString() })],
    ['a Date 7 s old', 401, () => ({ date: ago(7000) })],
    ['a Date 7 s ahead', 401, () => ({ date: ago(-7000) })],
    ['another type than signed', 401, () => ({ headers: [['Content-Type', 'application/json']] })],
    ['an unknown tracker', 404, () => ({ path: PATH.replace('815', '816') })],
    ['another method', 405, () => ({ method: 'PUT' })],
    ['an unknown strategy', 422, () => ({ strategy: 'upsert' })],
  ])('refuses %s with %i and stores nothing', async (_name, status, asked) => {
    const server = await startServer();
    const seen = await push(server, [A], asked());
    expect(seen.status).toBe(status);
    expect(JSON.parse(seen.body)).toHaveProperty('reason');
    expect(server.ledger).toEqual([]);
  });

  test('refuses another type with 415 when that type is what was signed', async () => {
    const server = await startServer();
    const date = new Date().toUTCString();
    const hmac = createHmac('sha256', server.privateKey).update(`POST\napplication/json\n${date}\n${PATH}`);
    const headers: Header[] = [
      ['Content-Type', 'application/json'],
      ['Authorization', `ApiAuth 4711-815:${hmac.digest('base64')}`],
    ];
    expect(await push(server, [A], { date, headers })).toMatchObject({ status: 415 });
    expect(server.requests[0]?.refusal).toMatchObject({ status: 415 });
  });

  test.each(['Date', 'Authorization', 'Content-Type'])('refuses a second %s', async (name) => {
    const server = await startServer();
    const value = { Date: new Date().toUTCString(), 'Content-Type': 'application/x-ndjson' }[name] ?? 'x';
    expect(
      await push(server, [A], {
        headers: [
          [name, value],
          [name, value],
        ],
      }),
    ).toMatchObject({ status: 401 });
  });

  test('compares the Date with its own clock, which may step with the requests', async () => {
    const server = await startServer({ clockOffsetMs: (number) => (number === 1 ? 30_000 : 0) });
    const first = await push(server, [A]);
    expect(first.status).toBe(401);
    const date = Date.parse(/^Date: (.*)$/m.exec(first.text)?.[1] ?? '');
    expect(date - Date.now()).toBeGreaterThan(28_000);
    expect(await push(server, [A])).toMatchObject({ status: 200 });
  });

  test.each([
    ['headers', 200],
    ['end-of-body', 401],
  ] as const)('looks at the Date at %s', async (dateCheck, status) => {
    let skewMs = 0;
    const server = await startServer({
      dateCheck,
      clockOffsetMs: () => skewMs,
      onMilestone: (_number, milestone) => {
        if (milestone === 'head') skewMs = 10_000;
      },
    });
    expect(await push(server, [A])).toMatchObject({ status });
  });
});

describe('the store', () => {
  const again = pin('a', 2);
  const bad = '{"model":"basket"}';
  test.each<[StoreMode, string, string[], number, string[][]]>([
    ['atomic', 'raise', [B, again, C], 409, []],
    ['atomic', 'ignore', [B, again, C], 200, [[B, C]]],
    ['atomic', 'override', [B, again, C], 200, [[B, again, C]]],
    ['atomic', 'raise', [B, C, B], 409, []],
    ['atomic', 'ignore', [B, C, B], 200, [[B, C]]],
    ['atomic', 'override', [B, C, B], 200, [[B, C, B]]],
    ['atomic', 'override', [B, bad, C], 422, []],
    ['atomic', 'raise', [again, bad], 422, []],
    ['partial-then-409', 'raise', [B, again, C], 409, [[B]]],
    ['partial-then-409', 'ignore', [B, again, C], 200, [[B, C]]],
    ['partial-then-409', 'override', [B, again, C], 200, [[B, again, C]]],
    ['partial-then-409', 'raise', [B, bad, again], 422, []],
    ['partial-then-422', 'raise', [B, bad, C], 422, [[B]]],
    ['partial-then-422', 'override', [B, bad, C], 422, [[B]]],
    ['partial-then-422', 'ignore', [B, again, bad, C], 422, [[B]]],
    ['partial-then-422', 'raise', [B, again, C], 409, []],
    ['partial-then-422', 'raise', [B, bad, again], 409, []],
  ])('%s under %s, case %#', async (storeMode, strategy, lines, status, ledger) => {
    const server = await startServer({ storeMode, existing: [A] });
    expect(await push(server, lines, { strategy })).toMatchObject({ status });
    expect(applied(server)).toEqual(ledger);
  });

  test('tells kept lines from stored ones, and what is stored in the end', async () => {
    const server = await startServer({ existing: [A] });
    await push(server, [again, B], { strategy: 'ignore' });
    await push(server, [B], { strategy: 'override' });
    expect(server.ledger).toMatchObject([
      { request: 1, applied: [B], kept: [again] },
      { request: 2, applied: [B], kept: [] },
    ]);
    expect(server.applied()).toEqual(new Map([[B, 2]]));
    expect([...server.scopes.values()]).toEqual([A, B]);
  });

  test('takes a last line feed for the end of a line, and an empty line for a bad one', async () => {
    const server = await startServer();
    expect(await push(server, [A, ''])).toMatchObject({ status: 200 });
    expect(await push(server, [B, '', C])).toMatchObject({ status: 422 });
  });
});

describe('an honest step', () => {
  test.each([
    [tooLargeAbove({ records: 2 }), 413],
    [tooLargeAbove({ records: 3 }), 200],
    [tooLargeAbove({ bytes: 100 }), 413],
    [refusingLines((line) => line === B), 422],
    [refusingLines((line) => line === 'x'), 200],
  ])('holds its limits, case %#', async (step, status) => {
    const { server, seen } = await once3(step);
    expect(seen.status).toBe(status);
    expect(applied(server)).toEqual(status === 200 ? [[A, B, C]] : []);
  });

  test('takes 5000 customizations and no more', async () => {
    const server = await startServer();
    const lines = Array.from({ length: 5001 }, (_, at) => pin(`i${at}`));
    expect(await push(server, lines)).toMatchObject({ status: 413 });
    expect(await push(server, lines.slice(1))).toMatchObject({ status: 200 });
  });
});

describe('a script', () => {
  test('is played in order, and honest after its end', async () => {
    const server = await startServer({ script: [answering(500), throttling('2')] });
    const statuses = [await push(server, [A]), await push(server, [A]), await push(server, [A])];
    expect(statuses.map((seen) => seen.status)).toEqual([500, 429, 200]);
    expect(applied(server)).toEqual([[A]]);
  });

  test('may repeat its last step', async () => {
    const server = await startServer({ script: inOrder([honestly()], answering(503)) });
    const statuses = [await push(server, [A]), await push(server, [B]), await push(server, [C])];
    expect(statuses.map((seen) => seen.status)).toEqual([200, 503, 503]);
  });

  test('goes on to the next step for a further request of one connection', async () => {
    const server = await startServer({ script: [keepingAlive(honestly()), answering(500)] });
    const bytes = [requestBytes(server, [A]), requestBytes(server, [B])];
    const seen = await talk(server, Buffer.concat(bytes));
    expect(seen.text.match(/HTTP\/1\.1 \d+|Connection: \S+/g)).toEqual([
      'HTTP/1.1 200',
      'Connection: keep-alive',
      'HTTP/1.1 500',
      'Connection: close',
    ]);
    expect(server.requests).toMatchObject([
      { number: 1, connection: 1 },
      { number: 2, connection: 1 },
    ]);
  });
});

describe('a set answer', () => {
  test.each<[string, Step, RegExp]>([
    ['any status', answering(418), /^HTTP\/1\.1 418 I'm a Teapot\r\n/],
    ['an unknown status', answering(299), /^HTTP\/1\.1 299 Odd\r\n/],
    ['204 without a body', answering(204), /^HTTP\/1\.1 204 (?!.*Content-Length).*\r\n\r\n$/s],
    ['a body of its own', answering(200, { body: '\uFEFF{}' }), /Content-Length: 5\r\n\r\n\uFEFF\{\}$/],
    ['HTML', withHeaders([['content-type', 'text/html']], answering(502)), /content-type: text\/html\r\n/],
    ['429 with Retry-After', throttling('5, 10'), /^HTTP\/1\.1 429 .*\r\nRetry-After: 5, 10\r\n/s],
    ['429 without', throttling(), /^HTTP\/1\.1 429 (?!.*Retry-After)/s],
    ['a redirect', redirecting(307, 'http://x/'), /^HTTP\/1\.1 307 .*\r\nLocation: http:\/\/x\/\r\n/s],
    ['a redirect nowhere', redirecting(301), /^HTTP\/1\.1 301 (?!.*Location)/s],
    ['no Date', dated('none', honestly()), /^(?!.*\r\nDate: )HTTP\/1\.1 200/s],
    [
      'two Dates',
      withHeaders(
        [
          ['Date', 'a'],
          ['Date', 'b'],
        ],
        honestly(),
      ),
      /\r\nDate: a\r\nDate: b\r\n/,
    ],
    ['an Age', withHeaders([['Age', '9']], honestly()), /\r\nDate: .*\r\nAge: 9\r\n/s],
    ['100 Continue first', continuing(honestly()), /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/],
    ['103 first', continuing(answering(500), [103]), /^HTTP\/1\.1 103 .*\r\n\r\nHTTP\/1\.1 500 /],
    ['chunks', chunked(honestly()), /Transfer-Encoding: chunked\r\n\r\n2\r\n\{\}\r\n0\r\n\r\n$/],
    ['chunks without end', chunked(honestly(), 'without-end'), /chunked\r\n\r\n2\r\n\{\}\r\n$/],
    ['a cut body', cutAfter(1, honestly()), /Content-Length: 2\r\n\r\n\{$/],
    [
      'a body until the close',
      untilClose(answering(200, { body: '{' })),
      /^(?!.*Content-Length).*\r\n\r\n\{$/s,
    ],
  ])('can be %s', async (_name, step, wire) => {
    const { seen } = await once3(step);
    expect(seen.text).toMatch(wire);
    expect(seen.end).toBe('fin');
  });

  test('may be 2 MiB long', async () => {
    const { seen } = await once3(answering(200, { body: ' '.repeat(2 ** 21) }));
    expect(seen.body).toHaveLength(2 ** 21);
  });

  test('may have a Date of its own offset, apart from the clock that judges', async () => {
    const { seen } = await once3(dated({ offsetMs: -3_600_000 }, honestly()));
    expect(seen.status).toBe(200);
    const date = Date.parse(/^Date: (.*)$/m.exec(seen.text)?.[1] ?? '');
    expect(Date.now() - date).toBeGreaterThan(3_599_000);
  });

  test('stores nothing, all or the first lines, as told', async () => {
    expect(applied((await once3(answering(500))).server)).toEqual([]);
    expect(applied((await once3(applying(answering(500)))).server)).toEqual([[A, B, C]]);
    expect(applied((await once3(applyingFirst(2, answering(500)))).server)).toEqual([[A, B]]);
  });

  test('never stores what an honest server would refuse', async () => {
    const server = await startServer({ script: always(applying(answering(200))) });
    expect(await push(server, [A], { key: 'another key' })).toMatchObject({ status: 200 });
    expect(server.ledger).toEqual([]);
  });

  test('may come before the body was read', async () => {
    const server = await startServer({ script: always(early(answering(413))) });
    const [head = ''] = requestBytes(server, [A]).toString().split('\r\n\r\n');
    expect(await talk(server, Buffer.from(`${head}\r\n\r\n`))).toMatchObject({ status: 413, end: 'fin' });
    expect(server.requests).toMatchObject([{ complete: false }]);
  });

  test('may come early and leave the body in the connection, which resets it', async () => {
    const server = await startServer({
      script: always(early(answering(401), { bodyBytes: 10 }, 'abandon')),
    });
    const socket = connect(server.port, '127.0.0.1');
    socket.write(requestBytes(server, ['x'.repeat(20_000_000)]));
    await cutOff(socket);
    expect(server.requests[0]?.body).toHaveLength(10);
  });

  test('may come before anything was read', async () => {
    const server = await startServer({ script: always(early(answering(503), 'before-reading')) });
    expect(await talk(server, Buffer.alloc(0))).toMatchObject({ status: 503, end: 'fin' });
  });

  test('may wait, drip, or be followed by a late FIN', async () => {
    expect((await once3(delayed(10_000, honestly()), {}, A_WHILE_MS)).seen).toMatchObject({
      text: '',
      end: 'open',
    });
    expect((await once3(dripping(1, honestly()))).seen.chunks).toBeGreaterThan(10);
    expect((await once3(closingAfter(10_000, honestly()), {}, A_WHILE_MS)).seen).toMatchObject({
      body: '{}',
      end: 'open',
    });
  });
});

describe('a fault', () => {
  test.each<[string, Step, Partial<Seen>]>([
    ['a reset on connecting', resetting('on-connect'), { text: '', end: 'reset' }],
    ['a reset before reading', resetting('before-reading'), { text: '', end: 'reset' }],
    ['a reset after the head', resetting('after-head'), { text: '', end: 'reset' }],
    ['a reset in the body', resetting({ bodyBytes: 5 }), { text: '', end: 'reset' }],
    ['a reset after the request', resetting(), { text: '', end: 'reset' }],
    ['a reset in the answer', cutAfter(1, honestly(), 'reset'), { status: 200, body: '{', end: 'reset' }],
    ['a FIN on connecting', hangingUp('on-connect'), { text: '', end: 'fin' }],
    ['a FIN after the request', hangingUp(), { text: '', end: 'fin' }],
    ['other bytes', sending('SSH-2.0-x\r\n'), { text: 'SSH-2.0-x\r\n', end: 'fin' }],
    ['other bytes on connecting', sending('\x15\x03', 'on-connect'), { text: '\x15\x03', end: 'fin' }],
  ])('is %s', async (_name, step, expected) => {
    expect((await once3(step)).seen).toMatchObject(expected);
  });

  test('in the body has read so many bytes of it and no more', async () => {
    const server = await startServer({ script: always(resetting({ bodyBytes: 100_000 })) });
    const socket = connect(server.port, '127.0.0.1');
    socket.write(requestBytes(server, ['x'.repeat(20_000_000)]));
    await cutOff(socket);
    expect(server.requests).toMatchObject([{ complete: false }]);
    expect(server.requests[0]?.body).toHaveLength(100_000);
    expect(server.connections()[0]?.length).toBeLessThan(300_000);
  });

  test('of never reading lets the upload stall', async () => {
    const server = await startServer({ script: always(silent('before-reading')) });
    const socket = connect(server.port, '127.0.0.1');
    let isSent = false;
    socket.write(Buffer.alloc(50_000_000), () => {
      isSent = true;
    });
    await delay(A_WHILE_MS);
    socket.destroy();
    expect(isSent).toBe(false);
    expect(server.connections()[0]).toHaveLength(0);
  });

  test('of never answering reads the request and says nothing', async () => {
    const { server, seen } = await once3(silent(), {}, A_WHILE_MS);
    expect(seen).toMatchObject({ text: '', end: 'open' });
    expect(server.requests).toMatchObject([{ complete: true }]);
  });

  test.each([
    [resetting(), []],
    [applying(resetting()), [[A, B, C]]],
    [applyingFirst(1, resetting()), [[A]]],
    [applying(hangingUp()), [[A, B, C]]],
  ])('stores what it is told before it shows, case %#', async (step, ledger) => {
    expect(applied((await once3(step)).server)).toEqual(ledger);
  });

  test('may be followed by a late storing, when the client has left', async () => {
    const { server } = await once3(applyingAfter(30, resetting()));
    expect(server.ledger).toEqual([]);
    await server.reached(1, 'applied');
    expect(applied(server)).toEqual([[A, B, C]]);
  });

  test('of the client in mid-request stores nothing', async () => {
    const server = await startServer();
    const bytes = requestBytes(server, [A, B]);
    const socket = connect(server.port, '127.0.0.1');
    socket.end(bytes.subarray(0, bytes.length - 3));
    await listen(socket, 2000);
    expect(server.requests).toMatchObject([{ complete: false }]);
    expect(server.ledger).toEqual([]);
  });
});

describe('what is under way', () => {
  test('is counted at its highest', async () => {
    const server = await startServer({ script: always(delayed(30, honestly())) });
    await Promise.all([push(server, [A]), push(server, [B])]);
    await push(server, [C]);
    expect(server.mostAtOnce()).toBe(2);
  });

  test('can be waited for, and waits for the test', async () => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const server = await startServer({
      onMilestone: (_number, milestone) => (milestone === 'applied' ? held : undefined),
    });
    const asked = push(server, [A]);
    await server.reached(1, 'applied');
    expect(applied(server)).toEqual([[A]]);
    const before = await Promise.race([asked, delay(A_WHILE_MS, 'no answer yet')]);
    letGo();
    expect(before).toBe('no answer yet');
    expect(await asked).toMatchObject({ status: 200 });
  });

  test('is read as slowly as told', async () => {
    const server = await startServer({ readBytesPerSecond: 1_000_000 });
    const startedAtMs = Date.now();
    await push(server, ['x'.repeat(200_000)]);
    expect(Date.now() - startedAtMs).toBeGreaterThan(150);
  });
});

describe('over TLS', () => {
  async function trustingAuthority(server: ChaosServer, caFile: string) {
    const request = httpsRequest(`${server.origin}${PATH}`, { ca: readFileSync(caFile), agent: false });
    request.end();
    return once(request, 'response').then(
      ([response]) => response.statusCode,
      (error: NodeJS.ErrnoException) => error.code,
    );
  }

  test.each([
    ['good', 405],
    ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['expired', 'CERT_HAS_EXPIRED'],
  ] as const)('a client sees a %s certificate as what it is', async (kind, expected) => {
    const { key, cert, caFile } = await certificate(kind);
    const server = await startServer({ tls: { key, cert } });
    expect(server.origin).toMatch(/^https:/);
    expect(await trustingAuthority(server, caFile)).toBe(expected);
    expect(server.requests).toHaveLength(kind === 'good' ? 1 : 0);
  });

  test.each<[string, Step, boolean, string]>([
    ['hang in the handshake', silent('on-connect'), false, 'open'],
    ['reset the handshake', resetting('on-connect'), false, 'reset'],
    ['reset after it, before reading', resetting('before-reading'), true, 'reset'],
    ['reset after the request', resetting(), true, 'reset'],
    ['close after the request', hangingUp(), true, 'fin'],
  ])('it can %s', async (_name, step, isReady, end) => {
    const { key, cert } = await certificate('good');
    const server = await startServer({ tls: { key, cert }, script: always(step) });
    const socket = tlsConnect({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false });
    let wasReady = false;
    socket.once('secureConnect', () => {
      wasReady = true;
    });
    socket.write(requestBytes(server, [A]));
    expect(await listen(socket, isReady ? 2000 : A_WHILE_MS)).toMatchObject({ text: '', end });
    expect(wasReady).toBe(isReady);
    socket.destroy();
  });
});
