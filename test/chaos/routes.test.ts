import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type CertificateKind, certificate } from './certificates.js';
import { closedPort, startProxy } from './listeners.js';
import { ledgerOf, play, playRow } from './scenario.js';
import { startServer } from './server.js';
import { always, sending, silent } from './step.js';

/** More than the second that a `Date` may be old anyway, for it has no fractions. */
const HANDSHAKE_MS = 1500;
const NAMES = new URL('names.mjs', import.meta.url).href;
/** The certificate of this kind is sound for other.test, a name that the machine itself does not have. */
const OTHER = 'https://other.test';

describe('TLS', () => {
  test('with an authority that NODE_EXTRA_CA_CERTS names', async () => {
    const { caFile, ...tls } = await certificate('good');
    const { result, server } = await play({
      conflict: 'raise',
      server: { tls },
      run: { env: { NODE_EXTRA_CA_CERTS: caFile } },
    });
    expect([result.code, ledgerOf(server)]).toEqual([0, ['ab', 'cd']]);
  });

  test('date and signature are made when the handshake is over, however long it took', async () => {
    const { caFile, ...tls } = await certificate('good');
    const { result, server } = await play({
      batchSize: 4,
      server: {
        tls,
        onMilestone: (_, milestone) => (milestone === 'connected' ? delay(HANDSHAKE_MS) : undefined),
      },
      run: { env: { NODE_EXTRA_CA_CERTS: caFile } },
    });
    expect(result.code).toBe(0);
    expect(server.requests[0]?.dateAgeMs).toBeLessThan(HANDSHAKE_MS);
  });

  const UNTRUSTED: [CertificateKind, trusted: boolean, RegExp][] = [
    ['good', false, /UNABLE_TO_VERIFY_LEAF_SIGNATURE/],
    ['self-signed', true, /DEPTH_ZERO_SELF_SIGNED_CERT/],
    ['wrong-name', true, /ERR_TLS_CERT_ALTNAME_INVALID/],
    ['expired', true, /CERT_HAS_EXPIRED/],
  ];
  test.each(UNTRUSTED)(
    'N7 N8 %s, authority known: %s: refused at once, whatever the environment says',
    async (kind, trusted, reason) => {
      const { caFile, ...tls } = await certificate(kind);
      const { server } = await playRow({
        name: '',
        server: { tls },
        run: {
          env: { NODE_TLS_REJECT_UNAUTHORIZED: '0', ...(trusted && { NODE_EXTRA_CA_CERTS: caFile }) },
        },
        exit: 4,
        requests: 0,
        ledger: [],
        counts: { 'not sent': 4 },
        says: [reason, /name its certificate in NODE_EXTRA_CA_CERTS/],
      });
      expect(server.connections()).toHaveLength(1);
      expect(Buffer.concat(server.connections()).toString('latin1')).not.toContain('ApiAuth');
    },
  );

  test('N7 a protocol that is too old', async () => {
    const { caFile, ...tls } = await certificate('good');
    await playRow({
      name: '',
      server: { tls: { ...tls, maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' } },
      run: { env: { NODE_EXTRA_CA_CERTS: caFile } },
      exit: 4,
      requests: 0,
      ledger: [],
      counts: { 'not sent': 4 },
      says: [/ERR_SSL|EPROTO/],
    });
  });

  test('N6 a handshake that never ends', async () => {
    const { caFile, ...tls } = await certificate('good');
    await playRow({
      name: '',
      conflict: 'raise',
      server: { tls, script: always(silent('on-connect')) },
      run: { env: { NODE_EXTRA_CA_CERTS: caFile } },
      args: ['--timeout', '0.3', '--retries', '1'],
      exit: 5,
      requests: 0,
      ledger: [],
      counts: { 'not sent': 4 },
      says: [/no connection within the time limit/, /2 attempts/, /Check the network/],
    });
  });

  test('plain HTTP where TLS is spoken, and nothing leaves', async () => {
    const at = await startServer({
      script: always(sending('HTTP/1.1 400 Bad Request\r\n\r\n', 'before-reading')),
    });
    await playRow({
      name: '',
      at,
      args: ['--base-url', at.origin.replace('http:', 'https:')],
      exit: 4,
      requests: 0,
      ledger: [],
      counts: { 'not sent': 4 },
      says: [/EPROTO|ERR_SSL/],
    });
  });
});

describe('a proxy', () => {
  const behind = async () => {
    const { caFile, ...tls } = await certificate('wrong-name');
    const server = await startServer({ tls });
    return { server, caFile };
  };

  test('is asked for a tunnel, and sees neither signature nor pins', async () => {
    const { server: at, caFile } = await behind();
    const proxy = await startProxy(at.port);
    const HTTPS_PROXY = proxy.url.replace('//', '//joe:p%40ss@');
    const { result, told } = await play({
      at,
      args: ['--base-url', OTHER, '--verbose'],
      run: { env: { HTTPS_PROXY, NODE_EXTRA_CA_CERTS: caFile } },
    });
    expect([result.code, ledgerOf(at)]).toEqual([0, ['ab', 'cd']]);
    expect(proxy.heads).toHaveLength(2);
    expect(proxy.heads[0]).toMatch(/^CONNECT other\.test:443 HTTP\/1\.1\r\nHost: other\.test:443\r\n/);
    expect(proxy.heads[0]).toContain(`Proxy-Authorization: Basic ${btoa('joe:p@ss')}`);
    const seen = proxy.seen().toString('latin1');
    for (const secret of ['ApiAuth', 'x-ndjson', 'target_identity']) expect(seen).not.toContain(secret);
    const arrived = Buffer.concat(at.connections()).toString('latin1');
    expect(arrived).toContain('ApiAuth');
    expect(arrived).not.toMatch(/proxy-authorization/i);
    expect(told).not.toMatch(/p@ss|p%40ss|joe/);
  });

  test('whose own certificate counts for nothing: the origin is verified through it', async () => {
    const { server: at } = await behind();
    const proxy = await startProxy(at.port);
    await playRow({
      name: '',
      at,
      args: ['--base-url', OTHER],
      run: { env: { HTTPS_PROXY: proxy.url, NODE_TLS_REJECT_UNAUTHORIZED: '0' } },
      exit: 4,
      requests: 0,
      ledger: [],
      counts: { 'not sent': 4 },
      says: [/UNABLE_TO_VERIFY/],
    });
  });

  test.each([
    [407, 4, 1, /proxy: HTTP 407/],
    [502, 5, 2, /proxy: HTTP 502/],
  ])('that answers %i', async (status, exit, tunnels, sentence) => {
    const proxy = await startProxy(0, status);
    await playRow({
      name: '',
      args: ['--base-url', OTHER, '--retries', '1'],
      run: { env: { HTTPS_PROXY: proxy.url } },
      exit,
      requests: 0,
      ledger: [],
      counts: { 'not sent': 4 },
      says: [sentence],
    });
    expect(proxy.heads).toHaveLength(tunnels);
  });

  test('that is not there', async () => {
    await playRow({
      name: '',
      args: ['--base-url', OTHER, '--retries', '1'],
      run: { env: { HTTPS_PROXY: `http://127.0.0.1:${await closedPort()}` } },
      exit: 5,
      requests: 0,
      ledger: [],
      counts: { 'not sent': 4 },
      says: [/proxy: ECONNREFUSED/, /Check the network/],
    });
  });

  test('through which no answer comes in time', async () => {
    const { caFile, ...tls } = await certificate('wrong-name');
    const at = await startServer({ tls, script: always(silent()) });
    const proxy = await startProxy(at.port);
    await playRow({
      name: '',
      at,
      conflict: 'raise',
      batchSize: 4,
      args: ['--base-url', OTHER, '--timeout', '1'],
      run: { env: { HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: caFile } },
      exit: 6,
      requests: 1,
      ledger: [],
      counts: { unknown: 4 },
      says: [/no answer within the time limit/],
    });
  });

  test('is left out for what NO_PROXY names', async () => {
    const { server: at, caFile } = await behind();
    const proxy = await startProxy(at.port);
    const { result } = await play({
      at,
      args: ['--base-url', `${OTHER}:${at.port}`],
      run: {
        nodeArgs: ['--import', NAMES],
        env: {
          LUIGIS_TEST_NAMES: '{"other.test":"127.0.0.1"}',
          HTTPS_PROXY: proxy.url,
          NO_PROXY: 'other.test',
          NODE_EXTRA_CA_CERTS: caFile,
        },
      },
    });
    expect([result.code, proxy.heads, ledgerOf(at)]).toEqual([0, [], ['ab', 'cd']]);
  });

  test('is left out for this machine itself', async () => {
    const proxy = await startProxy(0);
    const { result } = await play({
      run: { env: { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url, ALL_PROXY: proxy.url } },
    });
    expect([result.code, proxy.heads]).toEqual([0, []]);
  });

  test('of another kind is refused before anything is sent', async () => {
    const { result, server } = await play({
      args: ['--base-url', OTHER],
      run: { env: { HTTPS_PROXY: 'socks5://127.0.0.1:1080' } },
    });
    expect([result.code, server.connections()]).toEqual([2, []]);
    expect(result.stderr).toMatch(/Mend HTTPS_PROXY/);
  });
});
