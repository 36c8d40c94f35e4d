import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Header } from './step.js';

/** Reads a connection as asked, never ahead: what nobody asks for stays in the kernel. */
export interface ByteReader {
  /** Everything that was taken from the connection, in order. */
  seen(): Buffer;
  /** Resolves when there is something to read; false when the peer left. */
  more(): Promise<boolean>;
  /** The bytes to the end of `mark`, and with it; undefined when the peer left before. */
  through(mark: string): Promise<Buffer | undefined>;
  /** So many bytes; fewer only when the peer left before. */
  take(bytes: number): Promise<Buffer>;
  /** Reads until the peer leaves. */
  drain(): Promise<void>;
}

/** Reads from `socket`, at most so many bytes a second. */
export function createByteReader(socket: Duplex, bytesPerSecond: number): ByteReader {
  const source = socket.iterator({ destroyOnReturn: false });
  const seen: Buffer[] = [];
  let rest: Buffer = Buffer.alloc(0);

  const next = async (): Promise<Buffer | undefined> => {
    // A reset by the peer is an end like any other.
    const { done, value } = await source.next().catch(() => ({ done: true, value: undefined }));
    if (done || !Buffer.isBuffer(value)) return undefined;
    seen.push(value);
    if (bytesPerSecond < Number.POSITIVE_INFINITY) await delay((value.length / bytesPerSecond) * 1000);
    return value;
  };

  return {
    seen: () => Buffer.concat(seen),
    async more() {
      if (rest.length === 0) rest = (await next()) ?? rest;
      return rest.length > 0;
    },
    async through(mark) {
      for (;;) {
        const at = rest.indexOf(mark);
        if (at !== -1) return this.take(at + mark.length);
        const chunk = await next();
        if (chunk === undefined) return undefined;
        rest = Buffer.concat([rest, chunk]);
      }
    },
    async take(bytes) {
      const taken: Buffer[] = [rest];
      let length = rest.length;
      while (length < bytes) {
        const chunk = await next();
        if (chunk === undefined) break;
        taken.push(chunk);
        length += chunk.length;
      }
      const all = Buffer.concat(taken);
      rest = all.subarray(bytes);
      return all.subarray(0, bytes);
    },
    async drain() {
      while ((await next()) !== undefined);
    },
  };
}

/** A request line and its headers, as they came. */
export interface RequestHead {
  readonly method: string;
  /** Path and query, byte for byte. */
  readonly target: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: readonly Header[];
}

/** Reads the head of a request; undefined when the peer left before its end. Throws at what is not HTTP/1.1. */
export async function readHead(reader: ByteReader): Promise<RequestHead | undefined> {
  const bytes = await reader.through('\r\n\r\n');
  if (bytes === undefined) return undefined;
  const [requestLine = '', ...lines] = bytes.toString('latin1').slice(0, -4).split('\r\n');
  const [, method, target] = /^([A-Z]+) (\S+) HTTP\/1\.1$/.exec(requestLine) ?? [];
  if (method === undefined || target === undefined) throw new Error(`no HTTP/1.1 request: ${requestLine}`);
  const [path = '', ...query] = target.split('?');
  return { method, target, path, query: new URLSearchParams(query.join('?')), headers: lines.map(header) };
}

function header(line: string): Header {
  const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`no header: ${line}`);
  return [name, value];
}

/** All values of a header, in order; the name in any case. */
export function valuesOf(headers: readonly Header[], name: string): string[] {
  return headers.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
}

/** Reads the body, by `Content-Length` or chunks; not `complete` when the peer left before its end. */
export async function readBody(
  reader: ByteReader,
  headers: readonly Header[],
): Promise<{ body: Buffer; complete: boolean }> {
  if (valuesOf(headers, 'transfer-encoding').length > 0) return readChunks(reader);
  const length = Number(valuesOf(headers, 'content-length')[0] ?? 0);
  const body = await reader.take(length);
  return { body, complete: body.length === length };
}

async function readChunks(reader: ByteReader): Promise<{ body: Buffer; complete: boolean }> {
  const chunks: Buffer[] = [];
  for (;;) {
    const size = Number.parseInt((await reader.through('\r\n'))?.toString('latin1') ?? '', 16);
    if (size === 0) await reader.through('\r\n');
    if (size === 0) return { body: Buffer.concat(chunks), complete: true };
    if (Number.isNaN(size)) return { body: Buffer.concat(chunks), complete: false };
    chunks.push((await reader.take(size + 2)).subarray(0, size));
  }
}
