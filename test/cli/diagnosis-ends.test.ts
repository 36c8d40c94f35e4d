import { expect, test } from 'vitest';
import { type RunOptions, runCli } from '../chaos/run.js';
import { type ServerOptions, startServer } from '../chaos/server.js';
import { always, answering, hangingUp, inOrder, redirecting, throttling } from '../chaos/step.js';
import { pinLine, pinLines } from './pins.js';

interface End {
  args?: string[];
  server?: ServerOptions;
  options?: RunOptions;
  /** Nobody listens there. */
  unreachable?: boolean;
}

const answer = (status: number, reason?: string, details?: object): ServerOptions => ({
  script: always(
    reason === undefined
      ? answering(status)
      : answering(status, { body: JSON.stringify({ reason, exception_details: details }) }),
  ),
});
const pins = pinLines(3);
const withoutPosition = pins.with(1, pinLine(1).replace(',"position":1', ''));
const invalid = pins.with(1, 'null').join('\n');

const ENDS: Record<string, End> = {
  'Everything is accepted': {},
  'A dry run': { args: ['--dry-run'] },
  'The input is invalid': { options: { stdin: invalid } },
  'An invalid customization is skipped': {
    args: ['--skip-invalid', '--rejects', 'rejects.ndjson'],
    options: { stdin: invalid },
  },
  'The input was cut short': { options: { stdin: pins.join('\n').slice(0, -5) } },
  '401, and the clock is right': { server: answer(401) },
  '401, and the clock is two hours off': { server: { clockOffsetMs: -7_200_000 } },
  '403 with a key from a file': {
    server: answer(403),
    args: ['--private-key-file', 'key'],
    options: { files: { key: 'k' } },
  },
  '404': { server: answer(404) },
  '405': { server: answer(405) },
  'A redirect': { server: { script: always(redirecting(302, 'https://login.example/')) } },
  '409 under raise': {
    server: { existing: [pinLine(1)] },
    args: ['pins of winter.ndjson'],
    options: { files: { 'pins of winter.ndjson': pins.join('\n') } },
  },
  '409 under raise, with rejects and a journal': {
    server: { existing: [pinLine(1)] },
    args: ['pins.ndjson', '--rejects', 'rejects.ndjson', '--resume', 'journal'],
    options: { files: { 'pins.ndjson': pins.join('\n') } },
  },
  '409 under override': { server: answer(409), args: ['--conflict', 'override'] },
  '413 for one customization': { server: answer(413), options: { stdin: pinLine(0) } },
  '422, and our own checks find what the server names': {
    server: answer(422, 'Invalid pin definition provided', {
      pin_definitions: ['Missing required field: position'],
    }),
    args: ['pins.ndjson', '--conflict', 'ignore'],
    options: { files: { 'pins.ndjson': withoutPosition.join('\n') } },
  },
  '422 after a batch that was accepted, under raise': {
    server: { script: inOrder([answering(200), answering(422)]) },
    args: ['--batch-size', '2'],
  },
  'Throttled for too long': {
    server: { script: always(throttling('900')) },
    args: ['--batch-size', '2', '--resume', 'journal'],
  },
  'No answer under raise': { server: { script: always(hangingUp()) } },
  'No answer under override': {
    server: { script: always(hangingUp()) },
    args: ['--conflict', 'override', '--retries', '1'],
  },
  '503 with a web page, under raise, with rejects': {
    server: { script: always(answering(503, { body: '<h1>503 Service Unavailable</h1>' })) },
    args: ['pins.ndjson', '--rejects', 'rejects.ndjson'],
    options: { files: { 'pins.ndjson': pins.join('\n') } },
  },
  '200 with a web page': { server: { script: always(answering(200, { body: '<h1>Sign in</h1>' })) } },
  'Nobody listens': { unreachable: true, args: ['--retries', '1'] },
  'Stopped after the first failure': {
    server: answer(422),
    args: ['--fail-fast', '--batch-size', '1', '--isolate'],
  },
};

/** What a run says at its end, with the host of the API and without times. */
async function section(title: string, { args = [], server: serverOptions, options, unreachable }: End) {
  const server = await startServer(serverOptions);
  const env = unreachable ? { ...server.env, LUIGISBOX_BASE_URL: 'http://127.0.0.1:9' } : server.env;
  const run = await runCli(['push', ...args], { stdin: pins.join('\n'), ...options, env });
  const stable = (text: string) =>
    text
      .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, 'https://live.luigisbox.com')
      .replaceAll(/ {2}\d+ ms$/gm, '  5 ms')
      .replaceAll(/ in \d+(\.\d+)? (ms|s)$/gm, ' in 1 s')
      .replaceAll(/\d h \d+ min off/g, '2 h 0 min off')
      .replaceAll(/-\d+ ms old/g, '-7200000 ms old');
  const command = ['$ luigis-pins push', ...args.map((word) => (/\s/.test(word) ? `'${word}'` : word))].join(
    ' ',
  );
  return `## ${title}\n\n\`\`\`console\n${command}\n${stable(run.stderr)}${stable(run.stdout)}$ echo $?\n${run.code}\n\`\`\`\n`;
}

test('each end of a push says what it means here, and gives the next command', async () => {
  const ends = Object.entries(ENDS);
  const sections: string[] = [];
  for (let at = 0; at < ends.length; at += 3)
    sections.push(...(await Promise.all(ends.slice(at, at + 3).map(([title, end]) => section(title, end)))));
  const head =
    '# The ends of a push, and what is said\n\nWritten by `test/cli/diagnosis-ends.test.ts`: stderr, then stdout.\n';
  await expect([head, ...sections].join('\n')).toMatchFileSnapshot('diagnosis-ends.md');
});
