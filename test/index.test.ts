import { createReadStream, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type PushEvent, type PushOptions, push, sign, validate } from '../src/index.js';
import { freshDirectory } from './chaos/place.js';
import { startServer } from './chaos/server.js';
import { always, answering, silent } from './chaos/step.js';

const pins = fileURLToPath(new URL('../examples/pins.ndjson', import.meta.url));
const lines = readFileSync(pins, 'utf8').trimEnd().split('\n');
const objects = lines.map((line) => JSON.parse(line));

const chunks = async function* (text: string, size: number) {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
};
const oneByOne = async function* () {
  yield* objects;
};

/** A server, and the options of a push to it. */
async function destination(script: Parameters<typeof startServer>[0] = {}) {
  const server = await startServer(script);
  const options: PushOptions = {
    trackerId: '4711-815',
    privateKey: server.privateKey,
    baseUrl: server.origin,
  };
  return { server, options };
}

describe('push', () => {
  test.each<[string, () => Parameters<typeof push>[0]]>([
    ['the path of a file', () => pins],
    ['an array of customizations', () => objects],
    ['customizations one by one', oneByOne],
    ['a stream of bytes', () => createReadStream(pins, { highWaterMark: 100 })],
    ['text in chunks', () => chunks(lines.join('\n'), 7)],
  ])('takes %s', async (_name, input) => {
    const { server, options } = await destination();
    const { counts } = await push(input(), options);
    expect(counts).toEqual({ read: 8, accepted: 8, rejected: 0, unknown: 0, notSent: 0, invalid: 0 });
    expect(server.requests.map(({ body }) => body.toString())).toEqual([`${lines.join('\n')}\n`]);
  });

  test('passes every option on', async () => {
    const { server, options } = await destination();
    const rejects = `${freshDirectory()}/rejects.ndjson`;
    const { counts } = await push(`${pins}`, {
      ...options,
      conflict: 'ignore',
      batchSize: 3,
      maxBatchBytes: 100_000,
      concurrency: 2,
      retries: 0,
      timeoutSeconds: 5,
      maxWaitSeconds: 0,
      failFast: true,
      isolate: true,
      skipInvalid: true,
      strict: true,
      lenient: true,
      allowDuplicates: true,
      allowEmpty: true,
      expect: 8,
      rejects,
    });
    expect(counts.accepted).toBe(8);
    expect(server.requests.map(({ query }) => String(query))).toEqual(
      Array(3).fill('conflict_strategy=ignore'),
    );
    expect(readFileSync(rejects, 'utf8')).toBe('');
  });

  test('counts what the server rejects, and throws nothing for it', async () => {
    const { options } = await destination({ script: always(answering(422, { body: '{"reason":"no"}' })) });
    const events: PushEvent[] = [];
    const { counts } = await push(pins, { ...options, onEvent: (event) => events.push(event) });
    expect(counts).toMatchObject({ accepted: 0, rejected: 8 });
    expect(events.find((event) => event.type === 'batch')).toMatchObject({
      result: 'rejected',
      judgement: { status: 422, words: { reason: 'no' } },
    });
  });

  test('ends in order when its signal aborts', async () => {
    const { server, options } = await destination({ script: always(silent()) });
    const stop = new AbortController();
    stop.abort();
    const { counts, stopped } = await push(pins, { ...options, signal: stop.signal });
    expect({ counts, stopped }).toMatchObject({ counts: { notSent: counts.read }, stopped: 'interrupted' });
    expect(server.connections()).toHaveLength(0);
  });

  test.each<[string, Partial<PushOptions>]>([
    ['an empty key', { privateKey: '' }],
    ['an empty tracker id', { trackerId: '' }],
    ['a tracker id that is none', { trackerId: '../x' }],
    ['a batch that is too large', { batchSize: 5001 }],
    ['plain http to another machine', { baseUrl: 'http://example.test' }],
    ['a proxy that is none', { proxy: 'socks5://127.0.0.1:1' }],
  ])('refuses %s, and sends nothing', async (_name, wrong) => {
    const { server, options } = await destination();
    await expect(push(pins, { ...options, ...wrong })).rejects.toMatchObject({ name: 'UsageError' });
    expect(server.connections()).toHaveLength(0);
  });

  test('rejects with the reason when a file is not there', async () => {
    const { options } = await destination();
    await expect(push('nowhere.ndjson', options)).rejects.toMatchObject({
      name: 'InputError',
      code: 'not-found',
    });
  });
});

describe('validate', () => {
  test('tells every problem as an event, and the counts at its end', async () => {
    const problems: string[] = [];
    const checked = await validate(chunks('{"model":1}\n{}\n', 3), {
      onEvent(event) {
        if (event.type === 'problem')
          problems.push(`${event.problem.file}:${event.problem.line} ${event.problem.code}`);
      },
    });
    expect(checked).toMatchObject({ read: 2, invalid: 2, broken: false });
    expect(new Set(problems.map((problem) => problem.split(' ')[0]))).toEqual(
      new Set(['(input):1', '(input):2']),
    );
  });

  test('takes customizations that a program made', async () => {
    expect(await validate(objects)).toMatchObject({ read: 8, errors: 0, warnings: 0 });
  });
});

test('sign gives the path and headers of a request at a moment', () => {
  expect(sign('1234-5678', 'secret', new Date(Date.UTC(2026, 10, 23, 14)))).toEqual({
    path: '/v1/recommender/pin/1234-5678/scopes/_bulk',
    headers: {
      'Content-Type': 'application/x-ndjson',
      Date: 'Mon, 23 Nov 2026 14:00:00 GMT',
      Authorization: 'ApiAuth 1234-5678:bWtXKnxwPUQsQBnoO0gXa4osqcMfLwiNSJmBolvqF+U=',
    },
  });
});
