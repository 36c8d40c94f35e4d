import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CONFLICT_STRATEGIES, type ConflictStrategy } from '../../src/delivery/attempt.js';
import type { Milestone } from './book.js';
import type { RunOptions } from './run.js';
import {
  askedOf,
  close,
  countsOf,
  ledgerOf,
  lettersOf,
  pin,
  play,
  type Scenario,
  start,
} from './scenario.js';
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
  kill?: Promise<void>,
) {
  const scenario: Scenario = { conflict, at, args: ARGS };
  const { running } = await start({ ...scenario, run });
  await kill;
  if (kill !== undefined) running.child.kill('SIGKILL');
  const killed = await running.ended;
  expect(killed.signal).toBe('SIGKILL');
  close(scenario, at, killed);
  const journal = readFileSync(join(killed.cwd, 'journal'), 'utf8');
  const journaled = journal.match(/"accepted"/g)?.length ?? 0;

  const { result } = await play({ ...scenario, run: { cwd: killed.cwd } });
  const { accepted = 0, unknown = 0 } = countsOf(result.stdout) ?? {};
  expect(accepted + unknown).toBe(4);
  expect(accepted).toBeGreaterThanOrEqual(2 * journaled);
  expect(result.code).toBe(unknown === 0 ? 0 : 6);
  if (unknown > 0) expect(result.stderr).toMatch(/may be stored or not\. Look them up/);
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

describe.concurrent.each(CONFLICT_STRATEGIES)(
  'SIGKILL, then the same command again, under %s',
  (conflict) => {
    // The header, then a line before and after each of the two requests.
    const lines = [1, 2, 3, 4, 5].flatMap((line) =>
      ['torn', 'written', 'synced'].map((moment) => [line, moment]),
    );
    test.each(lines.filter(([, moment]) => conflict === 'raise' || moment === 'torn'))(
      'G5 at line %i of the journal, %s',
      async (line, moment) => {
        const at = await startServer();
        const env = { LUIGIS_TEST_KILL: `${line} ${moment}` };
        await killedAndResumed(conflict, at, { env, nodeArgs: ['--import', KILL_AT] });
        expect(ledgerOf(at).length).toBeGreaterThanOrEqual(1);
      },
    );

    const events = ([1, 2] as const).flatMap((request) =>
      (['connected', 'head', 'received', 'applied'] as const).map(
        (milestone) => [request, milestone] as const,
      ),
    );
    test.each(events)('G5 when request %i is %s', async (request, milestone: Milestone) => {
      let kill = () => {};
      const reached = new Promise<void>((resolve) => {
        kill = resolve;
      });
      const gone = { now: () => {} };
      const isGone = new Promise<void>((resolve) => {
        gone.now = resolve;
      });
      const at = await startServer({
        onMilestone: (number, passed) => {
          if (number !== request || passed !== milestone) return undefined;
          kill();
          return isGone;
        },
      });
      const killed = reached.then(() => void setTimeout(gone.now, 20));
      await killedAndResumed(conflict, at, {}, killed);
    });
  },
);
