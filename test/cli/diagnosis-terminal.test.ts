import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { freshDirectory } from '../chaos/place.js';
import { runCli } from '../chaos/run.js';
import { pinLines } from './pins.js';

const bin = fileURLToPath(new URL('../../bin/luigis-pins.js', import.meta.url));
const ESCAPE = '\u001b[';
const files = { 'pins.ndjson': `${pinLines(3).join('\n')}\nnull\n` };

/** What the executable writes to a terminal, which `script` (util-linux) makes. */
function onTerminal(environment: string, ...args: string[]): string {
  const command = [environment, process.execPath, bin, ...args].join(' ');
  return execFileSync('script', ['-qec', `stty cols 20; ${command}; true`, '/dev/null'], {
    cwd: freshDirectory(files),
    env: { PATH: process.env['PATH'], TERM: 'xterm' },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  });
}

test('a terminal gets colour and progress', () => {
  const shown = onTerminal('', 'push', 'pins.ndjson', '--sandbox', '--skip-invalid');
  expect(shown).toContain(`${ESCAPE}31merror`);
  expect(shown).toContain('1/1');
  expect(shown).toContain('4 read = ');
});

test.each([
  ['NO_COLOR and TERM=dumb', 'NO_COLOR=1 TERM=dumb', []],
  ['--no-color and --quiet', '', ['--no-color', '--quiet']],
])('a terminal with %s gets not one escape', (_name, environment, args) => {
  const shown = onTerminal(environment, 'push', 'pins.ndjson', '--sandbox', '--skip-invalid', ...args);
  expect(shown).toContain('4 read = ');
  expect(shown).not.toContain('\u001b');
});

test('a pipe gets neither colour nor progress, unless FORCE_COLOR asks for colour', async () => {
  const plain = await runCli(['validate', 'pins.ndjson'], { files });
  expect(plain.stdout + plain.stderr).not.toContain('\u001b');
  const forced = await runCli(['validate', 'pins.ndjson'], { files, env: { FORCE_COLOR: '1' } });
  expect(forced.stdout).toContain(`${ESCAPE}31merror`);
  expect(forced.stdout + forced.stderr).not.toContain('\u001b[?25l');
});
