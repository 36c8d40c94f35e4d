import { createSecretKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { bulkPath, sign, signatureOf } from '../../src/delivery/signature.js';

/**
 * Made with:
 * printf 'POST\napplication/x-ndjson\nMon, 23 Nov 2026 14:00:00 GMT\n/v1/recommender/pin/1234-5678/scopes/_bulk' |
 *   openssl dgst -sha256 -hmac "$key" -binary | base64
 */
const VECTORS: [key: string, signature: string][] = [
  ['secret', 'bWtXKnxwPUQsQBnoO0gXa4osqcMfLwiNSJmBolvqF+U='],
  ['klíč-ключ-鍵', 'AxPFPuA5lzkvZNm0vvnAmm1QUcjtMHFwjMdIg7SSgPU='],
];

test.each(VECTORS)('signs with the key %s as openssl does', (key, signature) => {
  const path = bulkPath('1234-5678');
  expect(path).toBe('/v1/recommender/pin/1234-5678/scopes/_bulk');
  expect(signatureOf(createSecretKey(Buffer.from(key)), 'Mon, 23 Nov 2026 14:00:00 GMT', path)).toBe(
    signature,
  );
});

test('a signed request carries type, date and signature, made of one key, tracker and moment', () => {
  const [[key, signature] = ['', '']] = VECTORS;
  expect(sign('1234-5678', createSecretKey(Buffer.from(key)), Date.UTC(2026, 10, 23, 14))).toEqual({
    'Content-Type': 'application/x-ndjson',
    Date: 'Mon, 23 Nov 2026 14:00:00 GMT',
    Authorization: `ApiAuth 1234-5678:${signature}`,
  });
});
