import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PEAK = fileURLToPath(new URL('peak.cjs', import.meta.url));
const peakFile = join(tmpdir(), `bench-peak-${process.pid}`);
// The shell counts its children, and theirs, once they are waited for.
const TIMED = 'TIMEFORMAT="%R %U %S"; time "$@" 2>&3';

/**
 * Runs a command to its end. Seconds by the clock, processor seconds with its
 * children, and for Node the peak memory in MB. A command that fails fails the
 * benchmark, unless its exit code is in `codes`. `alone`: on one processor only.
 * The file `without` is removed first.
 */
export async function measure({
  argv,
  stdin,
  env = {},
  codes = [0],
  withPeak = argv[0] === 'node',
  alone = false,
  without,
}) {
  const command = [
    ...(alone ? ['taskset', '--cpu-list', '0'] : []),
    ...(withPeak ? ['node', '--require', PEAK, ...argv.slice(1)] : argv),
  ];
  rmSync(peakFile, { force: true });
  if (without !== undefined) rmSync(without, { force: true });
  const child = spawn('bash', ['-c', TIMED, 'bash', ...command], {
    env: { ...process.env, BENCH_PEAK: peakFile, NO_COLOR: '1', ...env },
    stdio: [stdin === undefined ? 'ignore' : openSync(stdin), 'ignore', 'pipe', 'pipe'],
  });
  let times = '';
  let errors = '';
  child.stderr.on('data', (text) => {
    times += text;
  });
  child.stdio[3].on('data', (text) => {
    if (errors.length < 2000) errors += text;
  });
  const [code] = await once(child, 'close');
  if (!codes.includes(code)) throw new Error(`${argv.join(' ')} ended with ${code}:\n${errors}`);
  const [wall, user, system] = times.trim().split(' ').map(Number);
  return { wall, cpu: user + system, peak: withPeak ? Number(readFileSync(peakFile, 'utf8')) : undefined };
}

/** The middle one of some numbers. */
export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Medians of several runs of some commands, taken in turn (A B C, A B C), so that a busy minute hits all of them. */
export async function compare(commands, runs) {
  const results = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let run = 0; run < runs; run++) {
    for (const [name, command] of Object.entries(commands)) {
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${run + 1}/${runs} ${name}`);
      results[name].push(await measure(command));
    }
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const middle = (taken, what) => median(taken.map((result) => result[what]));
  return Object.fromEntries(
    Object.entries(results).map(([name, taken]) => [
      name,
      {
        wall: middle(taken, 'wall'),
        cpu: middle(taken, 'cpu'),
        peak: taken[0].peak === undefined ? undefined : middle(taken, 'peak'),
      },
    ]),
  );
}
