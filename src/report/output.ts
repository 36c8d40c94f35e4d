import { once } from 'node:events';

/** A stream that lines are written to, and that tells when it could not be. */
export interface Output {
  readonly isTTY: boolean;
  /** Columns of the terminal; 80 elsewhere. */
  readonly columns: number;
  /** Writes the line with a line feed; nothing any more after a failure. */
  line(text: string): void;
  /** Aborts as soon as something could not be written: nobody reads on. */
  readonly lost: AbortSignal;
  /** Resolves when there is room for more lines. */
  drained(): Promise<void>;
  /** Resolves when everything has left, or failed to. */
  flushed(): Promise<void>;
}

const DEFAULT_COLUMNS = 80;

/** Watches a stream of the process. A reader that went away (`EPIPE`) is a failure too, but not worth a word. */
export function createOutput(stream: NodeJS.WriteStream): Output {
  const lost = new AbortController();
  stream.on('error', () => lost.abort());
  return {
    get isTTY() {
      return stream.isTTY === true;
    },
    get columns() {
      // A pseudo-terminal that nobody sized says 0.
      return stream.columns || DEFAULT_COLUMNS;
    },
    lost: lost.signal,
    line(text) {
      if (!lost.signal.aborted) stream.write(`${text}\n`);
    },
    async drained() {
      if (!lost.signal.aborted && stream.writableNeedDrain) await once(stream, 'drain').catch(() => {});
    },
    flushed: () =>
      new Promise((resolve) => (lost.signal.aborted ? resolve() : stream.write('', () => resolve()))),
  };
}
