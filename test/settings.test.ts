import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { privateKeyOf } from '../src/private-key.js';
import { originOf, type PushFlags, proxyOf, pushRules, trackerIdOf, volumeOf } from '../src/settings.js';
import { UsageError } from '../src/usage-error.js';

const complaint = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    if (error instanceof UsageError) return `${error.message} ${error.hint ?? ''}`;
    throw error;
  }
  throw new Error('nothing was refused');
};

test('the defaults are those of the README', () => {
  expect(pushRules({})).toEqual({
    checks: { strict: false, lenient: false, allowDuplicates: false, allowEmpty: false, expect: undefined },
    skipInvalid: false,
    batchSize: 5000,
    maxBatchBytes: 4 * 1024 * 1024,
    delivery: {
      strategy: 'raise',
      concurrency: 1,
      retries: 4,
      maxWaitMs: 120_000,
      failFast: false,
      isolate: false,
    },
    timeoutMs: 120_000,
    rejects: undefined,
  });
});

describe('numbers', () => {
  test.each<[keyof PushFlags, string[], string[]]>([
    ['batchSize', ['1', '5000'], ['0', '5001', '-1', '1.5', '1e3', 'many', '', ' 5']],
    ['concurrency', ['1', '16'], ['0', '17', 'x']],
    ['retries', ['0', '100'], ['-1', '101', '2.5']],
    ['timeout', ['0.001', '0.5', '120', '3600'], ['0', '3601', '-1', '1e3', 'soon']],
    ['maxWait', ['0', '0.5', '86400'], ['86401', '-1', '']],
    [
      'maxBatchBytes',
      ['1KiB', '1024', '500kB', '4MiB', '4 mb', '1.5m', '256MiB'],
      ['1023', '257MiB', '4GB', 'big', ''],
    ],
    ['expect', ['0', '12345'], ['-1', 'all', '1.0']],
  ])('%s takes %j and refuses %j', (flag, good, bad) => {
    for (const value of good) expect(pushRules({ [flag]: value })).toBeDefined();
    for (const value of bad) {
      const name = flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      expect(complaint(() => pushRules({ [flag]: value }))).toContain(`--${name} is`);
    }
  });

  test('sizes are those of their units', () => {
    const bytes = (maxBatchBytes: string) => pushRules({ maxBatchBytes }).maxBatchBytes;
    expect(['4MiB', '4MB', '2k', '1.5 KiB', '5000b'].map(bytes)).toEqual([
      4_194_304, 4_000_000, 2048, 1536, 5000,
    ]);
  });
});

test('the conflict strategy is one of three, and a slip is recognised', () => {
  expect(
    ['raise', 'ignore', 'override'].map((conflict) => pushRules({ conflict }).delivery.strategy),
  ).toEqual(['raise', 'ignore', 'override']);
  expect(complaint(() => pushRules({ conflict: 'overide' }))).toContain('Did you mean override?');
});

test('allowed duplicates are sent one batch after the other', () => {
  expect(pushRules({ allowDuplicates: true, concurrency: '8' }).delivery.concurrency).toBe(1);
});

test('--quiet and --verbose exclude each other', () => {
  expect([volumeOf({}), volumeOf({ quiet: true }), volumeOf({ verbose: true })]).toEqual([
    'normal',
    'quiet',
    'verbose',
  ]);
  expect(complaint(() => volumeOf({ quiet: true, verbose: true }))).toContain('exclude each other');
});

describe('the tracker id', () => {
  test('comes from the flag before the environment', () => {
    const environment = { LUIGISBOX_TRACKER_ID: '2-2' };
    expect([
      trackerIdOf({ trackerId: '1-1' }, environment),
      trackerIdOf({}, environment),
      trackerIdOf({}, {}),
    ]).toEqual(['1-1', '2-2', undefined]);
  });

  test.each([
    '../../x',
    '1?conflict_strategy=ignore',
    'a#b',
    '1-2\r\nX: y',
    'a b',
    'č',
    '..',
    'x'.repeat(65),
  ])('is not %j', (trackerId) => {
    expect(complaint(() => trackerIdOf({ trackerId }, {}))).toContain('The tracker id may hold');
  });
});

describe('the base URL', () => {
  test.each([
    ['https://live.luigisbox.tech', 'https://live.luigisbox.tech'],
    ['https://live.luigisbox.tech/', 'https://live.luigisbox.tech'],
    ['HTTPS://LIVE.LUIGISBOX.COM', 'https://live.luigisbox.com'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['http://127.0.0.1:1', 'http://127.0.0.1:1'],
    ['http://127.1', 'http://127.0.0.1'],
    ['http://2130706433', 'http://127.0.0.1'],
    ['http://0x7f.1', 'http://127.0.0.1'],
    ['http://[::1]:1', 'http://[::1]:1'],
  ])('%s is taken as %s', (baseUrl, origin) => {
    expect(originOf({ baseUrl }, {}).origin).toBe(origin);
  });

  test.each([
    'http://live.luigisbox.com',
    'http://localhost.evil.test',
    'http://127.0.0.1.nip.io',
    'http://0.0.0.0',
    'http://10.0.0.1',
    'http://[::ffff:10.0.0.1]',
    'ftp://live.luigisbox.com',
    'live.luigisbox.com',
    '/v1',
    'https://user:secret@live.luigisbox.com',
    'https://live.luigisbox.com@evil.test',
    'https://live.luigisbox.com/v1',
    'https://live.luigisbox.com?x=1',
    'https://live.luigisbox.com/?',
    'https://live.luigisbox.com#x',
  ])('%s is refused', (baseUrl) => {
    expect(complaint(() => originOf({ baseUrl }, {}))).toContain('The base URL');
  });

  test('is the live one unless the flag or the environment says otherwise', () => {
    const environment = { LUIGISBOX_BASE_URL: 'https://b.test' };
    expect(originOf({}, {}).origin).toBe('https://live.luigisbox.com');
    expect(originOf({}, { LUIGISBOX_BASE_URL: '' }).origin).toBe('https://live.luigisbox.com');
    expect(originOf({}, environment).origin).toBe('https://b.test');
    expect(originOf({ baseUrl: 'https://a.test' }, environment).origin).toBe('https://a.test');
  });
});

describe('the proxy', () => {
  afterEach(() => vi.unstubAllEnvs());

  test('is that of the environment, but never for this machine', () => {
    vi.stubEnv('HTTPS_PROXY', 'http://proxy.test:3128');
    vi.stubEnv('HTTP_PROXY', 'http://proxy.test:3128');
    expect(proxyOf(new URL('https://live.luigisbox.com'))?.href).toBe('http://proxy.test:3128/');
    expect(proxyOf(new URL('http://127.0.0.1:8080'))).toBeUndefined();
    expect(proxyOf(new URL('https://localhost:8080'))).toBeUndefined();
  });

  test('is left out for the hosts of NO_PROXY', () => {
    vi.stubEnv('HTTPS_PROXY', 'http://proxy.test:3128');
    vi.stubEnv('NO_PROXY', '.luigisbox.com');
    expect(proxyOf(new URL('https://live.luigisbox.com'))).toBeUndefined();
  });

  test('must be an http or https URL', () => {
    vi.stubEnv('HTTPS_PROXY', 'socks5://proxy.test:1080');
    expect(complaint(() => proxyOf(new URL('https://live.luigisbox.com')))).toContain('HTTPS_PROXY');
  });
});

describe('the private key', () => {
  const SECRET = 'klíč-of-the-shop';
  const file = (content: string | Buffer, mode = 0o600) => {
    const path = join(mkdtempSync(join(tmpdir(), 'luigis-pins-test-')), 'key');
    writeFileSync(path, content);
    chmodSync(path, mode);
    return path;
  };
  const keyText = (flags: PushFlags, environment = {}) =>
    privateKeyOf(flags, environment)?.privateKey.export().toString();

  test('comes from the flag, the file of the environment, or the environment, in this order', () => {
    const environment = { LUIGISBOX_PRIVATE_KEY_FILE: file('b'), LUIGISBOX_PRIVATE_KEY: 'c' };
    expect(keyText({ privateKeyFile: file('a') }, environment)).toBe('a');
    expect(keyText({}, environment)).toBe('b');
    expect(keyText({}, { LUIGISBOX_PRIVATE_KEY: 'c' })).toBe('c');
    expect(keyText({}, { LUIGISBOX_PRIVATE_KEY: '' })).toBeUndefined();
  });

  test.each(['', '\n', '\r\n'])('is read without one line feed at its end (%j)', (end) => {
    expect(keyText({ privateKeyFile: file(SECRET + end) })).toBe(SECRET);
  });

  test.each([
    ['is empty', ''],
    ['is empty', '\n'],
    ['holds a line break', `${SECRET}\n\n`],
    ['holds a line break', `${SECRET}\nx`],
    ['holds a line break', `${SECRET}\0`],
    ['is too long', SECRET.repeat(1000)],
  ])('is refused when it %s, without a word of it', (why, content) => {
    const words = complaint(() => privateKeyOf({ privateKeyFile: file(content) }, {}));
    expect(words).toContain(why);
    expect(words).not.toContain(SECRET);
  });

  test('given in place of its path is not repeated', () => {
    const words = complaint(() => privateKeyOf({ privateKeyFile: SECRET }, {}));
    expect(words).toContain('ENOENT');
    expect(words).not.toContain(SECRET);
  });

  test('in a directory is refused', () => {
    expect(complaint(() => privateKeyOf({ privateKeyFile: tmpdir() }, {}))).toContain('is a directory');
  });

  test('in a file that others may read is used, with a warning that has the cure', () => {
    const path = file(SECRET, 0o644);
    expect(privateKeyOf({ privateKeyFile: path }, {})?.warning).toContain(`chmod 600 ${path}`);
    expect(privateKeyOf({ privateKeyFile: file(SECRET) }, {})?.warning).toBeUndefined();
  });
});
