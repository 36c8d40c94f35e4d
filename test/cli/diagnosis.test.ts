import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runCli } from '../chaos/run.js';

const FIXTURES = fileURLToPath(new URL('../fixtures/', import.meta.url));
const SNAPSHOT = 'README.md';

/** What `validate` says of a fixture, as a section of the snapshot. */
async function section(name: string): Promise<string> {
  const { code, stdout, stderr } = await runCli(['validate', name], { cwd: FIXTURES });
  const said = [stdout, ...(stderr === '' ? [] : [`(stderr)\n${stderr}`])].join('');
  return `## ${name}\n\n\`\`\`console\n$ luigis-pins validate ${name}\n${said}$ echo $?\n${code}\n\`\`\`\n`;
}

test('each mistake is told on the first screen, well enough to be mended', async () => {
  const names = readdirSync(FIXTURES).filter((name) => name !== SNAPSHOT);
  const sections: string[] = [];
  for (let at = 0; at < names.length; at += 4) {
    sections.push(...(await Promise.all(names.slice(at, at + 4).map(section))));
  }
  for (const text of sections) expect(text.split('\n').length).toBeLessThan(24);
  const head = '# One mistake each, and what is said of it\n\nWritten by `test/cli/diagnosis.test.ts`.\n';
  await expect([head, ...sections].join('\n')).toMatchFileSnapshot(`../fixtures/${SNAPSHOT}`);
});
