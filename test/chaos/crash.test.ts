import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ConflictStrategy } from '../../src/delivery/strategy.js';
import type { Milestone } from './book.js';
import type { RunOptions } from './run.js';
import { askedOf, close, countsOf, lettersOf, pin, play, type Scenario, start } from './scenario.js';
import { type ChaosServer, startServer } from './server.js';

const KILL_AT = new URL('kill-at.mjs', import.meta.url).href;
const ARGS = ['--resume', 'journal'];

/**
 * Runs the push that is killed, then the same command again. Whatever the moment: what was accepted is
 * known, and under raise nothing that may have been stored is sent again.
 */
async function killedAndResumed(
  conflict: ConflictStrategy,
  at: ChaosServer,
  run: RunOptions,
  kill?: { reached: Promise<void>; goOn: () => void },
) {
  const scenario: Scenario = { conflict, at, args: ARGS };
  const { running } = await start({ ...scenario, run });
  await kill?.reached;
  if (kill !== undefined) running.child.kill('SIGKILL');
  const killed = await running.ended;
  // The server goes on with what it had received, though nobody waits for its answer.
  kill?.goOn();
  expect(killed.signal).toBe('SIGKILL');
  close(scenario, at, killed);
  const journal = readFileSync(join(killed.cwd, 'journal'), 'utf8');
  const journaled = journal.match(/"accepted"/g)?.length ?? 0;

  const { result } = await play({ ...scenario, run: { cwd: killed.cwd } });
  const { accepted = 0, unknown = 0 } = countsOf(result.stdout) ?? {};
  expect(accepted + unknown).toBe(4);
  expect(accepted).toBeGreaterThanOrEqual(2 * journaled);
  expect(result.code).toBe(unknown === 0 ? 0 : 6);
  if (unknown > 0)
    expect(result.stderr).toMatch(/may be stored or not\..* This stores them where they are missing/);
  for (const line of result.stdout.matchAll(/accepted {2}.*:(\d)-(\d)/g)) {
    const letters = 'abcd'.slice(Number(line[1]) - 1, Number(line[2]));
    for (const letter of letters) expect(at.applied().get(pin(letter))).toBeGreaterThan(0);
  }
  const asked = askedOf(at).filter((letters) => letters !== '');
  if (conflict === 'raise') expect(new Set(asked).size).toBe(asked.length);
  else expect([unknown, lettersOf(at.scopes.keys()).length]).toEqual([0, 4]);
  // What the journal had as accepted is not asked for again in any strategy.
  expect(asked.length).toBeLessThanOrEqual(3);
}

/** The header, then a line before and after each of the two requests. */
const LINES = [1, 2, 3, 4, 5];
const EVENTS: [request: number, milestone: Milestone][] = [
  [1, 'connected'],
  [1, 'head'],
  [1, 'received'],
  [1, 'applied'],
  [2, 'received'],
  [2, 'applied'],
];

/** All moments under raise, where most can go wrong; the others differ in what they send again. */
const MOMENTS: [ConflictStrategy, moments: readonly string[], events: typeof EVENTS][] = [
  ['raise', ['torn', 'written'], EVENTS],
  ['override', ['torn'], EVENTS.slice(2, 4)],
  ['ignore', [], EVENTS.slice(2, 4)],
];

describe.concurrent.each(MOMENTS)(
  'G5 SIGKILL, then the same command again, under %s',
  (conflict, moments, events) => {
    const lines = LINES.flatMap((line) => moments.map((moment) => [line, moment] as const));
    if (lines.length > 0)
      test.each(lines)('at line %i of the journal, %s', async (line, moment) => {
        const at = await startServer();
        const env = { LUIGIS_TEST_KILL: `${line} ${moment}` };
        await killedAndResumed(conflict, at, { env, nodeArgs: ['--import', KILL_AT] });
      });

    test.each(events)('when request %i is %s', async (request, milestone) => {
      let reach = () => {};
      let goOn = () => {};
      const reached = new Promise<void>((resolve) => {
        reach = resolve;
      });
      const gone = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      const at = await startServer({
        onMilestone: (number, passed) => {
          if (number !== request || passed !== milestone) return undefined;
          reach();
          return gone;
        },
      });
      await killedAndResumed(conflict, at, {}, { reached, goOn });
    });
  },
);
