import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { freshDirectory } from '../chaos/place.js';
import { runCli, startCli } from '../chaos/run.js';
import { startServer } from '../chaos/server.js';
import { always, answering, delayed, honestly, silent } from '../chaos/step.js';
import { pinLine, pinLines } from './pins.js';

const COUNT = 12_345;
const LINES = pinLines(COUNT);
const NDJSON = `${LINES.join('\n')}\n`;
const jq = (filter: string[], input: string) => execFileSync('jq', filter, { input, maxBuffer: 2 ** 30 });

describe('12,345 customizations arrive as 5000, 5000 and 2345, byte by byte and in order', () => {
  test.each<[string, string[], { files?: Record<string, string | Uint8Array>; stdin?: string | Uint8Array }]>(
    [
      ['from a file', ['pins.ndjson'], { files: { 'pins.ndjson': NDJSON } }],
      ['from stdin', [], { stdin: NDJSON }],
      ['from stdin named "-"', ['-'], { stdin: NDJSON }],
      [
        'from a file with CRLF, blank lines, a byte order mark and no last line feed',
        ['p'],
        { files: { p: `\uFEFF\r\n${LINES.join('\r\n\r\n')}` } },
      ],
      ['from a JSON array', ['pins.json'], { files: { 'pins.json': `[\n${LINES.join(',\n')}\n]` } }],
      ['from gzip', ['pins.ndjson.gz'], { files: { 'pins.ndjson.gz': gzipSync(NDJSON) } }],
      ['from gzip on stdin', [], { stdin: gzipSync(NDJSON) }],
      [
        'from several files',
        ['a', 'b', 'c'],
        { files: { a: LINES.slice(0, 3).join('\n'), b: '', c: LINES.slice(3).join('\n') } },
      ],
    ],
  )('%s', async (_name, args, input) => {
    const server = await startServer();
    const run = await runCli(['push', ...args, '--conflict', 'override'], { ...input, env: server.env });
    expect(run).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('12,345 read = 12,345 accepted + 0 rejected'),
    });
    const bodies = server.requests.map(({ body }) => body.toString());
    expect(bodies.map((body) => body.split('\n').length - 1)).toEqual([5000, 5000, 2345]);
    expect(bodies.join('') === NDJSON).toBe(true);
  });

  test.each<[string, string[]]>([
    ['from compact jq', ['-c', '.']],
    ['from pretty jq', ['.']],
  ])('%s', async (_name, filter) => {
    const server = await startServer();
    const output = jq(filter, NDJSON);
    const run = await runCli(['push', '--conflict', 'ignore'], { stdin: output, env: server.env });
    expect(run).toMatchObject({ code: 0 });
    const sent = server.requests.map(({ body }) => body.toString()).join('');
    expect(server.requests).toHaveLength(3);
    // jq has rewritten the numbers; from there on nothing changes but line breaks.
    expect(jq(['-c', '.'], sent).equals(jq(['-c', '.'], output.toString()))).toBe(true);
  });
});

test('what a JSON reader would change reaches the wire unchanged', async () => {
  const odd = pinLine(1).replace(
    '"rank":1.0',
    '"n":12345678901234567890,"x":1e400,"z":-0,"__proto__":{"a":1},"a":1,"a":2,"u":"\u2028\\ud800"',
  );
  const server = await startServer();
  const run = await runCli(['push', '--quiet'], { stdin: odd, env: server.env });
  expect(run.code).toBe(0);
  expect(server.requests[0]?.body.toString()).toBe(`${odd}\n`);
});

test('one invalid customization on line 7001 of 7011 keeps everything from being sent', async () => {
  const server = await startServer();
  const lines = pinLines(7011).with(7000, pinLine(7000).replace('"model"', '"modle"'));
  const run = await runCli(['push', 'pins.ndjson'], {
    files: { 'pins.ndjson': lines.join('\n') },
    env: server.env,
  });
  expect(run).toMatchObject({ code: 3 });
  expect(run.stderr).toContain('pins.ndjson:7001: error: "model" is missing.');
  expect(run.stderr).toContain('did you mean "model"?');
  expect(run.stdout).toContain(
    '7,011 read = 0 accepted + 0 rejected + 0 unknown + 7,010 not sent + 1 invalid',
  );
  expect(server.connections()).toHaveLength(0);
});

describe('each option reaches the wire', () => {
  const pushed = async (args: string[], count = 10) => {
    const server = await startServer();
    const run = await runCli(['push', ...args], { stdin: pinLines(count).join('\n'), env: server.env });
    return { run, server };
  };

  test.each(['raise', 'ignore', 'override'])('--conflict %s', async (strategy) => {
    const { run, server } = await pushed(['--conflict', strategy]);
    expect(run.code).toBe(0);
    expect(server.requests.map(({ target }) => target)).toEqual([
      `/v1/recommender/pin/4711-815/scopes/_bulk?conflict_strategy=${strategy}`,
    ]);
  });

  test('without --conflict the strategy is sent all the same', async () => {
    const { server } = await pushed([]);
    expect(String(server.requests[0]?.query)).toBe('conflict_strategy=raise');
  });

  test('the headers are those of the contract', async () => {
    const { server } = await pushed([]);
    const headers = Object.fromEntries(
      (server.requests[0]?.headers ?? []).map(([name, value]) => [name.toLowerCase(), value]),
    );
    expect(headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      date: expect.stringMatching(/^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/),
      authorization: expect.stringMatching(/^ApiAuth 4711-815:[A-Za-z0-9+/]{43}=$/),
      'accept-encoding': 'identity',
    });
  });

  test('--batch-size', async () => {
    const { server } = await pushed(['--batch-size', '4']);
    expect(server.requests.map(({ body }) => body.toString().split('\n').length - 1)).toEqual([4, 4, 2]);
  });

  test('--max-batch-bytes', async () => {
    const { server } = await pushed(['--max-batch-bytes', '1KiB']);
    expect(server.requests).toHaveLength(2);
    expect(server.requests.every(({ body }) => body.length <= 1024)).toBe(true);
    expect(server.applied().size).toBe(10);
  });

  test('--concurrency', async () => {
    const server = await startServer({ script: always(delayed(20, honestly())) });
    const stdin = pinLines(24).join('\n');
    const run = await runCli(['push', '--batch-size', '1', '--concurrency', '4'], { stdin, env: server.env });
    expect(run.code).toBe(0);
    expect(server.applied().size).toBe(24);
    expect(server.mostAtOnce()).toBeGreaterThan(1);
    expect(server.mostAtOnce()).toBeLessThanOrEqual(4);
  });

  test('--tracker-id, --base-url and --private-key-file win over the environment', async () => {
    const server = await startServer({ trackerId: 'a-b_1' });
    const run = await runCli(
      ['push', '--tracker-id', 'a-b_1', '--base-url', server.origin, '--private-key-file', 'key'],
      {
        stdin: pinLine(1),
        files: { key: `${server.privateKey}\n` },
        env: {
          LUIGISBOX_TRACKER_ID: 'other',
          LUIGISBOX_BASE_URL: 'http://127.0.0.1:1',
          LUIGISBOX_PRIVATE_KEY: 'other',
        },
      },
    );
    expect(run.code).toBe(0);
    expect(server.requests[0]?.path).toBe('/v1/recommender/pin/a-b_1/scopes/_bulk');
  });

  test('--dry-run sends nothing, and needs no credentials', async () => {
    const run = await runCli(['push', '--dry-run'], { stdin: NDJSON });
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('12,345 not sent') });
    expect(run.stderr).toContain('Dry run: would push 12,345 customizations in 3 batches');
    const { server } = await pushed(['-n']);
    expect(server.connections()).toHaveLength(0);
  });

  test('--skip-invalid sends the valid ones and reports the others', async () => {
    const server = await startServer();
    const stdin = [pinLine(1), '{"model":', pinLine(2), '{}', pinLine(3)].join('\n');
    const run = await runCli(['push', '--skip-invalid', '--rejects', 'rejects.ndjson'], {
      stdin,
      env: server.env,
    });
    expect(run).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(
        '5 read = 3 accepted + 0 rejected + 0 unknown + 0 not sent + 2 invalid',
      ),
    });
    expect(server.requests[0]?.body.toString()).toBe(`${[pinLine(1), pinLine(2), pinLine(3)].join('\n')}\n`);
  });

  test('--expect', async () => {
    const { run, server } = await pushed(['--expect', '11']);
    expect(run).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('11 customizations were expected, 10 were read.'),
    });
    expect(server.connections()).toHaveLength(0);
    expect((await pushed(['--expect', '10'])).run.code).toBe(0);
  });

  test('--strict makes of a warning an error', async () => {
    const server = await startServer();
    const stdin = pinLine(1).replace(',"position":1', '');
    const run = (args: string[]) => runCli(['push', ...args], { stdin, env: server.env });
    expect(await run(['--strict'])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('[position-missing]'),
    });
    expect(server.connections()).toHaveLength(0);
    expect(await run([])).toMatchObject({ code: 0 });
  });

  test('--lenient sends what the schema refuses', async () => {
    const server = await startServer({ script: [answering(200, { body: '{}' })] });
    const stdin = pinLine(1).replace('"target_type":"item"', '"target_type":"brand"');
    const run = await runCli(['push', '--lenient'], { stdin, env: server.env });
    expect(run).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('warning: "target_type" must be one of'),
    });
    expect(server.requests).toHaveLength(1);
  });

  test('--allow-empty', async () => {
    const run = (args: string[]) => runCli(['push', '--sandbox', ...args], { stdin: '\n' });
    expect(await run([])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('There is no customization in the input.'),
    });
    expect(await run(['--allow-empty'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('0 read = 0 accepted'),
    });
  });

  test('--allow-duplicates', async () => {
    const server = await startServer();
    const stdin = `${pinLine(1)}\n${pinLine(1)}`;
    const run = (args: string[]) =>
      runCli(['push', '--conflict', 'override', ...args], { stdin, env: server.env });
    expect(await run([])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining(
        '(stdin):2: error: The scope (model "basket", item "item-1") was already given at (stdin):1.',
      ),
    });
    expect(await run(['--allow-duplicates'])).toMatchObject({ code: 0 });
  });

  test('--quiet says failures and the summary only', async () => {
    const { run } = await pushed(['--quiet']);
    expect(run).toMatchObject({
      stderr: '',
      stdout: '10 read = 10 accepted + 0 rejected + 0 unknown + 0 not sent + 0 invalid\n',
    });
  });

  test('--quiet says of a failed run what to do next, with the exact command', async () => {
    const { env } = await startServer({ script: always(answering(403)) });
    const run = await runCli(['push', '--quiet', '--conflict', 'ignore'], {
      stdin: pinLines(10).join('\n'),
      env,
    });
    expect(run).toMatchObject({ code: 4, stdout: expect.stringContaining('10 not sent') });
    expect(run.stderr).toMatch(/^Stopping: .*\n403: .*\n10 were not sent\. Go on with:\n/);
    expect(run.stderr).toMatch(/\n {4}\.\.\. \| luigis-pins push --conflict ignore --quiet\n$/);
  });

  test('--quiet says of a run that did what it should nothing more', async () => {
    const { run } = await pushed(['--quiet', '--dry-run']);
    expect(run).toMatchObject({ code: 0, stderr: '' });
  });

  test('--verbose tells each attempt, and no secret', async () => {
    const { run, server } = await pushed(['--verbose']);
    expect(run.stderr).toMatch(/Batch 1\/1: attempt 1: accepted \(HTTP 200\)/);
    expect(run.stderr + run.stdout).not.toContain(server.privateKey);
    expect(run.stderr + run.stdout).not.toContain('ApiAuth');
  });

  test('--json writes events and nothing else to stdout', async () => {
    const { run } = await pushed(['--json', '--batch-size', '6']);
    const events: { type: string }[] = run.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ type }) => type)).toEqual([
      'checked',
      'plan',
      'attempt',
      'answer',
      'batch',
      'attempt',
      'answer',
      'batch',
      'summary',
    ]);
    expect(events.at(-1)).toMatchObject({
      summary: { counts: { read: 10, accepted: 10, rejected: 0, unknown: 0, notSent: 0, invalid: 0 } },
    });
  });

  test('--sandbox needs no account, and takes no other one', async () => {
    const run = (args: string[]) => runCli(['push', '--sandbox', ...args], { stdin: pinLine(1) });
    expect(await run([])).toMatchObject({ code: 0, stdout: expect.stringContaining('1 read = 1 accepted') });
    expect(await run(['--tracker-id', 'x'])).toMatchObject({ code: 2 });
  });
});

describe('the temporary copy of stdin', () => {
  const place = () => {
    const temporary = join(freshDirectory(), 'tmp');
    mkdirSync(temporary);
    return temporary;
  };

  test('is gone when the run has ended', async () => {
    const TMPDIR = place();
    expect(await runCli(['push', '--sandbox'], { stdin: NDJSON, env: { TMPDIR } })).toMatchObject({
      code: 0,
    });
    expect(readdirSync(TMPDIR)).toEqual([]);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('is gone after %s', async (signal) => {
    const TMPDIR = place();
    const server = await startServer({ script: always(silent()) });
    const run = startCli(['push'], { stdin: pinLine(1), env: { ...server.env, TMPDIR } });
    await server.reached(1, 'received');
    run.child.kill(signal);
    await run.ended;
    expect(readdirSync(TMPDIR)).toEqual([]);
  });

  test('is not one that others may read, for it has no name', async () => {
    const TMPDIR = place();
    const server = await startServer({ script: always(silent()) });
    const run = startCli(['push'], { stdin: pinLine(1), env: { ...server.env, TMPDIR } });
    await server.reached(1, 'received');
    expect(readdirSync(TMPDIR)).toEqual([]);
    run.child.kill('SIGKILL');
    await run.ended;
  });
});
