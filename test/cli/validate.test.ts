import { once } from 'node:events';
import { expect, test } from 'vitest';
import { startCli } from '../chaos/run.js';

test.each([[[]], [['--json']]])('validate ends when nobody reads on, quietly, with 74 %j', async (args) => {
  // An input that goes on for ever.
  const run = startCli(['validate', ...args], { stdin: 'no JSON here\n', stdinOpen: true, limitMs: 5000 });
  await run.line(/json-syntax/);
  const { stdin, stdout } = run.child;
  stdout?.destroy();
  if (stdout !== null) await once(stdout, 'close');
  stdin?.write('no JSON here\n');
  expect(await run.ended).toMatchObject({ code: 74, stderr: '' });
});
