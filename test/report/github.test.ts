import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Problem } from '../../src/customization/problem.js';
import type { PushEvent } from '../../src/events.js';
import { createGithubReport } from '../../src/report/github.js';
import { freshDirectory } from '../chaos/place.js';
import { runCli } from '../chaos/run.js';
import { startServer } from '../chaos/server.js';
import { always, answering } from '../chaos/step.js';
import { pinLines } from '../cli/pins.js';

const problem = (changes: Partial<Problem> = {}): PushEvent => ({
  type: 'problem',
  problem: {
    level: 'error',
    code: 'field-type',
    file: 'pins.ndjson',
    line: 812,
    path: 'model',
    message: 'Wrong.',
    ...changes,
  },
});

/** The lines and the page of a report on those events. */
function reported(events: readonly PushEvent[]) {
  const lines: string[] = [];
  const report = createGithubReport((line) => lines.push(line));
  for (const event of events) report.take(event);
  return { page: report.end(), lines };
}

describe('annotations', () => {
  test('stand on file, line and column, with the cure', () => {
    const { lines } = reported([problem({ column: 7, hint: 'Mend it.' })]);
    expect(lines).toEqual([
      '::error file=pins.ndjson,line=812,col=7,title=field-type%3A model::Wrong.%0AMend it.',
    ]);
  });

  test.each<[string, Partial<Problem>, string]>([
    [
      'a warning',
      { level: 'warning' },
      '::warning file=pins.ndjson,line=812,title=field-type%3A model::Wrong.',
    ],
    ['the input as a whole', { line: 0, path: '' }, '::error file=pins.ndjson,title=field-type::Wrong.'],
    ['stdin, which is no file', { file: '(stdin)', path: '' }, '::error title=field-type::Wrong.'],
    [
      'signs in a name',
      { file: 'a:b,c%.json', path: '' },
      '::error file=a%3Ab%2Cc%25.json,line=812,title=field-type::Wrong.',
    ],
    [
      'signs in a message',
      { path: '', message: '50% of a::b, c\r\n::x' },
      '::error file=pins.ndjson,line=812,title=field-type::50%25 of a::b, c\\r\\n::x',
    ],
  ])('of %s', (_name, changes, line) => {
    expect(reported([problem(changes)]).lines).toEqual([line]);
  });

  test('are as many as GitHub shows: ten of a level, and the tenth counts the rest', () => {
    const of = (errors: number, warnings: number) =>
      reported([
        ...Array.from({ length: errors }, () => problem()),
        ...Array.from({ length: warnings }, () => problem({ level: 'warning' })),
      ]).lines;
    expect(of(10, 3)).toHaveLength(13);
    const many = of(1234, 11);
    expect(many.filter((line) => line.startsWith('::error '))).toHaveLength(10);
    expect(many.slice(-2)).toEqual([
      '::error title=luigis-pins::1,225 more errors: see the log.',
      '::warning title=luigis-pins::2 more warnings: see the log.',
    ]);
  });
});

test('the page has no more rows than it can bear, and says how many there are', () => {
  const { page } = reported(Array.from({ length: 5000 }, (_, at) => problem({ line: at + 1 })));
  expect(page.split('\n').filter((line) => line.includes('field-type'))).toHaveLength(100);
  expect(page).toContain('... and 4,900 more');
});

test('nothing foreign is Markdown, HTML, a link or a mention on the page', () => {
  const { page } = reported([
    problem({ message: '| <img src=x> [a](https://evil.example) @team `x` **b** #1\n' }),
  ]);
  const row = page.split('\n').at(-2) ?? '';
  expect(row.match(/\|/g)).toHaveLength(7);
  expect(row).not.toMatch(/[<>[\]@`*]|:\/\/|[^&]#/);
  expect(row).toContain('&#60;img src=x&#62;');
});

describe('in GitHub Actions', () => {
  const files = { 'pins.ndjson': pinLines(3).join('\n') };
  const push = async (...args: string[]) => {
    const server = await startServer({ script: always(answering(422)) });
    const cwd = freshDirectory({ ...files, summary: 'before\n' });
    const env = { ...server.env, GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: join(cwd, 'summary') };
    const run = await runCli(['push', 'pins.ndjson', ...args], { cwd, env });
    const commands = (text: string) => text.split('\n').filter((line) => line.startsWith('::'));
    return {
      run,
      out: commands(run.stdout),
      err: commands(run.stderr),
      summary: readFileSync(join(cwd, 'summary'), 'utf8'),
    };
  };

  test('a rejected batch is an annotation on its lines, and a row of the job summary', async () => {
    const { out, err, summary } = await push();
    expect(out).toEqual([
      '::error file=pins.ndjson,line=1,endLine=3,title=Batch 1%3A rejected HTTP 422::3 customizations: pins.ndjson:1-3%0A| reason: Unprocessable Entity',
    ]);
    expect(err).toEqual([]);
    expect(summary).toMatch(/^before\n### luigis-pins\n/);
    expect(summary).toContain('| 3 | 0 | 3 | 0 | 0 | 0 |');
    expect(summary).toContain(
      '| 1 | rejected | 3 | pins.ndjson&#58;1-3 | HTTP 422 | reason&#58; Unprocessable Entity |',
    );
  });

  test('stdout stays NDJSON with --json: annotations go to stderr', async () => {
    const { run, out, err } = await push('--json');
    expect(out).toEqual([]);
    expect(err).toHaveLength(1);
    for (const line of run.stdout.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('type');
  });

  test('a command that cannot begin is one annotation', async () => {
    const { stdout } = await runCli(['push', 'nowhere.ndjson', '--dry-run'], {
      env: { GITHUB_ACTIONS: 'true' },
    });
    expect(stdout).toBe(
      '::error title=luigis-pins::There is no file nowhere.ndjson.%0AMend the path; a relative one begins at the current directory.\n',
    );
  });

  test('--no-annotations keeps both away', async () => {
    const { out, err, summary } = await push('--no-annotations');
    expect({ out, err, summary }).toEqual({ out: [], err: [], summary: 'before\n' });
  });

  test('a job summary that cannot be written is a warning, and changes nothing else', async () => {
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: '/nowhere/summary' };
    const run = await runCli(['validate', 'pins.ndjson'], { files, env });
    expect(run).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('The job summary could not be written.'),
    });
  });
});
