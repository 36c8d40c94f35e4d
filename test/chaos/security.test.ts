import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { freshDirectory } from './place.js';
import { startCli } from './run.js';
import { ledgerOf, pin, play, playRow } from './scenario.js';
import { scanForSecret } from './secret.js';
import { startServer } from './server.js';
import { always, answering, honestly, inOrder, refusingLines, resetting, throttling } from './step.js';

describe('where it connects', () => {
  test.each([
    ['http://live.luigisbox.com', /must begin with https/],
    ['http://127.0.0.1.nip.io', /must begin with https/],
    ['https://user:secret@live.luigisbox.com', /user name or password/],
  ])('%s is refused before anything else, and what is in it is not said', async (url, sentence) => {
    const { result, told } = await play({ args: ['--base-url', url] });
    expect([result.code, result.stdout]).toEqual([2, '']);
    expect(told).toMatch(sentence);
    expect(told).not.toContain('secret');
  });

  test.each(['../../x', '1?conflict_strategy=ignore'])(
    'the tracker id %j never becomes a path',
    async (id) => {
      const { result, server } = await play({
        args: ['--tracker-id', id],
        run: { env: { LUIGISBOX_TRACKER_ID: '' } },
      });
      expect([result.code, server.connections()]).toEqual([2, []]);
      expect(result.stderr).toMatch(/tracker id/);
    },
  );

  test('to nowhere but the origin, and every request says its strategy', async () => {
    const elsewhere = await startServer();
    const { server } = await play({ conflict: 'raise', pins: 'abcdef' });
    expect(server.connections()).toHaveLength(3);
    for (const { query } of server.requests) expect([...query]).toEqual([['conflict_strategy', 'raise']]);
    expect(elsewhere.connections()).toEqual([]);
  });
});

describe('the private key', () => {
  const KEY = 'kéy+/of %tests=0123456789';

  test('is nowhere, however much is said and whatever goes wrong', async () => {
    const faults = inOrder(
      [
        resetting(),
        throttling('1'),
        refusingLines((line) => line === pin('a')),
        answering(500, { body: 'x'.repeat(5000) }),
        honestly(),
      ],
      answering(401),
    );
    for (const how of ['--verbose', '--json']) {
      const { result } = await play({
        pins: 'abcdefgh',
        args: [how, '--resume', 'journal', '--rejects', 'rejects'],
        server: { script: faults },
      });
      expect(result.code).toBe(6);
      expect(readFileSync(join(result.cwd, 'journal'), 'utf8')).not.toMatch(/ApiAuth|target_identity/);
      expect(result.stdout + result.stderr).not.toContain('ApiAuth');
    }
  });

  test('is not in the arguments, nor in the environment that a report of the process would show', async () => {
    const { running, report } = await reported();
    await running.ended;
    expect(scanForSecret(KEY, report())).toEqual([]);
  });

  /** A run that writes Node's own report of itself when it is done. */
  async function reported() {
    const at = await startServer();
    const cwd = freshDirectory({ 'pins.ndjson': `${pin('a')}\n` });
    const running = startCli(['push', 'pins.ndjson'], {
      env: at.env,
      cwd,
      nodeArgs: [
        '--import',
        `data:text/javascript,process.on('exit',()=>process.report.writeReport('${join(cwd, 'report.json')}'))`,
      ],
    });
    return { running, report: () => readFileSync(join(cwd, 'report.json')) };
  }

  test.each([
    [0o600, false],
    [0o640, true],
    [0o604, true],
  ])('in a file of mode %o: a warning is given: %s', async (mode, warns) => {
    // Elsewhere, for the scan for the key over all files of the run would find it.
    const file = join(freshDirectory({ key: `${KEY}\n` }), 'key');
    chmodSync(file, mode);
    const { result, server } = await play({
      args: ['--private-key-file', file],
      server: { privateKey: KEY },
      run: { env: { LUIGISBOX_PRIVATE_KEY: '' } },
    });
    expect([result.code, ledgerOf(server)]).toEqual([0, ['ab', 'cd']]);
    expect(/Others on this machine may read the private key file .*chmod 600/.test(result.stderr)).toBe(
      warns,
    );
  });

  test.each([['two lines', 'first\nsecond\n']])(
    'with %s is refused without being said',
    async (_name, key) => {
      const at = await startServer();
      const running = startCli(['push', 'pins.ndjson'], {
        env: { ...at.env, LUIGISBOX_PRIVATE_KEY: key },
        files: { 'pins.ndjson': `${pin('a')}\n` },
      });
      const result = await running.ended;
      expect([result.code, at.connections()]).toEqual([2, []]);
      expect(result.stderr).not.toMatch(/first|second|fir/);
    },
  );

  test.each(['--private-key'])('%s takes none, and does not say what it was given', async (flag) => {
    for (const args of [[flag, KEY], [`${flag}=${KEY}`]]) {
      const { result } = await play({ args });
      expect(result.code).toBe(2);
      expect(scanForSecret(KEY, result.stderr)).toEqual([]);
      expect(result.stderr).toMatch(/There is no option/);
    }
  });
});

test('an answer of a hostile server does nothing to a terminal or a runner', async () => {
  const reason = 'a\u001b[2Jb\u009bc\r\n::error::d ##[set-env]e ##vso[f\u202Eg\u2028h';
  const { told } = await playRow({
    name: '',
    server: {
      script: always(
        answering(422, { body: JSON.stringify({ reason, exception_details: { [reason]: [reason] } }) }),
      ),
    },
    exit: 1,
    requests: 2,
    ledger: [],
    counts: { rejected: 4 },
    says: [/REJECTED/],
  });
  expect(told).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u2028]/);
  expect(told).not.toMatch(/^\s*::|##\[|##vso\[/m);
});
