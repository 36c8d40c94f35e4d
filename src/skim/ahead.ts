import { availableParallelism } from 'node:os';
import { createLookup, NO_RECORDS, type PlainRecord, type PlainRecords } from './plain-records.js';
import type { SkimThread } from './thread.js';

/** A part of an input, and what is known of its records already. */
export interface SkimmedPart {
  /** Valid until the next part is asked for. */
  bytes: Uint8Array;
  /** The plain record at that offset of the input, if one is known; to be asked in ascending order. */
  plainAt(offset: number): PlainRecord | undefined;
}

/** What is shorter is over before another thread has begun. */
const ALONE_BYTES = 512 * 1024;
const PART_BYTES = 256 * 1024;
/** Parts that are read before they are asked for. */
const PARTS_AHEAD = 8;

/** A part that was read, and what a thread finds in it. */
interface Ahead {
  bytes: Uint8Array;
  offset: number;
  records: Promise<PlainRecords>;
}

const NOT_ASKED = Promise.resolve(NO_RECORDS);

/**
 * The same bytes, in parts. Where the input is large, and the machine has a
 * second processor, a second thread looks at some of them before they are asked
 * for. What breaks off the input comes after all that was read before it.
 */
export async function* skimAhead(
  chunks: AsyncIterable<Uint8Array>,
  startThread: () => Promise<SkimThread>,
  aloneBytes = availableParallelism() > 1 ? ALONE_BYTES : Number.POSITIVE_INFINITY,
  partBytes = PART_BYTES,
): AsyncGenerator<SkimmedPart> {
  const queue: Ahead[] = [];
  const parts = createParts(partBytes);
  let thread: SkimThread | undefined;
  let offset = 0;
  let failure: { error: unknown } | undefined;

  const enqueue = (bytes: Uint8Array) => {
    queue.push({ bytes, offset, records: thread?.isIdle ? thread.find(bytes) : NOT_ASKED });
    offset += bytes.length;
  };

  async function* dequeue(left: number): AsyncGenerator<SkimmedPart> {
    for (const part of queue.splice(0, queue.length - left)) {
      const find = createLookup(await part.records);
      yield { bytes: part.bytes, plainAt: (at) => find(at - part.offset) };
      parts.free(part.bytes);
    }
  }

  async function* readAll(): AsyncGenerator<SkimmedPart> {
    for await (const chunk of chunks) {
      if (offset < aloneBytes) {
        yield { bytes: chunk, plainAt: () => undefined };
        offset += chunk.length;
        continue;
      }
      thread ??= await startThread();
      for (const part of parts.fill(chunk)) {
        enqueue(part);
        yield* dequeue(PARTS_AHEAD);
      }
    }
  }

  try {
    try {
      yield* readAll();
    } catch (error) {
      failure = { error };
    }
    const rest = parts.rest();
    if (rest.length > 0) enqueue(rest);
    yield* dequeue(0);
    if (failure !== undefined) throw failure.error;
  } finally {
    await thread?.close();
  }
}

/** Fills parts of one size, in memory that threads share. */
function createParts(partBytes: number) {
  const freed: Uint8Array[] = [];
  let part: Uint8Array | undefined;
  let filled = 0;
  return {
    /** The parts that the chunk makes full. */
    *fill(chunk: Uint8Array): Generator<Uint8Array> {
      for (let at = 0; at < chunk.length; ) {
        part ??= freed.pop() ?? new Uint8Array(new SharedArrayBuffer(partBytes));
        const piece = chunk.subarray(at, at + partBytes - filled);
        part.set(piece, filled);
        filled += piece.length;
        at += piece.length;
        if (filled < partBytes) return;
        yield part;
        part = undefined;
        filled = 0;
      }
    },
    /** What is in the part that is not full. */
    rest: () => part?.subarray(0, filled) ?? new Uint8Array(),
    /** Takes back a part that nobody reads any more. */
    free: (emptied: Uint8Array) => freed.push(emptied),
  };
}
