import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { systemError } from '../system-error.js';
import { isGzip } from './sniff.js';

/** Where pins come from: a path, or bytes that arrive once, with the name that messages give them. */
export type Input = string | { name: string; bytes: AsyncIterable<Uint8Array | string> };

/** Input that can be read twice: once through, then by ranges. */
export interface Source {
  /** The path as it was given, or the name of the stream. */
  readonly name: string;
  /** All bytes, in order, unpacked. A chunk is valid until the next one is asked for. Throws `InputError`. */
  chunks(): AsyncIterable<Uint8Array>;
  /** Fills `into` from the offset. Throws `InputError` when the file is not what the first pass read. */
  read(into: Uint8Array, offset: number): Promise<void>;
  close(): Promise<void>;
}

/** Why an input could not be read. */
const INPUT_ERROR_CODES = [
  'not-found',
  'directory',
  'unreadable',
  'gzip-broken',
  'spool-failed',
  'changed',
] as const;
export type InputErrorCode = (typeof INPUT_ERROR_CODES)[number];

/** An input that cannot be read. `input` is its name, `reason` the system's own words where it gave some. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly code: InputErrorCode;
  readonly input: string;
  readonly reason: string | undefined;
  constructor(code: InputErrorCode, input: string, reason?: string) {
    super(`${input}: ${code}${reason === undefined ? '' : ` (${reason})`}`);
    this.code = code;
    this.input = input;
    this.reason = reason;
  }
}

const CHUNK_BYTES = 1024 * 1024;
/** Enough to tell every format by its first bytes. */
const HEAD_BYTES = 8;

/**
 * Opens an input. A regular file is read where it is; gzip, pipes, devices and
 * streams are spooled, while they are first read, to a temporary file that
 * only this user can read and that no longer has a name where the system
 * allows that.
 */
export async function openSource(input: Input): Promise<Source> {
  if (typeof input !== 'string') return spooledSource(input.name, unpacked(toBytes(input.bytes)));
  const file = await openFile(input);
  const stats = await file.stat();
  if (stats.isDirectory()) {
    await file.close();
    throw new InputError('directory', input);
  }
  if (stats.isFile() && !isGzip(await firstBytes(file))) return fileSource(input, file);
  const bytes = stats.isFile() ? fileChunks(file) : file.createReadStream({ autoClose: false });
  return spooledSource(input, unpacked(bytes), () => file.close());
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    const { code } = systemError(error);
    throw new InputError(code === 'ENOENT' || code === 'ENOTDIR' ? 'not-found' : 'unreadable', path, code);
  }
}

async function firstBytes(file: FileHandle): Promise<Uint8Array> {
  const bytes = Buffer.alloc(HEAD_BYTES);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
  return bytes.subarray(0, bytesRead);
}

async function fileSource(name: string, file: FileHandle): Promise<Source> {
  const opened = await identity(file);
  return {
    name,
    async *chunks() {
      yield* fileChunks(file);
      if ((await identity(file)) !== opened) throw new InputError('changed', name);
    },
    async read(into, offset) {
      const complete = await readFully(file, into, offset);
      if (!complete || (await identity(file)) !== opened) throw new InputError('changed', name);
    },
    close: () => file.close(),
  };
}

/** What changes when somebody writes to the file. */
async function identity(file: FileHandle): Promise<string> {
  const { size, mtimeNs, ctimeNs } = await file.stat({ bigint: true });
  return `${size} ${mtimeNs} ${ctimeNs}`;
}

async function* fileChunks(file: FileHandle): AsyncIterable<Uint8Array> {
  let chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let spare = Buffer.allocUnsafe(CHUNK_BYTES);
  let next = file.read(chunk, 0, CHUNK_BYTES, 0);
  try {
    for (let offset = 0; ; ) {
      const { bytesRead } = await next;
      if (bytesRead === 0) return;
      offset += bytesRead;
      // The next chunk is read while this one is worked on.
      [chunk, spare] = [spare, chunk];
      next = file.read(chunk, 0, CHUNK_BYTES, offset);
      yield spare.subarray(0, bytesRead);
    }
  } finally {
    await next.catch(() => {});
  }
}

async function readFully(file: FileHandle, into: Uint8Array, offset: number): Promise<boolean> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await file.read(into, done, into.length - done, offset + done);
    if (bytesRead === 0) return false;
    done += bytesRead;
  }
  return true;
}

async function spooledSource(
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  closeInput: () => Promise<void> = async () => {},
): Promise<Source> {
  const spool = await openSpool(name);
  return {
    name,
    async *chunks() {
      let written = 0;
      for await (const chunk of readable(name, bytes)) {
        await spool.write(chunk, written);
        written += chunk.length;
        yield chunk;
      }
    },
    read: (into, offset) => spool.read(into, offset),
    async close() {
      await closeInput();
      await spool.close();
    },
  };
}

/** A private temporary file: mode 0600, and without a name at once where the system allows that. */
async function openSpool(name: string) {
  // Loaded where it is used, as zlib is: most inputs are files that need neither.
  const { randomUUID } = await import('node:crypto');
  const path = join(tmpdir(), `luigis-pins-${randomUUID()}`);
  const failed = (error: unknown) => new InputError('spool-failed', name, systemError(error).message);
  const file = await open(path, 'wx+', 0o600).catch((error: unknown) => Promise.reject(failed(error)));
  const unlinked = await unlink(path).then(
    () => true,
    () => false,
  );
  return {
    async write(chunk: Uint8Array, offset: number) {
      for (let done = 0; done < chunk.length; ) {
        const written = await file
          .write(chunk, done, chunk.length - done, offset + done)
          .catch((error: unknown) => {
            throw failed(error);
          });
        done += written.bytesWritten;
      }
    },
    async read(into: Uint8Array, offset: number) {
      if (!(await readFully(file, into, offset))) throw new InputError('changed', name);
    },
    async close() {
      await file.close();
      if (!unlinked) await unlink(path);
    },
  };
}

async function* toBytes(chunks: AsyncIterable<Uint8Array | string>): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

/** The same bytes, unpacked when they are gzip. */
async function* unpacked(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const rest = bytes[Symbol.asyncIterator]();
  let head: Uint8Array = Buffer.alloc(0);
  while (head.length < HEAD_BYTES) {
    const next = await rest.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  const all = prepended(head, rest);
  if (!isGzip(head)) return yield* all;
  const { createGunzip } = await import('node:zlib');
  // A file's chunk is reused for the next one, which a stream that reads ahead would not survive.
  yield* pipeline(Readable.from(copies(all)), createGunzip(), () => {});
}

async function* prepended(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  if (head.length > 0) yield head;
  yield* { [Symbol.asyncIterator]: () => rest };
}

async function* copies(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}

/** The same chunks, with a failure of the stream under them as an `InputError`. */
async function* readable(name: string, chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    const { code, message } = systemError(error);
    throw new InputError(code.startsWith('Z_') ? 'gzip-broken' : 'unreadable', name, message);
  }
}
