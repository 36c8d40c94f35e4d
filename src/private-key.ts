import { createSecretKey, type KeyObject } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { type Environment, given, type PushFlags } from './settings.js';
import { systemError } from './system-error.js';
import { UsageError } from './usage-error.js';

/** A private key, and a warning where one is due. */
export interface KeyRead {
  privateKey: KeyObject;
  warning: string | undefined;
}

/**
 * The private key, from the file of the flag or of `LUIGISBOX_PRIVATE_KEY_FILE`,
 * or from `LUIGISBOX_PRIVATE_KEY`; undefined when none is given. No message
 * holds any of it. Throws `UsageError`.
 */
export function privateKeyOf(flags: PushFlags, environment: Environment): KeyRead | undefined {
  const file = given(flags.privateKeyFile) ?? given(environment['LUIGISBOX_PRIVATE_KEY_FILE']);
  if (file !== undefined) return readKeyFile(file);
  const text = given(environment['LUIGISBOX_PRIVATE_KEY']);
  if (text === undefined) return undefined;
  return { privateKey: toKey(Buffer.from(text), 'LUIGISBOX_PRIVATE_KEY'), warning: undefined };
}

/** A longer file is none of a key. */
const MAX_KEY_BYTES = 4096;
const OTHERS_MAY_READ = 0o077;

/** No message holds a path that cannot be opened: somebody may have put the key in its place. */
function readKeyFile(path: string): KeyRead {
  const file = openKeyFile(path);
  try {
    const stats = fstatSync(file);
    if (stats.isDirectory()) throw new UsageError(`The private key file ${path} is a directory.`);
    if (stats.size > MAX_KEY_BYTES)
      throw new UsageError(`The private key file ${path} is too long for a key.`, 'Is it the right file?');
    const isOpen = stats.isFile() && (stats.mode & OTHERS_MAY_READ) !== 0;
    const warning = `Others on this machine may read the private key file ${path}. Mend it with: chmod 600 ${path}`;
    return { privateKey: toKey(readFileSync(file), path), warning: isOpen ? warning : undefined };
  } finally {
    closeSync(file);
  }
}

function openKeyFile(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw new UsageError(
      `The private key file cannot be read (${systemError(error).code}).`,
      '--private-key-file and LUIGISBOX_PRIVATE_KEY_FILE take the path of a file, not the key itself.',
    );
  }
}

/** The key without one line feed at its end. */
function toKey(bytes: Buffer, source: string): KeyObject {
  const text = bytes.toString('utf8').replace(/\r?\n$/, '');
  if (text === '') throw new UsageError(`The private key in ${source} is empty.`);
  if (/[\u0000-\u001f\u007f]/.test(text)) {
    throw new UsageError(
      `The private key in ${source} holds a line break or control character.`,
      'It must be the key alone, on one line.',
    );
  }
  return createSecretKey(Buffer.from(text));
}
