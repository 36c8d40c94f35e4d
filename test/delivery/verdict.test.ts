import { describe, expect, test } from 'vitest';
import type { Answer } from '../../src/delivery/attempt.js';
import { judge, type Verdict } from '../../src/delivery/verdict.js';

const answered = (
  status: number,
  body = '',
  complete = true,
  headers: { date?: string; 'retry-after'?: string } = {},
): Answer => ({
  kind: 'answered',
  status,
  headers,
  body: Buffer.from(body),
  complete,
});

test.each<[number, string, Verdict]>([
  [200, '{}', 'accepted'],
  [200, ' {}\n', 'accepted'],
  [200, '\uFEFF{}', 'accepted'],
  [200, '{"stored":2}', 'accepted'],
  [200, '', 'in-doubt'],
  [200, '[]', 'in-doubt'],
  [200, 'null', 'in-doubt'],
  [200, '<html>', 'in-doubt'],
  [200, '{', 'in-doubt'],
  [200, '{"reason":"no"}', 'in-doubt'],
  [200, '{"exception_details":{}}', 'in-doubt'],
  [201, '{}', 'in-doubt'],
  [202, '{}', 'in-doubt'],
  [204, '', 'in-doubt'],
  [207, '{}', 'in-doubt'],
  [301, '', 'refused'],
  [302, '', 'refused'],
  [304, '', 'refused'],
  [307, '', 'refused'],
  [308, '', 'refused'],
  [400, '', 'refused'],
  [401, '', 'refused'],
  [403, '', 'refused'],
  [404, '', 'refused'],
  [405, '', 'refused'],
  [408, '', 'in-doubt'],
  [409, '', 'rejected'],
  [410, '', 'refused'],
  [413, '', 'too-large'],
  [415, '', 'refused'],
  [422, '', 'rejected'],
  [429, '', 'throttled'],
  [500, '', 'in-doubt'],
  [502, '', 'in-doubt'],
  [503, '', 'in-doubt'],
  [504, '', 'in-doubt'],
  [599, '', 'in-doubt'],
])('HTTP %i with the body %j is %s', (status, body, verdict) => {
  expect(judge(answered(status, body)).verdict).toBe(verdict);
});

test.each<[string, Verdict]>([
  ['20', 'throttled'],
  ['Mon, 23 Nov 2026 14:00:40 GMT', 'throttled'],
  ['soon', 'too-large'],
])('HTTP 413 with Retry-After: %s is %s', (text, verdict) => {
  const headers = { date: 'Mon, 23 Nov 2026 14:00:00 GMT', 'retry-after': text };
  expect(judge(answered(413, '', true, headers)).verdict).toBe(verdict);
});

test.each([
  [429, '20', 20_000],
  [503, 'Mon, 23 Nov 2026 14:00:40 GMT', 40_000],
  [422, '0', 0],
  [429, 'soon', undefined],
])('HTTP %i with Retry-After: %s asks for %s ms', (status, text, ms) => {
  const headers = { date: 'Mon, 23 Nov 2026 14:00:00 GMT', 'retry-after': text };
  expect(judge(answered(status, '', true, headers)).retryAfterMs).toBe(ms);
});

describe('without a whole answer', () => {
  test('a request that left is in doubt', () => {
    expect(judge({ kind: 'lost', reason: 'ECONNRESET' })).toEqual({
      verdict: 'in-doubt',
      fault: 'ECONNRESET',
    });
  });

  test('a request that never left is unsent', () => {
    expect(judge({ kind: 'unsent', reason: 'ECONNREFUSED', permanent: false }).verdict).toBe('unsent');
  });

  test('a certificate that is not to be trusted refuses the run', () => {
    expect(judge({ kind: 'unsent', reason: 'CERT_HAS_EXPIRED', permanent: true }).verdict).toBe('refused');
  });

  test('a 200 that broke off is in doubt, even when its body reads well', () => {
    expect(judge(answered(200, '{}', false)).verdict).toBe('in-doubt');
  });

  test('a 422 that broke off is rejected all the same', () => {
    expect(judge(answered(422, '{"reason":"x', false)).verdict).toBe('rejected');
  });
});

describe('what the server said', () => {
  test('is its reason, and its messages by field', () => {
    const body =
      '{"reason":"Not good","exception_details":{"pin_definitions":["a","b"],"tags":"c","odd":[1,{"x":2}]}}';
    expect(judge(answered(422, body)).words).toEqual({
      reason: 'Not good',
      details: { pin_definitions: ['a', 'b'], tags: ['c'], odd: ['1', '{"x":2}'] },
    });
  });

  test('is the beginning of any other body', () => {
    expect(judge(answered(502, `<h1>Bad gateway</h1>${'x'.repeat(1000)}`)).words?.text).toHaveLength(500);
  });

  test.each(['', '  ', '{}'])('is nothing when the body is %j', (body) => {
    expect(judge(answered(409, body)).words).toBeUndefined();
  });

  test('keeps a field called __proto__ as a field', () => {
    const { words } = judge(answered(422, '{"exception_details":{"__proto__":["x"]}}'));
    expect(Object.entries(words?.details ?? {})).toEqual([['__proto__', ['x']]]);
  });
});
