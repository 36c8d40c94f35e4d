import { type Input, openSource, type Source } from './source.js';

/** Lines of one input, both ends included, 1-based. */
export interface LineRange {
  file: string;
  firstLine: number;
  lastLine: number;
}

/**
 * Several sources as one: offsets and lines count on from source to source, so
 * that a record's place is two numbers, whatever file it came from.
 */
export interface Inputs {
  readonly sources: readonly Source[];
  /** Where the source that is read next begins. */
  readonly begin: { offset: number; line: number };
  /** Notes that the source was read to its end: the next one begins after it. */
  endSource(size: { bytes: number; lines: number }): void;
  /** Fills `into` from a joined offset. Throws `InputError`. */
  read(into: Uint8Array, offset: number): Promise<void>;
  /** Name and own line of a joined line. */
  place(line: number): { file: string; line: number };
  /** Where records with these joined lines (ascending) stand: a range for each source. */
  ranges(lines: Uint32Array): LineRange[];
  close(): Promise<void>;
}

/** Opens inputs, all or none, and joins them in the order given. Rejects with `InputError`. */
export async function openInputs(inputs: readonly Input[]): Promise<Inputs> {
  const sources: Source[] = [];
  const joined = joinSources(sources);
  try {
    for (const input of inputs) sources.push(await openSource(input));
  } catch (error) {
    await joined.close();
    throw error;
  }
  return joined;
}

function joinSources(sources: readonly Source[]): Inputs {
  const begins = [{ offset: 0, line: 0 }];

  const lastBeginning = (isAtOrBefore: (begin: { offset: number; line: number }) => boolean) => {
    let index = begins.length - 1;
    while (index > 0 && !isAtOrBefore(begins[index] ?? { offset: 0, line: 0 })) index--;
    return { source: sources[index], begin: begins[index] ?? { offset: 0, line: 0 } };
  };

  const place = (line: number) => {
    const { source, begin } = lastBeginning((at) => at.line < line);
    return { file: source?.name ?? '', line: line - begin.line };
  };

  return {
    sources,
    get begin() {
      return begins.at(-1) ?? { offset: 0, line: 0 };
    },
    endSource({ bytes, lines }) {
      const { offset, line } = begins.at(-1) ?? { offset: 0, line: 0 };
      begins.push({ offset: offset + bytes, line: line + lines });
    },
    async read(into, offset) {
      const { source, begin } = lastBeginning((at) => at.offset <= offset);
      await source?.read(into, offset - begin.offset);
    },
    place,
    ranges(lines) {
      const ranges: LineRange[] = [];
      for (const joined of lines) {
        const { file, line } = place(joined);
        const range = ranges.at(-1);
        if (range?.file === file && range.lastLine <= line) range.lastLine = line;
        else ranges.push({ file, firstLine: line, lastLine: line });
      }
      return ranges;
    },
    async close() {
      for (const source of sources) await source.close();
    },
  };
}
