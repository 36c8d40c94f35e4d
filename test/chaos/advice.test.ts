import { describe, expect, test } from 'vitest';
import { runCli } from './run.js';
import { named, pin, pinsFile, playRow, type Row } from './scenario.js';
import { answering, applying, honestly, inOrder, refusingLines, resetting, throttling } from './step.js';

/** The commands that the last lines name, each as its words. */
const advised = (stderr: string) =>
  [...stderr.matchAll(/^ {4}luigis-pins (push .*)$/gm)].map(([, words = '']) => words.split(' '));

const KEPT = ['--resume', 'journal', '--rejects', 'rejects'];
/** The server is honest after these. */
const FIRST: Row[] = [
  {
    name: 'under raise, a batch in doubt that was stored',
    conflict: 'raise',
    server: { script: inOrder([honestly(), applying(resetting())]) },
    exit: 6,
    requests: 2,
    ledger: ['ab', 'cd'],
    counts: { accepted: 2, unknown: 2 },
    says: [],
  },
  {
    name: 'under raise, a batch in doubt that was not, and the rejects are kept',
    conflict: 'raise',
    args: KEPT,
    server: { script: inOrder([honestly(), resetting()]) },
    exit: 6,
    requests: 2,
    ledger: ['ab'],
    counts: { accepted: 2, unknown: 2 },
    says: [],
  },
  {
    name: 'under raise, throttled after a part',
    conflict: 'raise',
    server: { script: inOrder([honestly(), throttling('9999')]) },
    exit: 5,
    requests: 2,
    ledger: ['ab'],
    counts: { accepted: 2, 'not sent': 2 },
    says: [],
  },
  {
    name: 'under raise, refused after a part, with a journal',
    conflict: 'raise',
    args: KEPT,
    server: { script: inOrder([honestly(), answering(403)]) },
    exit: 4,
    requests: 2,
    ledger: ['ab'],
    counts: { accepted: 2, 'not sent': 2 },
    says: [],
  },
  {
    name: 'under raise, a conflict',
    conflict: 'raise',
    args: KEPT,
    server: { existing: [pin('c')] },
    exit: 1,
    requests: 2,
    ledger: ['ab'],
    counts: { accepted: 2, rejected: 2 },
    says: [],
  },
  {
    name: 'under override, doubts to the last',
    args: ['--retries', '0'],
    server: { script: inOrder([honestly(), applying(answering(502))]) },
    exit: 6,
    requests: 2,
    ledger: ['ab', 'cd'],
    counts: { accepted: 2, unknown: 2 },
    says: [],
  },
  {
    name: 'under ignore, a rejection that has been mended',
    conflict: 'ignore',
    args: ['--rejects', 'rejects'],
    server: { script: inOrder([refusingLines((line) => line === pin('a'))]) },
    exit: 1,
    requests: 2,
    ledger: ['cd'],
    counts: { accepted: 2, rejected: 2 },
    says: [],
  },
];

describe('the command that the last lines name stores what is missing', () => {
  test.each(named(FIRST))('%s', async (_name, row) => {
    const { result, server } = await playRow(row);
    const [command = []] = advised(result.stderr);
    const next = await runCli(command, { cwd: result.cwd, env: server.env });
    expect([next.code, advised(next.stderr)]).toEqual([0, []]);
    expect(
      [...server.scopes.values()]
        .map((line) => `${line}\n`)
        .sort()
        .join(''),
    ).toBe(pinsFile('abcd'));
  });
});
