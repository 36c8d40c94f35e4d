import type { Level, Problem } from '../customization/problem.js';
import type { Counts, PushEvent } from '../events.js';
import { safe } from './safe.js';
import { number, plural, ranges, stoppingLine, wordLines } from './text.js';

/** What GitHub shows of a run: annotations while it works, a page at its end. */
export interface GithubReport {
  /** Takes an event in; what is to be annotated by it is written at once. */
  take(event: PushEvent): void;
  /** Annotates why the command failed as a whole. Both texts are safe already. */
  fail(message: string, hint: string): void;
  /** Annotates what is left; the Markdown of the job summary. */
  end(): string;
}

/** GitHub shows so many annotations of a level and step (docs.github.com, "Workflow commands"). */
const SHOWN_PER_LEVEL = 10;
const MAX_ROWS = 100;

interface Annotation {
  level: Level;
  title: string;
  text: string;
  file?: string;
  line?: number;
  endLine?: number;
  column?: number;
}

/** Writes annotations with `line`, as many as are shown; the last one of a level counts the rest. */
export function createGithubReport(line: (text: string) => void): GithubReport {
  const given: Record<Level, number> = { error: 0, warning: 0 };
  const last: Partial<Record<Level, Annotation>> = {};
  const page = createPage();

  const annotate = (level: Level, annotation: () => Annotation) => {
    const count = ++given[level];
    if (count < SHOWN_PER_LEVEL) line(command(annotation()));
    else if (count === SHOWN_PER_LEVEL) last[level] = annotation();
  };

  return {
    take(event) {
      page.take(event);
      if (event.type === 'problem') annotate(event.problem.level, () => problemAnnotation(event.problem));
      else if (event.type === 'batch' && (event.result === 'rejected' || event.result === 'unknown'))
        annotate('error', () => batchAnnotation(event));
      else if (event.type === 'stopping')
        annotate('error', () => ({
          level: 'error',
          title: 'The push was stopped',
          text: stoppingLine(event),
        }));
    },
    fail(message, hint) {
      annotate('error', () => ({
        level: 'error',
        title: 'luigis-pins',
        text: hint === '' ? message : `${message}\n${hint}`,
      }));
    },
    end() {
      for (const level of ['error', 'warning'] as const) {
        const annotation = last[level];
        const more = given[level] - SHOWN_PER_LEVEL + 1;
        if (annotation === undefined) continue;
        const rest = { level, title: 'luigis-pins', text: `${plural(more, `more ${level}`)}: see the log.` };
        line(command(more === 1 ? annotation : rest));
      }
      return page.markdown();
    },
  };
}

function problemAnnotation({ level, code, file, line, column, path, message, hint }: Problem): Annotation {
  return {
    level,
    title: path === '' ? code : `${code}: ${safe(path)}`,
    text: hint === undefined ? safe(message) : `${safe(message)}\n${safe(hint)}`,
    file,
    ...(line > 0 && { line }),
    ...(column !== undefined && { column }),
  };
}

/** A batch that may be missing at the server: an error at its first lines, with what the server said. */
function batchAnnotation({
  batch,
  result,
  judgement,
  suspicions,
}: Extract<PushEvent, { type: 'batch' }>): Annotation {
  const [range] = batch.ranges;
  const named = suspicions.flatMap(({ field, places }) =>
    places.map(
      ({ file, line }) => `Our own checks find something about "${field}" at ${safe(file)}:${line}.`,
    ),
  );
  const status = judgement?.status === undefined ? safe(judgement?.fault ?? '') : `HTTP ${judgement.status}`;
  return {
    level: 'error',
    title: `Batch ${batch.name}: ${result} ${status}`.trimEnd(),
    text: [
      `${plural(batch.count, 'customization')}: ${ranges(batch.ranges)}`,
      ...wordLines(judgement?.words).map((words) => words.trim()),
      ...named,
    ].join('\n'),
    ...(range !== undefined && { file: range.file, line: range.firstLine, endLine: range.lastLine }),
  };
}

/** A workflow command. The values are escaped by the runner's own tables (actions/runner, ActionCommand.cs). */
function command({ level, title, text, file, line, endLine, column }: Annotation): string {
  // What came from a pipe has a name in brackets, and no file to be shown beside.
  const properties = Object.entries({
    ...(file !== undefined && !file.startsWith('(') && { file: safe(file), line, endLine, col: column }),
    title,
  }).filter(([, value]) => value !== undefined);
  const list = properties.map(([name, value]) => `${name}=${escapedProperty(String(value))}`).join(',');
  return `::${level} ${list}::${escapedData(text)}`;
}

const escapedData = (text: string) =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const escapedProperty = (text: string) => escapedData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** Gathers the job summary: the counts, batches and problems, as many rows as a page can bear. */
function createPage() {
  const problems: string[] = [];
  const batches: string[] = [];
  const total = { problems: 0, batches: 0 };
  let counts: string[] = [];

  return {
    take(event: PushEvent) {
      if (event.type === 'problem') {
        if (++total.problems <= MAX_ROWS) problems.push(problemRow(event.problem));
      } else if (event.type === 'batch') {
        if (++total.batches <= MAX_ROWS) batches.push(batchRow(event));
      } else if (event.type === 'checked') {
        counts = table(['read', 'errors', 'warnings'], [event.read, event.errors, event.warnings]);
      } else if (event.type === 'summary' && !event.summary.refusedInput) {
        counts = countsTable(event.summary.counts);
      }
    },
    markdown: () =>
      [
        '### luigis-pins',
        '',
        ...counts,
        ...section(
          ['batch', 'result', 'customizations', 'lines', 'status', 'answer'],
          batches,
          total.batches,
        ),
        ...section(['place', 'level', 'code', 'field', 'problem', 'cure'], problems, total.problems),
      ].join('\n'),
  };
}

function problemRow({ file, line, level, code, path, message, hint = '' }: Problem): string {
  const place = line > 0 ? `${file}:${line}` : file;
  return row([place, level, code, path, message, hint].map(foreign));
}

function batchRow({ batch, result, judgement }: Extract<PushEvent, { type: 'batch' }>): string {
  const status = judgement?.status === undefined ? (judgement?.fault ?? '') : `HTTP ${judgement.status}`;
  const said = wordLines(judgement?.words).map((words) => foreign(words.replace(/^ *\| /, '')));
  return row([
    batch.name,
    result,
    number(batch.count),
    foreign(ranges(batch.ranges)),
    foreign(status),
    result === 'accepted' ? '' : said.join('<br>'),
  ]);
}

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

const header = (names: readonly string[]) => [row(names), row(names.map(() => '---'))];

const table = (names: readonly string[], values: readonly number[]) => [
  ...header(names),
  row(values.map(number)),
  '',
];

const countsTable = ({ read, accepted, rejected, unknown, notSent, invalid }: Counts) =>
  table(
    ['read', 'accepted', 'rejected', 'unknown', 'not sent', 'invalid'],
    [read, accepted, rejected, unknown, notSent, invalid],
  );

function section(names: readonly string[], rows: readonly string[], total: number): string[] {
  if (rows.length === 0) return [];
  const more = total > rows.length ? [`... and ${number(total - rows.length)} more`, ''] : [];
  return [...header(names), ...rows, '', ...more];
}

/** Foreign text in a cell: nothing in it is Markdown, HTML, a link or a mention. */
function foreign(text: string): string {
  return safe(text).replace(/[^\p{L}\p{M}\p{N} .,;"'()=-]/gu, (mark) => `&#${mark.codePointAt(0)};`);
}
