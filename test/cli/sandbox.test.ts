import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { runCli, startCli } from '../chaos/run.js';
import { pinLine, pinLines } from './pins.js';

/** Starts the sandbox as a user does; the environment that it prints, and how to end it. */
async function sandbox(...args: string[]) {
  const run = startCli(['sandbox', ...args], { timeFactor: 1 });
  await run.line(/LUIGISBOX_PRIVATE_KEY/);
  const exported = (
    await Promise.all([run.line(/BASE_URL/), run.line(/TRACKER_ID/), run.line(/PRIVATE_KEY/)])
  ).join('\n');
  const env = Object.fromEntries(
    [...exported.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  const end = () => {
    run.child.kill('SIGINT');
    return run.ended;
  };
  return { env, end, line: run.line };
}

const push = (env: Record<string, string>, args: string[] = [], lines = [pinLine(1)]) =>
  runCli(['push', ...args], { stdin: lines.join('\n'), env });

describe('the sandbox command', () => {
  test('prints an environment that push works in, a line a request, and ends with 0 on Ctrl-C', async () => {
    const { env, end } = await sandbox();
    expect(await push(env)).toMatchObject({ code: 0 });
    expect(await push(env)).toMatchObject({ code: 1, stdout: expect.stringContaining('HTTP 409') });
    const { code, stdout, stderr } = await end();
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(3);
    expect(stderr).toMatch(/Listening on http:\/\/127\.0\.0\.1:\d+ \(seed \d+\)/);
    expect(stderr).toMatch(/POST \S+conflict_strategy=raise {2}1 customization {2}200/);
    expect(stderr).toContain('2 requests, 1 batch accepted, 1 scope stored.');
  });

  test('--quiet prints the environment only', async () => {
    const { env, end } = await sandbox('--quiet');
    await push(env);
    expect(await end()).toMatchObject({ code: 0, stderr: '' });
  });

  test('--tracker-id is the one that it knows', async () => {
    const { env, end } = await sandbox('--tracker-id', '77-1');
    expect(env['LUIGISBOX_TRACKER_ID']).toBe('77-1');
    expect(await push(env)).toMatchObject({ code: 0 });
    expect(await push({ ...env, LUIGISBOX_TRACKER_ID: '77-2' })).toMatchObject({ code: 4 });
    await end();
  });

  test('--fault misbehaves at its rate, on the same requests for the same --seed', async () => {
    const results = async () => {
      const { env, end } = await sandbox('--fault', '503:50%', '--fault', 'reset:0.2', '--seed', '7');
      const { stdout } = await push(
        env,
        ['--conflict', 'override', '--batch-size', '1', '--retries', '9', '--json'],
        pinLines(8),
      );
      await end();
      const events: { type: string; judgement?: { status?: number; fault?: string } }[] = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      return events
        .filter(({ type }) => type === 'answer')
        .map(({ judgement }) => judgement?.status ?? 'none');
    };
    const first = await results();
    expect(first).toContain(503);
    expect(await results()).toEqual(first);
  });

  test('--throttle answers 429 beyond its rate', async () => {
    const { env, end } = await sandbox('--throttle', '2');
    const run = await push(env, ['--batch-size', '1', '--max-wait', '0'], pinLines(3));
    expect(run).toMatchObject({ code: 5, stdout: expect.stringContaining('2 accepted') });
    await end();
  });

  test('--latency makes an answer wait', async () => {
    const { env, end } = await sandbox('--latency', '400');
    expect(await push(env, ['--timeout', '0.1', '--retries', '0', '--conflict', 'ignore'])).toMatchObject({
      code: 6,
    });
    await end();
  });

  test.each(['40', '-40'])('--clock-offset %s is learnt and corrected', async (seconds) => {
    const { env, end } = await sandbox(`--clock-offset=${seconds}`);
    expect(await push(env)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('dates are corrected'),
    });
    await end();
  });

  test('--non-atomic keeps the part of a refused batch before the culprit', async () => {
    const stored = async (...args: string[]) => {
      const { env, end } = await sandbox(...args);
      await push(env, [], [pinLine(2)]);
      expect(await push(env, [], pinLines(3))).toMatchObject({ code: 1 });
      return /(\d+) scopes? stored/.exec((await end()).stderr)?.[1];
    };
    expect([await stored(), await stored('--non-atomic')]).toEqual(['1', '3']);
  });

  test('--port that is taken says so', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((listening) => taken.once('listening', listening));
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    expect(await runCli(['sandbox', '--port', port])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Name another --port'),
    });
    taken.close();
  });

  test.each([
    [['--fault', 'fire:0.1'], 'Kinds: reset'],
    [['--fault', '500:0.9', '--fault', '503:0.9'], 'add up to 1'],
    [['--port', '70000'], '--port is a whole number'],
    [['--latency', 'soon'], '--latency is a whole number'],
    [['--throttle', '0'], '--throttle is a whole number'],
    [['--clock-offset', 'late'], '--clock-offset'],
    [['--seed', '-1'], '--seed'],
  ])('%j is refused', async (args, words) => {
    expect(await runCli(['sandbox', ...args])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(words),
    });
  });
});

test('schema prints the JSON Schema', async () => {
  const { code, stdout } = await runCli(['schema']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    required: ['model', 'target_type', 'pin_definitions'],
  });
});
