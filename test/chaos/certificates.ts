import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freshDirectory } from './place.js';

/** `good`, `wrong-name` and `expired` are signed by an authority of our own, `self-signed` by nobody. */
export type CertificateKind = 'good' | 'self-signed' | 'wrong-name' | 'expired';

/** A server's key and certificate for 127.0.0.1 and localhost, in PEM. */
export interface Certificate {
  readonly key: Buffer;
  readonly cert: Buffer;
  /** What `NODE_EXTRA_CA_CERTS` has to name so that the authority is trusted. */
  readonly caFile: string;
}

const run = promisify(execFile);
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const OWN_NAME = 'subjectAltName=IP:127.0.0.1,DNS:localhost';
const made = new Map<CertificateKind, Promise<Certificate>>();
let authority: Promise<string> | undefined;

/** The certificate of that kind, made with `openssl` when it is first asked for. */
export function certificate(kind: CertificateKind): Promise<Certificate> {
  const known = made.get(kind) ?? make(kind);
  made.set(kind, known);
  return known;
}

async function make(kind: CertificateKind): Promise<Certificate> {
  authority ??= makeAuthority();
  const directory = await authority;
  const file = (name: string) => join(directory, name);
  const subject = ['-subj', `/CN=${kind}`, '-keyout', file(`${kind}.key`)];
  if (kind === 'self-signed') {
    await run('openssl', [
      'req',
      '-x509',
      ...NEW_KEY,
      ...subject,
      '-addext',
      OWN_NAME,
      '-out',
      file(`${kind}.pem`),
    ]);
  } else {
    await run('openssl', ['req', '-new', ...NEW_KEY, ...subject, '-out', file(`${kind}.csr`)]);
    await run('openssl', [
      ...['x509', '-req', '-in', file(`${kind}.csr`), '-out', file(`${kind}.pem`)],
      ...['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-set_serial', String(1 + made.size)],
      ...['-days', kind === 'expired' ? '-1' : '1'],
      ...['-extfile', file(kind === 'wrong-name' ? 'other-name' : 'own-name')],
    ]);
  }
  return {
    key: readFileSync(file(`${kind}.key`)),
    cert: readFileSync(file(`${kind}.pem`)),
    caFile: file('ca.pem'),
  };
}

async function makeAuthority(): Promise<string> {
  const directory = freshDirectory({
    'own-name': `${OWN_NAME}\n`,
    'other-name': 'subjectAltName=DNS:other.test\n',
  });
  const files = ['-keyout', join(directory, 'ca.key'), '-out', join(directory, 'ca.pem')];
  await run('openssl', ['req', '-x509', ...NEW_KEY, '-subj', '/CN=Test authority', '-days', '2', ...files]);
  return directory;
}
