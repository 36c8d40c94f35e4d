import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import type { Counts } from '../../src/events.js';
import { type RunOptions, runCli } from '../chaos/run.js';
import { type ServerOptions, startServer } from '../chaos/server.js';
import {
  always,
  answering,
  hangingUp,
  honestly,
  inOrder,
  refusingLines,
  throttling,
  tooLargeAbove,
} from '../chaos/step.js';
import { EVENT_SCHEMAS } from './event-schemas.js';
import { pinLine, pinLines } from './pins.js';

const ajv = new Ajv2020({ allErrors: true });
const checks = new Map([...EVENT_SCHEMAS].map(([type, schema]) => [type, ajv.compile(schema)]));
const pins = pinLines(12).join('\n');
const refusing = (mark: string) => ({ script: always(refusingLines((line) => line.includes(mark))) });

interface Case {
  args?: string[];
  server?: ServerOptions;
  options?: RunOptions;
  /** Types of events that this run is here for. */
  shows: string[];
  code: number;
}

const RUNS: Record<string, Case> = {
  'a push': { shows: ['plan', 'attempt', 'answer', 'batch', 'summary'], code: 0 },
  'a dry run': { args: ['--dry-run'], shows: ['plan', 'summary'], code: 0 },
  'an invalid input': {
    options: { stdin: `${pins}\n{"a":\n` },
    shows: ['problem', 'checked', 'summary'],
    code: 3,
  },
  'invalid customizations that are skipped': {
    args: ['--skip-invalid'],
    options: { stdin: `${pins}\nnull\n{"model": 1}\n` },
    shows: ['problem', 'batch'],
    code: 1,
  },
  'a rejected batch, halved': {
    args: ['--isolate', '--conflict', 'ignore'],
    server: refusing('item-7'),
    shows: ['split', 'batch'],
    code: 1,
  },
  'a batch that is too large': {
    server: { script: always(tooLargeAbove({ records: 5 })) },
    shows: ['split'],
    code: 0,
  },
  throttling: { server: { script: inOrder([throttling('2')]) }, shows: ['waiting'], code: 0 },
  'throttling for too long': { server: { script: always(throttling('900')) }, shows: ['stopping'], code: 5 },
  'no answer': {
    args: ['--batch-size', '3'],
    server: { script: always(hangingUp()) },
    shows: ['batch', 'stopping'],
    code: 6,
  },
  'a doubt that clears': {
    args: ['--conflict', 'override'],
    server: { script: inOrder([answering(503, { body: '<h1>503</h1>' }), honestly()]) },
    shows: ['waiting'],
    code: 0,
  },
  'a clock that is off': { server: { clockOffsetMs: 60_000 }, shows: ['clock'], code: 0 },
  'a refusal': {
    args: ['--batch-size', '5'],
    server: { script: always(answering(404)) },
    shows: ['stopping'],
    code: 4,
  },
};

/** Runs `push --json`; its events. */
async function eventsOf({ args = [], server, options }: Case) {
  const { env } = await startServer(server);
  const run = await runCli(['push', '--json', ...args], { stdin: pins, ...options, env });
  const lines = run.stdout.trimEnd().split('\n');
  return { code: run.code, events: lines.map((line) => JSON.parse(line)) };
}

test.each(Object.entries(RUNS))(
  'the events of %s fit their schema, and their counts add up',
  async (_name, run) => {
    const { code, events } = await eventsOf(run);
    expect(code).toBe(run.code);
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(run.shows));
    for (const event of events) {
      const check = checks.get(event.type);
      expect([event.type, check?.(event), check?.errors]).toEqual([event.type, true, null]);
    }
    const last = events.at(-1);
    expect(last.type).toBe('summary');
    const { read, accepted, rejected, unknown, notSent, invalid }: Counts = last.summary.counts;
    expect(accepted + rejected + unknown + notSent + invalid).toBe(read);
    expect(events.find(({ type }) => type === 'checked')).toMatchObject({ read, invalid });
    const told = (result: string) =>
      events
        .filter((event) => event.type === 'batch' && event.result === result)
        .reduce((sum, { batch }) => sum + batch.count, 0);
    expect([told('accepted'), told('rejected'), told('unknown')]).toEqual([accepted, rejected, unknown]);
    expect(events.filter(({ type }) => type === 'attempt')).toHaveLength(last.summary.requests);
    const errors = events.filter(({ type, problem }) => type === 'problem' && problem.level === 'error');
    expect(events.find(({ type }) => type === 'checked').errors).toBe(errors.length);
  },
);

test('every event but progress has been seen in one of these runs', () => {
  const seen = new Set([...Object.values(RUNS).flatMap(({ shows }) => shows)]);
  expect([...EVENT_SCHEMAS.keys()].filter((type) => !seen.has(type))).toEqual([]);
});

test('an answer tells how long the server wants to be left alone', async () => {
  const server = { script: always(throttling('900')) };
  const { events } = await eventsOf({ server, shows: [], code: 5 });
  expect(events.find(({ type }) => type === 'answer').judgement).toMatchObject({
    verdict: 'throttled',
    status: 429,
    retryAfterMs: 900_000,
  });
});

test('validate tells problems and the end of the check', async () => {
  const run = await runCli(['validate', '--json'], { stdin: `${pinLine(1)}\n[]\n` });
  const events = run.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events).toMatchObject([
    { type: 'problem', problem: { level: 'error', code: 'not-an-object', file: '(stdin)', line: 2 } },
    { type: 'checked', read: 2, invalid: 1, errors: 1, warnings: 0, files: ['(stdin)'] },
  ]);
  expect(run).toMatchObject({ code: 3, stderr: '' });
});

test('all problems are in --json, where the terminal shows the first twenty of a code', async () => {
  const stdin = 'null\n'.repeat(10_000);
  const json = await runCli(['validate', '--json'], { stdin });
  expect(json.stdout.split('\n').filter((line) => line.includes('"not-an-object"'))).toHaveLength(10_000);
  const plain = await runCli(['validate'], { stdin });
  expect(plain.stdout.split('\n')).toHaveLength(2 * 20 + 2 + 1);
  expect(plain.stdout).toContain('... and 9,980 more like this [not-an-object]');
  expect(plain.stdout).toContain('10,000 customizations read: 10,000 errors in 10,000 customizations');
});

describe('the section of the README', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const section = readme.split('\n## JSON events\n')[1]?.split('\n## ')[0] ?? '';

  test('names every event, and every field of it', () => {
    const rows = new Map(
      [...section.matchAll(/^\| `([a-z]+)` *\|(.*)$/gm)].map(([, type, row]) => [type ?? '', row ?? '']),
    );
    expect([...rows.keys()]).toEqual([...EVENT_SCHEMAS.keys()]);
    for (const [type, schema] of EVENT_SCHEMAS) {
      const fields = 'properties' in schema ? Object.keys(schema.properties ?? {}) : [];
      for (const field of fields)
        if (field !== 'type') expect([type, rows.get(type)?.includes(`\`${field}\``)]).toEqual([type, true]);
    }
  });
});
