import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { runCli } from '../chaos/run.js';
import { startServer } from '../chaos/server.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

test.each(['pins.ndjson', 'pins.json'])(
  'examples/%s is valid without a warning, and can be pushed',
  async (name) => {
    const file = `${root}examples/${name}`;
    expect(await runCli(['validate', '--strict', file])).toMatchObject({
      code: 0,
      stdout: '8 customizations read: valid\n',
    });
    expect(await runCli(['push', '--sandbox', file])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('8 read = 8 accepted'),
    });
  },
);

test('both forms of the example are the same pins', () => {
  const lines = readFileSync(`${root}examples/pins.ndjson`, 'utf8').trimEnd().split('\n');
  expect(JSON.parse(readFileSync(`${root}examples/pins.json`, 'utf8'))).toEqual(
    lines.map((line) => JSON.parse(line)),
  );
});

test('the example of a pipe runs', async () => {
  const { stdout } = await run(`${root}examples/jq-pipe.sh`);
  expect(stdout).toContain('8 read = 8 accepted');
});

test('the example of the library runs', async () => {
  const { stdout, stderr } = await run(process.execPath, [`${root}examples/library.js`]);
  expect({ stdout, stderr }).toEqual({ stdout: 'batch 1: accepted\n3 of 3 accepted\n', stderr: '' });
});

test('the commands of the CI example run', async () => {
  const workflow = readFileSync(`${root}examples/github-actions.yml`, 'utf8');
  const commands = [...workflow.matchAll(/run: npx luigis-pins (.*)/g)].map(([, command = '']) => command);
  expect(commands.map((command) => command.split(' ')[0])).toEqual(['validate', 'push']);
  const server = await startServer();
  const files = { 'pins/a.ndjson': readFileSync(`${root}examples/pins.ndjson`) };
  for (const command of commands) {
    const args = command.replace('pins/*.ndjson', 'pins/a.ndjson').split(' ');
    expect(await runCli(args, { files, env: server.env })).toMatchObject({ code: 0 });
  }
  expect(server.requests).toHaveLength(1);
});
