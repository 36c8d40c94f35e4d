import { describe, expect, test } from 'vitest';
import { checkHead, type RequestHead } from '../../src/sandbox/head.js';
import { account, authorization, PATH, signedHeaders } from './client.js';

const NOW_MS = Date.UTC(2026, 11, 24, 18, 0, 0);

/** The verdict on a request that is right but for `changes`, as "status reason" or the strategy. */
function verdict(changes: Partial<RequestHead>) {
  const head = { method: 'POST', target: PATH, headers: signedHeaders(NOW_MS), ...changes };
  const { refusal, ...rest } = checkHead(head, account, NOW_MS);
  return refusal ? `${refusal.status} ${refusal.reason}` : rest;
}

const withHeaders = (changes: RequestHead['headers']) =>
  verdict({ headers: { ...signedHeaders(NOW_MS), ...changes } });

/** The verdict on a request that is signed rightly for the headers that it has. */
function signedFor(type: string, date = new Date(NOW_MS).toUTCString()) {
  return withHeaders({ 'content-type': type, date, authorization: authorization(type, date) });
}

describe('the conflict strategy', () => {
  test.each([
    ['', 'raise'],
    ['?', 'raise'],
    ['?other=1', 'raise'],
    ['?conflict_strategy=raise', 'raise'],
    ['?conflict_strategy=ignore', 'ignore'],
    ['?other=1&conflict_strategy=override', 'override'],
  ])('of the query "%s" is %s', (query, strategy) => {
    expect(verdict({ target: PATH + query })).toEqual({ strategy });
  });

  test.each(['replace', '', 'Raise', 'raise?'])('"%s" is refused', (value) => {
    expect(verdict({ target: `${PATH}?conflict_strategy=${value}` })).toBe(
      '400 conflict_strategy must be one of raise, ignore, override.',
    );
  });
});

describe('another address', () => {
  test.each(['/', '/v1/recommender/pin/sandbox/scopes', `${PATH}/`, `${PATH}/x`, `//x${PATH}`])(
    'such as %s is not found',
    (target) => {
      expect(verdict({ target })).toBe('404 There is nothing at this path.');
    },
  );

  test('with another tracker is not found, whatever its signature', () => {
    const path = PATH.replace('sandbox', 'other');
    const found = verdict({ target: path, headers: signedHeaders(NOW_MS, path) });
    expect(found).toBe('404 Tracker not found.');
  });

  test('with another method is answered with the one that is possible', () => {
    const { refusal } = checkHead({ method: 'GET', target: PATH, headers: {} }, account, NOW_MS);
    expect(refusal).toMatchObject({ status: 405, headers: { Allow: 'POST' } });
  });
});

describe('a signature', () => {
  test.each([
    '',
    'Bearer x',
    'ApiAuth',
    'ApiAuth sandbox',
    'ApiAuth sandbox:',
    'ApiAuth sandbox:x',
    `ApiAuth sandbox:${'A'.repeat(44)}`,
    `ApiAuth sandbox:${'A'.repeat(43)}= `,
  ])('is refused as malformed in "%s"', (text) => {
    expect(withHeaders({ authorization: text })).toBe(
      '401 Authorization must read: ApiAuth {TRACKER_ID}:{SIGNATURE}.',
    );
  });

  test('of another tracker is refused', () => {
    const other = signedHeaders(NOW_MS).authorization.replace('sandbox', 'other');
    expect(withHeaders({ authorization: other })).toBe(
      '401 Authorization names another tracker than the path.',
    );
  });

  test.each<[string, Partial<RequestHead>]>([
    ['another key', { headers: signedHeaders(NOW_MS, PATH, 'other key') }],
    ['another path', { headers: signedHeaders(NOW_MS, `${PATH}?conflict_strategy=raise`) }],
    ['another date', { headers: { ...signedHeaders(NOW_MS), date: new Date(NOW_MS - 1000).toUTCString() } }],
    ['another content type', { headers: { ...signedHeaders(NOW_MS), 'content-type': 'text/plain' } }],
  ])('made with %s is refused', (_name, changes) => {
    expect(verdict(changes)).toMatch(/^401 The signature is not that of /);
  });

  test('is named by the field of its header', () => {
    const head = { method: 'POST', target: PATH, headers: signedHeaders(NOW_MS, PATH, 'other key') };
    const { refusal } = checkHead(head, account, NOW_MS);
    const body = JSON.parse(refusal?.body ?? '');
    expect(body).toEqual({
      reason: refusal?.reason,
      exception_details: { Authorization: [refusal?.reason] },
    });
  });
});

describe('a Date', () => {
  test.each([-5000, -1000, 0, 5000])('%i ms off is tolerated', (offMs) => {
    expect(verdict({ headers: signedHeaders(NOW_MS + offMs) })).toEqual({ strategy: 'raise' });
  });

  test.each([
    [-6000, 'Date is 6.0 s behind'],
    [6000, 'Date is 6.0 s ahead of'],
    [7_200_000, 'Date is 7200.0 s ahead of'],
  ])('%i ms off is refused with the figure', (offMs, reason) => {
    expect(verdict({ headers: signedHeaders(NOW_MS + offMs) })).toBe(
      `401 ${reason} the server's clock; 5 s are tolerated.`,
    );
  });

  test.each(['', 'now', '2026-12-24T18:00:00Z', 'Invalid Date', 'Fri, 24 Dec 2026 18:00:00 GMT'])(
    'that reads "%s" is refused as malformed',
    (date) => {
      expect(signedFor('application/x-ndjson', date)).toBe(
        '401 Date must be an HTTP date, such as Thu, 24 Dec 2026 18:00:00 GMT.',
      );
    },
  );
});

describe('a content', () => {
  test('of the right type may name its charset', () => {
    expect(signedFor('Application/X-NDJSON; charset=utf-8')).toEqual({ strategy: 'raise' });
  });

  test.each(['application/json', ''])('of the type "%s" is refused', (type) => {
    expect(signedFor(type)).toMatch(/^415 Content-Type/);
  });

  test('that is compressed is refused', () => {
    expect(withHeaders({ 'content-encoding': 'gzip' })).toBe('415 The body must not be compressed.');
  });
});
