import { once } from 'node:events';

/** A stream that lines are written to, and that remembers when it could not be. */
export interface Output {
  readonly isTTY: boolean;
  /** Columns of the terminal; 80 elsewhere. */
  readonly columns: number;
  /** Writes the line with a line feed; nothing any more after a failure. */
  line(text: string): void;
  /** Could everything be written so far? */
  readonly failed: boolean;
  /** Resolves when there is room for more lines. */
  drained(): Promise<void>;
  /** Resolves when everything has left, or failed to. */
  flushed(): Promise<void>;
}

const DEFAULT_COLUMNS = 80;

/** Watches a stream of the process. A reader that went away (`EPIPE`) is a failure too, but not worth a word. */
export function createOutput(stream: NodeJS.WriteStream): Output {
  let failed = false;
  stream.on('error', () => {
    failed = true;
  });
  return {
    get isTTY() {
      return stream.isTTY === true;
    },
    get columns() {
      // A pseudo-terminal that nobody sized says 0.
      return stream.columns || DEFAULT_COLUMNS;
    },
    get failed() {
      return failed;
    },
    line(text) {
      if (!failed) stream.write(`${text}\n`);
    },
    async drained() {
      if (!failed && stream.writableNeedDrain) await once(stream, 'drain').catch(() => {});
    },
    flushed: () => new Promise((resolve) => (failed ? resolve() : stream.write('', () => resolve()))),
  };
}
