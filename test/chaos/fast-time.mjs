// Preloaded with `node --import`: a wait of `node:timers/promises` takes a fraction of what was asked
// (1/LUIGIS_TEST_TIME_FACTOR), and what was asked, in ms, becomes a line of the file LUIGIS_TEST_WAITS.
import { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import promises from 'node:timers/promises';

const factor = Number(process.env.LUIGIS_TEST_TIME_FACTOR ?? 100);
const waits = process.env.LUIGIS_TEST_WAITS;
const { setTimeout } = promises;

promises.setTimeout = (ms, value, options) => {
  if (waits !== undefined) appendFileSync(waits, `${ms}\n`);
  return setTimeout(Math.max(1, ms / factor), value, options);
};
syncBuiltinESMExports();
