import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { account, line, PATH } from './client.js';

/** The contract's way to push by hand: openssl signs, curl sends. Prints the body and, below it, the status. */
const RECIPE = `
set -euo pipefail
type='application/x-ndjson'
when="\${WHEN:-$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')}"
signature=$(printf 'POST\\n%s\\n%s\\n%s' "$type" "$when" "$SIGNED_PATH" |
  openssl dgst -sha256 -hmac "$KEY" -binary | base64)
curl --silent --show-error --noproxy '*' --write-out '\\n%{http_code}' --data-binary @- \\
  -H "Content-Type: $type" -H "Date: $when" -H "Authorization: ApiAuth $TRACKER:$signature" "$URL"
`;

// What is special about this key is that it is not ASCII.
const PRIVATE_KEY = 'klíč-ключ-🔑';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ ...account, privateKey: PRIVATE_KEY });
});
afterAll(() => sandbox.close());

interface Recipe {
  key?: string;
  tracker?: string;
  when?: string;
  strategy?: string;
}

/** Runs the recipe over `body`. */
async function curl(
  body: string,
  { key = PRIVATE_KEY, tracker, when = '', strategy = 'raise' }: Recipe = {},
) {
  const path = tracker === undefined ? PATH : PATH.replace(account.trackerId, tracker);
  const env = {
    ...process.env,
    KEY: key,
    TRACKER: tracker ?? account.trackerId,
    SIGNED_PATH: path,
    URL: `${sandbox.origin}${path}?conflict_strategy=${strategy}`,
    WHEN: when,
  };
  const shell = spawn('bash', ['-c', RECIPE], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  shell.stdin.end(body);
  const [printed] = await Promise.all([text(shell.stdout), once(shell, 'close')]);
  const [answer = '', status] = printed.split(/\n(?=\d+$)/);
  return { status: Number(status), ...JSON.parse(answer) };
}

describe('curl and openssl, as the contract tells to use them, are answered', () => {
  test('200 with an empty object', async () => {
    expect(await curl(`${line('first')}\n${line('second')}\n`)).toEqual({ status: 200 });
    expect(sandbox.stored()).toEqual([line('first'), line('second')]);
  });

  test('409 for a scope that exists, and 200 where that is allowed', async () => {
    expect(await curl(line('twice', 1))).toEqual({ status: 200 });
    expect(await curl(line('twice', 2))).toMatchObject({ status: 409, exception_details: {} });
    expect(await curl(line('twice', 2), { strategy: 'ignore' })).toEqual({ status: 200 });
    expect(sandbox.stored()).toContain(line('twice', 1));
    expect(await curl(line('twice', 2), { strategy: 'override' })).toEqual({ status: 200 });
    expect(sandbox.stored()).toContain(line('twice', 2));
  });

  test('401 for a signature with another key', async () => {
    const answer = await curl(line('a'), { key: 'another' });
    expect(answer).toMatchObject({ status: 401, reason: expect.stringMatching(/^The signature/) });
  });

  test.each([
    [-6, 'behind'],
    [30, 'ahead of'],
  ])('401 for a Date that is %i s off', async (seconds, side) => {
    const when = new Date(Date.now() + seconds * 1000).toUTCString();
    const answer = await curl(line('a'), { when });
    const reason = expect.stringMatching(new RegExp(`^Date is \\d+\\.\\d s ${side} the server's clock`));
    expect(answer).toMatchObject({ status: 401, reason });
  });

  test('404 for a tracker that nobody knows', async () => {
    expect(await curl(line('a'), { tracker: '9-9' })).toMatchObject({
      status: 404,
      reason: 'Tracker not found.',
    });
  });

  test('413 for 5001 customizations, and 200 for 5000', async () => {
    const lines = Array.from({ length: 5001 }, (_, at) => line(`item-${at}`));
    expect(await curl(lines.join('\n'))).toMatchObject({ status: 413 });
    expect(await curl(lines.slice(1).join('\n'))).toEqual({ status: 200 });
  });

  test('422 for a customization without pins', async () => {
    const answer = await curl('{"model":"basket","target_type":"all"}');
    expect(answer).toMatchObject({ status: 422, exception_details: { pin_definitions: ['is required'] } });
  });

  test('400 for a conflict strategy that does not exist', async () => {
    expect(await curl(line('a'), { strategy: 'merge' })).toMatchObject({ status: 400 });
  });
});
