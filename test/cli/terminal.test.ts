import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const executable = fileURLToPath(new URL('../../bin/luigis-pins.js', import.meta.url));
const pins = fileURLToPath(new URL('../../examples/pins.ndjson', import.meta.url));
const run = promisify(execFile);

/** Runs the executable in a pseudo-terminal; the exit code and everything on the screen. */
async function inTerminal(
  args: string,
  columns: number,
  environment: Record<string, string> = {},
): Promise<{ code: number; screen: string }> {
  const command = `stty cols ${columns}; '${process.execPath}' '${executable}' ${args}; echo "exit $?"`;
  const { stdout } = await run('script', ['-qec', command, '/dev/null'], {
    // Where the tests run is not what is tested: CI and NO_COLOR would change all of it.
    env: { PATH: process.env['PATH'], TERM: 'xterm', ...environment },
    timeout: 10_000,
    killSignal: 'SIGKILL',
  });
  const screen = stdout.replaceAll('\r\n', '\n');
  return { code: Number(/exit (\d+)\n$/.exec(screen)?.[1]), screen };
}

describe('on a terminal', () => {
  test('a push with nothing to read shows its help instead of waiting for what nobody types', async () => {
    const { code, screen } = await inTerminal('push', 80);
    expect(code).toBe(2);
    expect(screen).toContain('Usage: luigis-pins push [options] [file...]');
  });

  test.each([0, 20, 80])(
    'of %i columns a push ends, in colour, with its progress cleared away',
    async (columns) => {
      const { code, screen } = await inTerminal(`push --sandbox ${pins}`, columns);
      expect(code).toBe(0);
      expect(screen).toContain('8 read = \u001b[32m8 accepted\u001b[39m');
      const shown = screen.includes('\u001b[?25l');
      expect(shown).toBe(columns > 0);
      // The cursor is shown again after it was last hidden.
      expect(screen.lastIndexOf('\u001b[?25h')).toBeGreaterThanOrEqual(screen.lastIndexOf('\u001b[?25l'));
    },
  );

  test('nothing is drawn with --no-color and --quiet', async () => {
    const { screen } = await inTerminal(`push --sandbox --quiet --no-color ${pins}`, 80);
    expect(screen).toBe('8 read = 8 accepted + 0 rejected + 0 unknown + 0 not sent + 0 invalid\nexit 0\n');
  });

  test.each<[string, Record<string, string>]>([
    ['in CI', { CI: 'true' }],
    ['on a dumb terminal', { TERM: 'dumb' }],
  ])('nothing is drawn %s', async (_name, environment) => {
    const { code, screen } = await inTerminal(`push --sandbox ${pins}`, 80, environment);
    expect(code).toBe(0);
    expect(screen.split('\n').map((line) => line.split(' ')[0])).toEqual([
      'Pushing',
      'Batch',
      '8',
      'exit',
      '',
    ]);
  });

  test('NO_COLOR leaves the colours out', async () => {
    const { screen } = await inTerminal(`push --sandbox ${pins}`, 80, { NO_COLOR: '1' });
    expect(screen).toContain('8 read = 8 accepted + 0 rejected');
  });
});
