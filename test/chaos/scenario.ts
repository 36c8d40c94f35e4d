import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ConflictStrategy } from '../../src/delivery/strategy.js';
import { type Running, type RunOptions, type RunResult, startCli } from './run.js';
import { scanForSecret } from './secret.js';
import { type ChaosServer, type ServerOptions, startServer } from './server.js';

/** A push of a file of pins to the double, through the executable. */
export interface Scenario {
  /** A letter a customization. */
  readonly pins?: string;
  readonly conflict?: ConflictStrategy;
  readonly batchSize?: number;
  /** More of the command line. */
  readonly args?: readonly string[];
  readonly server?: ServerOptions;
  /** Instead of an own server: one that is there. */
  readonly at?: ChaosServer;
  readonly run?: RunOptions;
}

/** What is expected of it, beside what holds for every push. */
interface Expected {
  readonly exit: number;
  readonly requests: number;
  /** What each request stored, in order. */
  readonly ledger: readonly string[];
  /** Customizations by result; what is not named is 0. */
  readonly counts: Counts;
  /** On stdout or stderr: among it what to do. */
  readonly says: readonly RegExp[];
}

/** Rows for `test.each`, called by their names. */
export const named = (rows: readonly Row[]) => rows.map((row) => [row.name, row] as const);

/** A row of a table of cases. */
export type Row = Scenario & Expected & { readonly name: string };

type Counts = Partial<Record<'accepted' | 'rejected' | 'unknown' | 'not sent' | 'invalid', number>>;

/** What a scenario came to. */
export interface Played {
  readonly result: RunResult;
  readonly server: ChaosServer;
  /** stdout and stderr. */
  readonly told: string;
}

/** A customization by its letter; its number and its number's form are easily changed by a JSON library. */
export function pin(letter: string): string {
  return `{"model":"basket", "target_type":"item","target_identity":"${letter}","pin_definitions":[{"pin_type":"item","pin_identity":"${letter}-12345678901234567890","position":1.0}]}`;
}

/** The content of a file of pins. */
export const pinsFile = (letters: string) => [...letters].map((letter) => `${pin(letter)}\n`).join('');

const sorted = (letters: string) => [...letters].sort().join('');

/** The letters of lines of pins. */
export function lettersOf(lines: Iterable<string>): string {
  return [...lines].map((line) => /"target_identity":"(.)"/.exec(line)?.[1] ?? '?').join('');
}

/** What the requests stored, a text each. */
export const ledgerOf = (server: ChaosServer) => server.ledger.map(({ applied }) => lettersOf(applied));

/** What the requests asked for, a text each. */
export const askedOf = (server: ChaosServer) =>
  server.requests.map(({ body }) => lettersOf(body.toString().split('\n').filter(Boolean)));

/** Starts the push; what it sends to and how to wait for its end. */
export async function start(scenario: Scenario): Promise<{ server: ChaosServer; running: Running }> {
  const { pins = 'abcd', conflict = 'override', batchSize = 2, args = [], run = {} } = scenario;
  const server = scenario.at ?? (await startServer(scenario.server));
  const running = startCli(
    ['push', 'pins.ndjson', '--conflict', conflict, '--batch-size', String(batchSize), ...args],
    {
      ...run,
      files: { 'pins.ndjson': pinsFile(pins), ...run.files },
      env: { ...server.env, ...run.env },
    },
  );
  return { server, running };
}

/** Plays the scenario to its end, and holds it to what is true of every push. */
export async function play(scenario: Scenario): Promise<Played> {
  const since = scenario.at?.requests.length;
  const { server, running } = await start(scenario);
  return close(scenario, server, await running.ended, since);
}

/** Holds a run that has ended to what is true of every push; it made the requests after the first `since`. */
export function close(
  { pins = 'abcd' }: Scenario,
  server: ChaosServer,
  result: RunResult,
  since = 0,
): Played {
  const told = result.stdout + result.stderr;
  expect(scanForSecret(server.privateKey, told, ...filesUnder(result.cwd))).toEqual([]);
  const counts = countsOf(result.stdout);
  if (counts !== undefined) {
    const { read, ...parts } = counts;
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(read);
  }
  if (result.code === 0) expect(sorted(lettersOf(server.scopes.values()))).toBe(sorted(pins));
  const lines = new Set([...pins].map(pin));
  for (const { body, complete } of server.requests.slice(since)) {
    if (!complete) continue;
    expect(body.toString().endsWith('\n')).toBe(true);
    for (const line of body.toString().trimEnd().split('\n')) expect(lines).toContain(line);
  }
  return { result, server, told };
}

/** Plays a row of a table and compares. */
export async function playRow(row: Row): Promise<Played> {
  const played = await play(row);
  const { result, server, told } = played;
  const { read: _, ...counts } = countsOf(result.stdout) ?? { read: 0 };
  expect({
    exit: result.code,
    requests: server.requests.length,
    ledger: ledgerOf(server),
    counts: Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    told,
  }).toEqual({
    exit: row.exit,
    requests: row.requests,
    ledger: row.ledger,
    counts: row.counts,
    told: expect.any(String),
  });
  for (const sentence of row.says) expect(told).toMatch(sentence);
  return played;
}

/** The counts of the summary; undefined when there is none. */
export function countsOf(stdout: string): Record<string, number> | undefined {
  const [, read = '', parts = ''] = /^([\d,]+) read = (.*)$/m.exec(stdout) ?? [];
  if (read === '') return undefined;
  const number = (text: string) => Number(text.replaceAll(',', ''));
  const named = parts.split(' + ').map((part) => {
    const [, count = '', name = ''] = /^([\d,]+) (.+)$/.exec(part) ?? [];
    return [name, number(count)] as const;
  });
  return { read: number(read), ...Object.fromEntries(named) };
}

/** The contents of all regular files of a directory. */
export function filesUnder(directory: string): Buffer[] {
  return readdirSync(directory, { recursive: true })
    .map((name) => join(directory, String(name)))
    .filter((path) => lstatSync(path).isFile())
    .map((path) => readFileSync(path));
}
