import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { FaultKind } from '../../src/sandbox/faults.js';
import { type SandboxOptions, startSandbox } from '../../src/sandbox/server.js';
import type { SandboxRequest } from '../../src/sandbox/service.js';
import { systemTime, type Time } from '../../src/time.js';
import { account, line, PATH, push, signedHeaders } from './client.js';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** A sandbox that is closed after the test, and the log of its requests. */
async function sandboxWith(options: Partial<SandboxOptions> = {}) {
  const log: SandboxRequest[] = [];
  const onRequest = (entry: SandboxRequest) => {
    log.push(entry);
    options.onRequest?.(entry);
  };
  const sandbox = await startSandbox({ ...account, ...options, onRequest });
  closers.push(sandbox.close);
  return { sandbox, log };
}

describe('a batch', () => {
  test('is answered with an empty object and stored byte for byte, in order', async () => {
    const { sandbox } = await sandboxWith();
    const odd =
      '{"model":"m","model":"b","target_type":"all","n":12345678901234567890,"d":1.0,"pin_definitions":[{"pin_type":"item","pin_identity":"\u2028é"}]}';
    const reply = await push(sandbox, `${line('a')}\n${odd}\n${line('b')}`);
    expect(reply).toMatchObject({ status: 200, body: '{}' });
    expect(reply.headers['content-type']).toBe('application/json');
    expect(sandbox.stored()).toEqual([line('a'), odd, line('b')]);
  });

  test('may have blank lines and CRLF, and end with a line feed', async () => {
    const { sandbox } = await sandboxWith();
    expect((await push(sandbox, `\n${line('a')}\r\n \n${line('b')}\n\n`)).status).toBe(200);
    expect(sandbox.stats.acceptedCustomizations).toBe(2);
  });

  test('that is not UTF-8 is refused', async () => {
    const { sandbox } = await sandboxWith();
    const reply = await push(sandbox, Buffer.from(line('\u00e9'), 'latin1'));
    expect(reply.status).toBe(422);
    expect(JSON.parse(reply.body)).toEqual({ reason: 'The body is not UTF-8.', exception_details: {} });
  });

  test('over 64 MiB is read to its end and refused', async () => {
    const { sandbox } = await sandboxWith();
    const reply = await push(sandbox, Buffer.alloc(64 * 1024 * 1024 + 1, ' '));
    expect(reply.status).toBe(413);
    expect(JSON.parse(reply.body)).toMatchObject({ reason: 'The body is over 67108864 bytes.' });
  });

  test('that the sandbox cannot cope with is answered 500, and the next one as ever', async () => {
    const { sandbox } = await sandboxWith();
    const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
    const criteria = `{"model":"m","target_type":"criteria","target_criteria":${deep},"pin_definitions":[{"pin_type":"item","pin_identity":"1"}]}`;
    const reply = await push(sandbox, criteria);
    expect(reply.status).toBe(500);
    expect(JSON.parse(reply.body).reason).toMatch(/^The sandbox itself failed: RangeError/);
    expect((await push(sandbox, line('a'))).status).toBe(200);
  });

  test('whose upload breaks off is not stored', async () => {
    const { sandbox } = await sandboxWith();
    const socket = connect(Number(new URL(sandbox.origin).port), '127.0.0.1');
    const headers = Object.entries(signedHeaders(Date.now())).map(([name, value]) => `${name}: ${value}\r\n`);
    const head = `POST ${PATH} HTTP/1.1\r\nhost: x\r\n${headers.join('')}content-length: 999\r\n\r\n`;
    socket.write(head + line('a'), () => socket.end());
    socket.resume();
    await once(socket, 'close');
    expect(sandbox.stats).toMatchObject({ requests: 1, acceptedBatches: 0, storedScopes: 0 });
  });
});

test('the counts and the log tell what became of each request', async () => {
  const { sandbox, log } = await sandboxWith();
  await push(sandbox, `${line('a')}\n${line('b')}`);
  await push(sandbox, line('a'));
  await push(sandbox, line('a'), 'override');
  expect(sandbox.stats).toEqual({
    requests: 3,
    misbehaviours: 0,
    acceptedBatches: 2,
    acceptedCustomizations: 3,
    storedScopes: 2,
  });
  const path = (strategy: string) => `${PATH}?conflict_strategy=${strategy}`;
  expect(log).toEqual([
    { method: 'POST', path: path('raise'), customizations: 2, accepted: true, status: 200 },
    {
      method: 'POST',
      path: path('raise'),
      customizations: 1,
      accepted: false,
      status: 409,
      reason: 'A customization of the request is for a scope that has one already.',
    },
    { method: 'POST', path: path('override'), customizations: 1, accepted: true, status: 200 },
  ]);
});

describe('a misbehaviour', () => {
  /** Pushes one scope after the other until a request met the fault before, and one after it was dealt with. */
  async function rehearse(kind: FaultKind) {
    const { sandbox, log } = await sandboxWith({ faults: [{ kind, rate: 1 }], seed: 1 });
    const ends: unknown[] = [];
    while (new Set(log.map((entry) => entry.misbehaviour?.when)).size < 2) {
      ends.push(await push(sandbox, line(`item-${ends.length}`)).catch((error: unknown) => error));
    }
    const after = log.flatMap(({ misbehaviour }, at) => (misbehaviour?.when === 'after' ? [at] : []));
    expect(sandbox.stored()).toEqual(after.map((at) => line(`item-${at}`)));
    expect(log.map((entry) => entry.accepted)).toEqual(log.map((_, at) => after.includes(at)));
    expect(sandbox.stats.misbehaviours).toBe(log.length);
    return { ends, log };
  }

  test('of the kind reset cuts the connection without an answer, and half of the batches are stored', async () => {
    const { ends, log } = await rehearse('reset');
    // The system call tells a reset from an orderly end.
    for (const end of ends) expect(end).toMatchObject({ code: 'ECONNRESET', syscall: 'read' });
    expect(log[0]).not.toHaveProperty('status');
  });

  // Idle connections end by themselves only after 5 s.
  test('of the kind truncated ends the connection within the answer, and half of the batches are stored', {
    timeout: 4000,
  }, async () => {
    const { ends } = await rehearse('truncated');
    for (const end of ends) expect(end).toMatchObject({ status: 200, body: '{', complete: false });
  });

  test('of the kind 500 has the shape of the contract, and half of the batches are stored', async () => {
    const { ends, log } = await rehearse('500');
    const body = '{"reason":"Internal server error.","exception_details":{}}';
    for (const end of ends) expect(end).toMatchObject({ status: 500, body, complete: true });
    expect(log[0]).toMatchObject({ status: 500 });
  });

  test.each(['502', '503', '504'] as const)(
    'of the kind %s is a page of HTML, and half of the batches are stored',
    async (kind) => {
      const { ends } = await rehearse(kind);
      for (const end of ends) {
        expect(end).toMatchObject({ status: Number(kind), headers: { 'content-type': 'text/html' } });
      }
    },
  );

  test('of the kind 429 says when to come again, and nothing is stored', async () => {
    const { sandbox } = await sandboxWith({ faults: [{ kind: '429', rate: 1 }] });
    const reply = await push(sandbox, line('a'));
    expect(reply).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    expect(sandbox.stored()).toEqual([]);
  });

  test('of the kind timeout answers nothing until the sandbox closes, and half of the batches are stored', async () => {
    const batches = 10;
    const { sandbox, log } = await sandboxWith({ faults: [{ kind: 'timeout', rate: 1 }], seed: 1 });
    const waiting = Array.from({ length: batches }, (_, at) =>
      push(sandbox, line(`item-${at}`)).catch((error: unknown) => error),
    );
    await vi.waitUntil(() => log.length === batches);
    await sandbox.close();
    for (const end of await Promise.all(waiting)) expect(end).toMatchObject({ code: 'ECONNRESET' });
    const stored = log.filter((entry) => entry.misbehaviour?.when === 'after').length;
    expect(stored).toBeGreaterThan(0);
    expect(stored).toBeLessThan(batches);
    expect(sandbox.stats.storedScopes).toBe(stored);
  });

  test('meets the same requests again under the same seed', async () => {
    const statuses = async (seed?: number) => {
      const faults = [{ kind: '500', rate: 0.5 }] as const;
      const { sandbox } = await sandboxWith({ faults, ...(seed !== undefined && { seed }) });
      const seen: number[] = [];
      for (let at = 0; at < 20; at++) seen.push((await push(sandbox, line('a'), 'override')).status);
      return { seen, seed: sandbox.seed };
    };
    const first = await statuses();
    expect(new Set(first.seen)).toEqual(new Set([200, 500]));
    expect(await statuses(first.seed)).toEqual(first);
  });

  test('whose rates do not fit keeps the sandbox from starting', async () => {
    const faults = [{ kind: '500', rate: 2 }] as const;
    await expect(startSandbox({ ...account, faults })).rejects.toThrow(RangeError);
  });
});

describe('the time', () => {
  const NOW_MS = Date.UTC(2026, 11, 24, 18, 0, 0);

  test('of the server is off by the clock offset, in its own Date and in its check of the request', async () => {
    const time = { ...systemTime, now: () => NOW_MS };
    const { sandbox } = await sandboxWith({ time, clockOffsetMs: -600_000 });
    const refused = await push(sandbox, line('a'), 'raise', NOW_MS);
    expect(refused.status).toBe(401);
    expect(JSON.parse(refused.body).reason).toMatch(/^Date is 600.0 s ahead of/);
    expect(refused.headers.date).toBe('Thu, 24 Dec 2026 17:50:00 GMT');
    expect((await push(sandbox, line('a'), 'raise', NOW_MS - 600_000)).status).toBe(200);
  });

  test('at which a Date is checked is when the headers are in, however long the body takes', async () => {
    let nowMs = NOW_MS;
    const { sandbox } = await sandboxWith({ time: { ...systemTime, now: () => nowMs } });
    const options = { method: 'POST', agent: false, headers: signedHeaders(NOW_MS) };
    const slow = request(sandbox.origin + PATH, options);
    slow.write(line('a').slice(0, 10));
    await vi.waitUntil(() => sandbox.stats.requests === 1);
    nowMs += 60_000;
    slow.end(line('a').slice(10));
    const [answer] = await once(slow, 'response');
    answer.resume();
    expect(answer.statusCode).toBe(200);
  });

  test('of a throttled request is told, and the request passes after it', async () => {
    let nowMs = NOW_MS;
    const time = { ...systemTime, now: () => nowMs };
    const { sandbox } = await sandboxWith({ time, throttlePerMinute: 2 });
    const next = (item: string) => push(sandbox, line(item), 'raise', nowMs);
    expect((await next('a')).status).toBe(200);
    nowMs += 20_500;
    expect((await next('b')).status).toBe(200);
    const refused = await next('c');
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '40' } });
    expect(JSON.parse(refused.body)).toEqual({ reason: 'Too many requests.', exception_details: {} });
    expect(sandbox.stored()).toEqual([line('a'), line('b')]);
    nowMs += 40_000;
    expect((await next('c')).status).toBe(200);
  });

  test('of the latency passes after storing and before the answer, whose Date is that of the answer', async () => {
    let nowMs = NOW_MS;
    const slept: number[] = [];
    const time = {
      ...systemTime,
      now: () => nowMs,
      sleep: async (ms: number) => {
        slept.push(ms);
        nowMs += ms;
        expect(sandbox.stored()).toEqual([line('a')]);
        expect(log).toEqual([]);
      },
    };
    const { sandbox, log } = await sandboxWith({ time, latencyMs: 8000 });
    const reply = await push(sandbox, line('a'), 'raise', NOW_MS);
    expect(reply).toMatchObject({ status: 200, headers: { date: 'Thu, 24 Dec 2026 18:00:08 GMT' } });
    expect(slept).toEqual([8000]);
  });
});

describe('closing', () => {
  test('ends at once what waits in the latency', async () => {
    let slept = Promise.resolve();
    const sleep: Time['sleep'] = (ms, signal) => {
      slept = systemTime.sleep(ms, signal);
      return slept;
    };
    const { sandbox, log } = await sandboxWith({ time: { ...systemTime, sleep }, latencyMs: 3_600_000 });
    const waiting = push(sandbox, line('a')).catch((error: unknown) => error);
    await vi.waitUntil(() => sandbox.stats.acceptedBatches === 1);
    await sandbox.close();
    await slept;
    expect(await waiting).toMatchObject({ code: 'ECONNRESET' });
    expect(log).toEqual([]);
  });

  test('ends at once a connection that sends nothing, and may be asked for twice', async () => {
    const { sandbox } = await sandboxWith();
    const socket = connect(Number(new URL(sandbox.origin).port), '127.0.0.1');
    socket.on('error', () => {}).resume();
    await once(socket, 'connect');
    // An answered request shows that the server has accepted the connection before.
    await push(sandbox, line('a'));
    const closed = once(socket, 'close');
    await Promise.all([sandbox.close(), sandbox.close()]);
    await closed;
    await expect(push(sandbox, line('b'))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

test('a port that is taken keeps the sandbox from starting', async () => {
  const { sandbox } = await sandboxWith();
  const port = Number(new URL(sandbox.origin).port);
  await expect(sandboxWith({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
