import { expect, test } from 'vitest';
import { runCli } from '../chaos/run.js';
import { startServer } from '../chaos/server.js';
import { always, answering } from '../chaos/step.js';
import { pinLines } from './pins.js';

const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const COMMAND = /^\s*::|##\[|##vso\[|##teamcity\[/;

/** What a terminal or a CI runner would act on, if it came through. */
const HOSTILE =
  '\n::error::fake\r##[set-env name=x]y ##vso[a] ##teamcity[b]\u001b[2J\u001b]52;c;QUFB\u0007\u009b31m\u007f\u202e\u2066\u200b\u2028\u{e0041} %0A::x';

/** Lines of an output that a terminal or a runner would act on. */
const acting = (text: string) => text.split('\n').filter((line) => UNSEEN.test(line) || COMMAND.test(line));

const refusing = (status: number) =>
  startServer({
    script: always(
      answering(status, {
        body: JSON.stringify({
          reason: HOSTILE,
          exception_details: { [HOSTILE]: [HOSTILE], position: [HOSTILE] },
        }),
      }),
    ),
  });

test.each([422, 409, 401, 503])(
  'hostile words of the server (%s) do nothing where they are printed',
  async (status) => {
    const server = await refusing(status);
    const run = await runCli(['push', '--verbose', '--retries', '0'], {
      stdin: pinLines(2).join('\n'),
      env: server.env,
    });
    expect(run.code).not.toBe(0);
    expect(run.stdout).toContain(
      '\\n::error::fake\\r#\\x23[set-env name=x]y #\\x23vso[a] #\\x23teamcity[b]\\x1b[2J',
    );
    expect(acting(run.stdout + run.stderr)).toEqual([]);
  },
);

test('in --json they are escapes that mean the same', async () => {
  const server = await refusing(422);
  const run = await runCli(['push', '--json'], { stdin: pinLines(2).join('\n'), env: server.env });
  expect(acting(run.stdout + run.stderr)).toEqual([]);
  const events = run.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const batch = events.find(({ type }) => type === 'batch');
  expect(batch.judgement.words).toEqual({
    reason: HOSTILE,
    details: { [HOSTILE]: [HOSTILE], position: [HOSTILE] },
  });
});

test('hostile records, fields and file names do nothing either', async () => {
  const name = `a${HOSTILE.replaceAll('/', '')}.ndjson`;
  const record = JSON.stringify({
    model: HOSTILE,
    target_type: HOSTILE,
    [HOSTILE]: 1,
    pin_definitions: [{ [HOSTILE]: 1 }],
  });
  const twice = JSON.stringify({
    model: HOSTILE,
    target_type: 'item',
    target_identity: HOSTILE,
    pin_definitions: [{ pin_type: 'item', pin_identity: '1', [`${HOSTILE}x`]: 1, active_to: '2020-01-01' }],
  });
  const files = {
    [name]: `${record}\n${twice}\n${twice}\n{"a": ${HOSTILE.slice(1)}\n::error::x\n  ##[error]x\n`,
  };
  for (const json of [[], ['--json']]) {
    for (const command of ['validate', 'push']) {
      const run = await runCli(
        [command, name, '--dry-run', ...json].filter((word) => command === 'push' || word !== '--dry-run'),
        { files },
      );
      expect(run.code).toBe(3);
      expect(acting(run.stdout + run.stderr)).toEqual([]);
      expect(run.stdout + run.stderr).toMatch(
        /\[(duplicate-scope|field-unknown|field-value)\]|"type":"problem"/,
      );
    }
  }
});

test('a hostile name of a file that is not there, of a command and of an option do nothing', async () => {
  for (const args of [
    ['validate', `x${HOSTILE}`],
    [HOSTILE],
    [`push`, `--${HOSTILE}`],
    ['push', '--conflict', HOSTILE, 'x'],
    ['push', '--tracker-id', HOSTILE, 'x'],
  ]) {
    const run = await runCli(args);
    expect(run.code).toBe(2);
    expect(acting(run.stdout + run.stderr)).toEqual([]);
  }
});

test('annotations are the only commands, and each is our own', async () => {
  const server = await refusing(422);
  const run = await runCli(['push', 'p,1:2%.ndjson'], {
    files: { 'p,1:2%.ndjson': pinLines(2).join('\n') },
    env: { ...server.env, GITHUB_ACTIONS: 'true' },
  });
  const commands = acting(run.stdout + run.stderr);
  expect(commands).toEqual([
    expect.stringMatching(
      /^::error file=p%2C1%3A2%25\.ndjson,line=1,endLine=2,title=Batch 1%3A rejected HTTP 422::2 customizations: p,1:2%25\.ndjson:1-2%0A\| reason: \\n::error/,
    ),
  ]);
});
