/** Where a record is among the joined inputs: bytes, bytes, 1-based line, line feeds inside it. */
export interface PlacedRecord {
  offset: number;
  length: number;
  line: number;
  lineFeeds: number;
}

/** Records that follow each other with one line feed between, or one record of any layout. */
export interface Piece {
  offset: number;
  length: number;
  /** Joined line of the first record. */
  line: number;
  /** Are its line feeds inside one record? Otherwise they stand between records. */
  oneRecord: boolean;
}

/** A batch that is not read yet: `bytes` is the size of its body, a line feed after each record. */
export interface PlannedBatch {
  /** 1-based. */
  index: number;
  count: number;
  bytes: number;
  pieces: Piece[];
}

/** Which bytes go into which request. */
export interface Plan {
  readonly batches: number;
  readonly customizations: number;
  readonly bytes: number;
  /** Adds the next record; false, and nothing added, when it is larger than a whole batch may be. */
  add(record: PlacedRecord): boolean;
  /** The batch with the 0-based number `at`. */
  batch(at: number): PlannedBatch;
}

const WORDS_PER_PIECE = 3;
const FIRST_PIECES = 256;
/** In the third word of a piece: its line feeds are inside one record. Lines of one piece stay below it. */
const ONE_RECORD = 0x8000_0000;
const MAX_GAP = 0xffff_ffff;

interface Row {
  offset: number;
  line: number;
  firstPiece: number;
  count: number;
  bytes: number;
}

/**
 * Cuts records, in order, into batches of at most `batchSize` customizations
 * and `maxBatchBytes` bytes. Holds ranges, not bytes: lines that follow each
 * other are one piece, so regular NDJSON costs a few numbers a batch, and any
 * other layout 12 bytes a record.
 */
export function createPlan(batchSize: number, maxBatchBytes: number): Plan {
  const rows: Row[] = [];
  /** Per piece: bytes skipped before it, its length, and the lines from the piece before it to it. */
  let pieces = new Uint32Array(FIRST_PIECES * WORDS_PER_PIECE);
  let pieceCount = 0;
  let customizations = 0;
  let bytes = 0;
  let last: PlacedRecord = { offset: 0, length: 0, line: 0, lineFeeds: 0 };
  let pieceLine = 0;

  const addPiece = (skipped: number, record: PlacedRecord, lines: number) => {
    if ((pieceCount + 1) * WORDS_PER_PIECE > pieces.length) {
      const grown = new Uint32Array(pieces.length * 2);
      grown.set(pieces);
      pieces = grown;
    }
    const flag = record.lineFeeds > 0 ? ONE_RECORD : 0;
    pieces.set([skipped, record.length, (lines | flag) >>> 0], pieceCount * WORDS_PER_PIECE);
    pieceCount++;
    pieceLine = record.line;
  };

  const startBatch = (record: PlacedRecord): Row => {
    const row = { offset: record.offset, line: record.line, firstPiece: pieceCount, count: 0, bytes: 0 };
    rows.push(row);
    addPiece(0, record, 0);
    return row;
  };

  const extendBatch = (record: PlacedRecord) => {
    const skipped = record.offset - (last.offset + last.length);
    const followsAtOnce = skipped === 1 && record.line === last.line + 1;
    if (followsAtOnce && record.lineFeeds === 0 && last.lineFeeds === 0) {
      const at = (pieceCount - 1) * WORDS_PER_PIECE + 1;
      pieces[at] = (pieces[at] ?? 0) + 1 + record.length;
    } else {
      addPiece(skipped, record, record.line - pieceLine);
    }
  };

  return {
    get batches() {
      return rows.length;
    },
    get customizations() {
      return customizations;
    },
    get bytes() {
      return bytes;
    },
    add(record) {
      const lineBytes = record.length + 1;
      if (lineBytes > maxBatchBytes) return false;
      let row = rows.at(-1);
      const fits =
        row !== undefined &&
        row.count < batchSize &&
        row.bytes + lineBytes <= maxBatchBytes &&
        record.offset - last.offset < MAX_GAP &&
        record.line - pieceLine < ONE_RECORD;
      if (row === undefined || !fits) row = startBatch(record);
      else extendBatch(record);
      row.count++;
      row.bytes += lineBytes;
      customizations++;
      bytes += lineBytes;
      last = record;
      return true;
    },
    batch(at) {
      const row = rows[at];
      if (row === undefined) throw new RangeError(`no batch ${at}`);
      const end = rows[at + 1]?.firstPiece ?? pieceCount;
      let { offset, line } = row;
      const list: Piece[] = [];
      for (let piece = row.firstPiece; piece < end; piece++) {
        const word = piece * WORDS_PER_PIECE;
        const length = pieces[word + 1] ?? 0;
        const lines = pieces[word + 2] ?? 0;
        offset += pieces[word] ?? 0;
        line += lines & ~ONE_RECORD;
        list.push({ offset, length, line, oneRecord: (lines & ONE_RECORD) !== 0 });
        offset += length;
      }
      return { index: at + 1, count: row.count, bytes: row.bytes, pieces: list };
    },
  };
}
