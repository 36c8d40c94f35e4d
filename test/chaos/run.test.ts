import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { beforeAll, describe, expect, test } from 'vitest';
import { freshDirectory } from './place.js';
import { startNode } from './run.js';
import { scanForSecret } from './secret.js';

/** `src/time.ts`, for a process that runs what is built: in `dist/` it is a part of something larger. */
const TIME = join(freshDirectory(), 'time.mjs');
beforeAll(async () => {
  const input = fileURLToPath(new URL('../../src/time.ts', import.meta.url));
  await build({ input, platform: 'node', output: { file: TIME }, logLevel: 'silent' });
});

const script = (code: string) => ['--input-type=module', '-e', code];
const run = (code: string, options = {}) => startNode(script(code), options).ended;

describe('a run', () => {
  test('gives what the program printed and how it ended', async () => {
    const result = await run('console.log("č"); console.error("e"); process.exitCode = 3');
    expect(result).toMatchObject({ code: 3, signal: null, stdout: 'č\n', stderr: 'e\n', waits: [] });
  });

  test('has a directory, files, stdin and nothing of the environment but what it is given', async () => {
    const result = await run(
      `import { readFileSync } from 'node:fs';
       const names = Object.keys(process.env).filter((name) => !/^(LUIGIS_TEST_|NODE_V8_COVERAGE$)/.test(name)).sort();
       console.log(JSON.stringify([names, readFileSync(0, 'utf8'), readFileSync('in/a', 'utf8'), process.cwd()]));`,
      { stdin: 'from stdin', files: { 'in/a': 'from a file' }, env: { X: '1' } },
    );
    expect(JSON.parse(result.stdout)).toEqual([
      ['HOME', 'PATH', 'X'],
      'from stdin',
      'from a file',
      result.cwd,
    ]);
  });

  test('leaves its directory for the next run', async () => {
    const { cwd } = await run(`import { writeFileSync } from 'node:fs'; writeFileSync('kept', 'x')`);
    expect((await run(`console.log('again')`, { cwd })).cwd).toBe(cwd);
    expect(readFileSync(join(cwd, 'kept'), 'utf8')).toBe('x');
  });

  test('without stdin reads nothing, and not from a terminal', async () => {
    const result = await run(
      `process.stdin.on('data', () => {}).on('end', () => console.log(process.stdin.isTTY))`,
    );
    expect(result.stdout).toBe('undefined\n');
  });

  test('can get a signal at a line that it prints', async () => {
    const running = startNode(
      script(
        `process.on('SIGINT', () => process.exit(130)); setInterval(() => {}, 9); console.error('ready 1')`,
      ),
    );
    expect(await running.line(/^ready/)).toBe('ready 1');
    running.child.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 130, signal: null });
  });

  test('says which line never came', async () => {
    const running = startNode(script(`console.log('other')`));
    await expect(running.line(/ready/)).rejects.toThrow(/ready.*other/s);
  });

  test('is killed when it takes too long', async () => {
    expect(await run('setInterval(() => {}, 9)', { limitMs: 200 })).toMatchObject({ signal: 'SIGKILL' });
  });

  test.runIf(existsSync('/dev/full'))('can have a full disk for stdout', async () => {
    const result = await run(`import { writeSync } from 'node:fs'; writeSync(1, 'x')`, {
      stdoutFile: '/dev/full',
    });
    expect(result.stderr).toContain('ENOSPC');
  });
});

describe('time', () => {
  const sleep = (code: string) => `import { systemTime as time } from '${TIME}'; ${code}`;

  test('passes faster, and what was asked for is kept', async () => {
    const result = await run(sleep('await time.sleep(40_000); await time.sleep(0.5); await time.sleep(7)'));
    expect(result.waits).toEqual([40_000, 0.5, 7]);
    expect(result.tookMs).toBeGreaterThanOrEqual(400);
    expect(result.tookMs).toBeLessThan(5000);
  });

  test('passes as fast as told', async () => {
    const startedAt = 'const at = performance.now();';
    const result = await run(
      sleep(`${startedAt} await time.sleep(300); console.log(performance.now() - at)`),
      {
        timeFactor: 1,
      },
    );
    expect(Number(result.stdout)).toBeGreaterThanOrEqual(298);
    const fast = await run(sleep('await time.sleep(3_000_000_000)'), { timeFactor: 1e9 });
    expect(fast.waits).toEqual([2 ** 31 - 1, 3_000_000_000 - (2 ** 31 - 1)]);
  });

  test('is still cut short by a signal', async () => {
    const result = await run(
      sleep(
        `const stop = new AbortController(); setTimeout(() => stop.abort(), 10);
         await time.sleep(10 ** 9, stop.signal); console.log('stopped')`,
      ),
    );
    expect(result).toMatchObject({ code: 0, stdout: 'stopped\n', waits: [10 ** 9] });
  });
});

describe('the scan for a secret', () => {
  const KEY = 'kéy+/of "tests" ?=01';
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  test.each<[string, string | Uint8Array]>([
    ['plain', `x${KEY}y`],
    ['plain', Buffer.from(`\xff${KEY}`)],
    ['JSON', JSON.stringify({ key: KEY })],
    ['hex', Buffer.from(KEY).toString('hex').toUpperCase()],
    ['URL', `?key=${encodeURIComponent(KEY)}`],
    ['URL', new URLSearchParams({ key: `${KEY}` }).toString()],
    ['base64', base64(KEY)],
    ['base64', base64(`a${KEY}bc`)],
    ['base64', base64(`ab${KEY}`)],
    ['base64', Buffer.from(`abcd${KEY}e`).toString('base64url')],
  ])('finds it in the form %s, case %#', (form, text) => {
    expect(scanForSecret(KEY, 'nothing', text)).toEqual([form]);
  });

  test('finds nothing where there is nothing', () => {
    expect(scanForSecret(KEY, KEY.slice(1), base64(KEY.slice(2)), '')).toEqual([]);
  });
});
