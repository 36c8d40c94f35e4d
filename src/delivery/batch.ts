import type { Piece, PlannedBatch } from './plan.js';

/** A batch as it goes over the wire. */
export interface Batch {
  /** `7` is the seventh of the plan; `7.1` and `7.2` are its halves. */
  name: string;
  count: number;
  /** NDJSON: the bytes of each record, a line feed after each. */
  body: Buffer;
  /** The joined line of each record. */
  lines: Uint32Array;
}

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
/** Bytes between two pieces up to which both are read at once. */
const MAX_GAP_BYTES = 4096;

/**
 * Reads the records of a planned batch. Their bytes are those of the input;
 * only the line breaks inside a record become spaces, which JSON does not mind
 * (RFC 8259, section 2), for on the wire a line is a record.
 */
export async function loadBatch(
  planned: PlannedBatch,
  read: (into: Uint8Array, offset: number) => Promise<void>,
): Promise<Batch> {
  const body = Buffer.allocUnsafe(planned.bytes);
  const lines = new Uint32Array(planned.count);
  let count = 0;
  let written = 0;
  for (const span of spans(planned.pieces)) {
    await readSpan(span, body.subarray(written), read);
    for (const piece of span) {
      const end = written + piece.length;
      body[end] = LF;
      if (piece.oneRecord) joinLines(body, written, end);
      for (let line = piece.line; written <= end; line++) {
        lines[count++] = line;
        written = body.indexOf(LF, written) + 1;
      }
    }
  }
  return { name: String(planned.index), count: planned.count, body, lines };
}

/** Reads the pieces of a span, a byte of room after each. */
async function readSpan(
  span: readonly Piece[],
  into: Buffer,
  read: (into: Uint8Array, offset: number) => Promise<void>,
): Promise<void> {
  const [first] = span;
  const last = span.at(-1);
  if (first === undefined || last === undefined) return;
  if (first === last) return read(into.subarray(0, first.length), first.offset);
  const bytes = Buffer.allocUnsafe(last.offset + last.length - first.offset);
  await read(bytes, first.offset);
  let written = 0;
  for (const { offset, length } of span) {
    written += bytes.copy(into, written, offset - first.offset, offset - first.offset + length) + 1;
  }
}

/** Groups pieces so near to each other that one read serves them. */
function spans(pieces: readonly Piece[]): Piece[][] {
  const groups: Piece[][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const piece of pieces) {
    if (piece.offset - end <= MAX_GAP_BYTES) groups.at(-1)?.push(piece);
    else groups.push([piece]);
    end = piece.offset + piece.length;
  }
  return groups;
}

function joinLines(bytes: Buffer, from: number, to: number): void {
  for (let at = from; at < to; at++) if (bytes[at] === LF || bytes[at] === CR) bytes[at] = SPACE;
}

/** The two halves of a batch of at least two; the first is the larger one. */
export function halves(batch: Batch): [Batch, Batch] {
  const middle = Math.ceil(batch.count / 2);
  let cut = 0;
  for (let record = 0; record < middle; record++) cut = batch.body.indexOf(LF, cut) + 1;
  return [
    {
      name: `${batch.name}.1`,
      count: middle,
      body: batch.body.subarray(0, cut),
      lines: batch.lines.subarray(0, middle),
    },
    {
      name: `${batch.name}.2`,
      count: batch.count - middle,
      body: batch.body.subarray(cut),
      lines: batch.lines.subarray(middle),
    },
  ];
}
