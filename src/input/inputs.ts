import { type Input, openSource, type Source } from './source.js';

/** Lines of one input, both ends included, 1-based. */
export interface LineRange {
  file: string;
  firstLine: number;
  lastLine: number;
}

/** What lies before a source: bytes and lines of the sources before it. */
interface Begin {
  offset: number;
  line: number;
}

const FIRST: Begin = { offset: 0, line: 0 };

/**
 * Several sources as one: offsets and lines count on from source to source, so
 * that a record's place is two numbers, whatever file it came from.
 */
export interface Inputs {
  readonly sources: readonly Source[];
  /** Where the source that is read next begins. */
  readonly begin: Begin;
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
  const begins: Begin[] = [FIRST];

  /** The last source whose beginning fits. */
  const at = (fits: (begin: Begin) => boolean) => {
    let index = begins.length - 1;
    while (index > 0 && !fits(begins[index] ?? FIRST)) index--;
    return { index, begin: begins[index] ?? FIRST };
  };

  const place = (line: number) => {
    const { index, begin } = at((candidate) => candidate.line < line);
    return { file: sources[index]?.name ?? '', line: line - begin.line };
  };

  return {
    sources,
    get begin() {
      return begins.at(-1) ?? FIRST;
    },
    endSource({ bytes, lines }) {
      const { offset, line } = begins.at(-1) ?? FIRST;
      begins.push({ offset: offset + bytes, line: line + lines });
    },
    async read(into, offset) {
      for (let done = 0; done < into.length; ) {
        const { index, begin } = at(({ offset: first }) => first <= offset + done);
        const sourceEnd = begins[index + 1]?.offset ?? Number.POSITIVE_INFINITY;
        const part = into.subarray(done, Math.min(into.length, sourceEnd - offset));
        await sources[index]?.read(part, offset + done - begin.offset);
        done += part.length;
      }
    },
    place,
    ranges(lines) {
      const ranges: LineRange[] = [];
      for (let first = 0; first < lines.length; ) {
        const { index, begin } = at(({ line }) => line < (lines[first] ?? 0));
        const sourceEnd = begins[index + 1]?.line ?? Number.POSITIVE_INFINITY;
        // Hardly ever are they of two sources.
        const isLast = (lines.at(-1) ?? 0) <= sourceEnd;
        const next = isLast ? lines.length : lines.findIndex((line) => line > sourceEnd);
        const file = sources[index]?.name ?? '';
        const own = (at: number) => (lines[at] ?? 0) - begin.line;
        ranges.push({ file, firstLine: own(first), lastLine: own(next - 1) });
        first = next;
      }
      return ranges;
    },
    async close() {
      for (const source of sources) await source.close();
    },
  };
}
