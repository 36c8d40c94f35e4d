import prettyBytes from 'pretty-bytes';
import type { Problem } from '../customization/problem.js';
import type { ServerWords } from '../delivery/verdict.js';
import type { BatchLabel, Counts, PushEvent, Suspicion } from '../events.js';
import type { Excerpt } from '../input/fault.js';
import type { LineRange } from '../input/inputs.js';
import { safe } from './safe.js';

/** How a piece of text stands out; without colour, each returns its text. */
export interface Paint {
  bad(text: string): string;
  warn(text: string): string;
  good(text: string): string;
  dim(text: string): string;
  strong(text: string): string;
}

type Told<T extends PushEvent['type']> = Extract<PushEvent, { type: T }>;

/** `12,345` */
export const number = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

/** `1 batch`, `3 batches` */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${number(count)} ${count === 1 ? one : many}`;

/** `850 ms`, `1.2 s`, `3 min 20 s`, `2 h 5 min` */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `2.7 MB` */
export const size = (bytes: number): string => prettyBytes(bytes);

/** `pins.ndjson:1-5000`, several of them joined by commas. */
export function ranges(list: readonly LineRange[]): string {
  const shown = list.slice(0, 3).map(({ file, firstLine, lastLine }) => {
    return `${safe(file)}:${firstLine}${lastLine === firstLine ? '' : `-${lastLine}`}`;
  });
  return list.length > 3 ? `${shown.join(', ')} and ${list.length - 3} more files` : shown.join(', ');
}

/** The lines of one problem: place, level, sentence and code; then the piece of text; then the cure. */
export function problemLines(problem: Problem, paint: Paint): string[] {
  const { file, line, column, level, path, message, code, hint, excerpt } = problem;
  const place = [safe(file), ...(line > 0 ? [line] : []), ...(column === undefined ? [] : [column])].join(
    ':',
  );
  const word = level === 'error' ? paint.bad('error') : paint.warn('warning');
  const subject = path === '' || message.includes(path) ? '' : `${safe(path)}: `;
  return [
    `${paint.strong(place)}: ${word}: ${subject}${safe(message)} ${paint.dim(`[${code}]`)}`,
    ...(excerpt === undefined ? [] : excerptLines(excerpt, paint)),
    ...(hint === undefined ? [] : [`    ${safe(hint)}`]),
  ];
}

function excerptLines({ text, at }: Excerpt, paint: Paint): string[] {
  const before = safe(text.slice(0, at));
  return [
    `    | ${before}${safe(text.slice(at))}`,
    `    | ${' '.repeat(columnsOf(before))}${paint.bad('^')}`,
  ];
}

const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/gu;
const NO_WIDTH = /\p{Mark}/gu;

/** Columns that a terminal gives to a text without control characters. */
function columnsOf(text: string): number {
  return [...text.replace(NO_WIDTH, '').replace(WIDE, '  ')].length;
}

/** `... and 12 more like this [field-type]`, for a code of which enough were shown. */
export const moreLine = (code: string, count: number): string =>
  `... and ${number(count)} more like this [${code}]`;

/** What is about to happen. */
export function planLine(plan: Told<'plan'>, paint: Paint): string {
  const what = `${plural(plan.customizations, 'customization')} in ${plural(plan.batches, 'batch', 'batches')} (${size(plan.bytes)})`;
  const where = `tracker ${plan.trackerId ?? '(not given)'} at ${plan.origin}, conflict strategy ${plan.strategy}`;
  const earlier =
    plan.acceptedEarlier === 0
      ? ''
      : `; ${number(plan.acceptedEarlier)} of them were accepted by an earlier run`;
  return plan.dryRun
    ? `Dry run: would push ${paint.strong(what)} to ${where}`
    : `Pushing ${paint.strong(what)} to ${where}${earlier}`;
}

const RESULT_WORDS = {
  accepted: 'accepted',
  rejected: 'REJECTED',
  unknown: 'UNKNOWN',
  'not-sent': 'not sent',
} as const;

/** The line of a batch that is over, and what the server said. */
export function batchLines(event: Told<'batch'>, planned: number, paint: Paint): string[] {
  const { batch, result, judgement, attempts, elapsedMs, earlier, suspicions } = event;
  const colour = result === 'accepted' ? paint.good : result === 'not-sent' ? paint.warn : paint.bad;
  const status = judgement?.status === undefined ? (judgement?.fault ?? '') : `HTTP ${judgement.status}`;
  const facts = [
    batchName(batch, planned),
    colour(RESULT_WORDS[result]),
    plural(batch.count, 'customization'),
    ranges(batch.ranges),
    size(batch.bytes),
    ...(earlier ? ['by an earlier run'] : []),
    ...(status === '' ? [] : [safe(status)]),
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
    ...(attempts > 0 ? [duration(elapsedMs)] : []),
  ];
  const words = result === 'accepted' ? [] : wordLines(judgement?.words);
  return [facts.join('  '), ...words, ...suspicions.flatMap(suspicionLines)];
}

/** `Batch 3/12`; halves `Batch 3.1/12` */
export const batchName = (batch: BatchLabel, planned: number): string => `Batch ${batch.name}/${planned}`;

/** What the server said, field by field. */
export function wordLines(words: ServerWords | undefined): string[] {
  if (words === undefined) return [];
  const { reason, details = {}, text } = words;
  return [
    ...(reason === undefined ? [] : [`    | reason: ${safe(reason)}`]),
    ...Object.entries(details).flatMap(([field, messages]) =>
      messages.map((message) => `    | ${safe(field)}: ${safe(message)}`),
    ),
    ...(text === undefined ? [] : [`    | ${safe(text)}`]),
  ];
}

function suspicionLines({ field, places, count }: Suspicion): string[] {
  const named = places.map(({ file, line }) => `${safe(file)}:${line}`).join(', ');
  const rest = count > places.length ? ` and ${number(count - places.length)} more` : '';
  return [`    Our own checks find something about "${field}" at ${named}${rest}.`];
}

/** The counts, which add up. */
export function countsLine(counts: Counts, paint: Paint): string {
  const { read, accepted, rejected, unknown, notSent, invalid } = counts;
  const part = (count: number, word: string, colour: (text: string) => string) =>
    count === 0 ? `0 ${word}` : colour(`${number(count)} ${word}`);
  return [
    `${number(read)} read = ${part(accepted, 'accepted', paint.good)}`,
    part(rejected, 'rejected', paint.bad),
    part(unknown, 'unknown', paint.bad),
    part(notSent, 'not sent', paint.warn),
    part(invalid, 'invalid', paint.bad),
  ].join(' + ');
}

/** What a check found. */
export function checkedLine({ read, invalid, errors, warnings }: Told<'checked'>, paint: Paint): string {
  const where = invalid === 0 ? '' : ` in ${plural(invalid, 'customization')}`;
  const verdict = errors === 0 ? paint.good('valid') : paint.bad(`${plural(errors, 'error')}${where}`);
  return `${plural(read, 'customization')} read: ${verdict}${warnings === 0 ? '' : `, ${paint.warn(plural(warnings, 'warning'))}`}`;
}

const WAITING = {
  throttled: 'throttled',
  unreachable: 'no connection',
  'in-doubt': 'no trustworthy answer',
  clock: 'the date was refused',
} as const;

/** Why a batch waits, worded as progress and not as a failure. */
export function waitingLine({ batch, ms, why, attempt }: Told<'waiting'>, planned: number): string {
  return `${batchName(batch, planned)}: ${WAITING[why]}, attempt ${attempt + 1} in ${duration(ms)}`;
}

/** How far the server's clock is off, in words. */
export function clockLine(offsetMs: number): string {
  const direction = offsetMs > 0 ? 'behind' : 'ahead of';
  return `This machine's clock is ${duration(Math.abs(offsetMs))} ${direction} the server's: dates are corrected by that.`;
}

/** Why a batch is halved. */
export function splitLine({ batch, why }: Told<'split'>, planned: number): string {
  const reason = why === 'too-large' ? 'too large for the server' : 'rejected, looking for the culprits';
  return `${batchName(batch, planned)}: ${reason}; halving it`;
}

/** Why a run ends before its last batch. */
export function stoppingLine({ why, comeBackMs, offsetMs, error }: Told<'stopping'>): string {
  switch (why) {
    case 'refused':
      return 'Stopping: the server refused the request itself, so every batch would meet the same.';
    case 'clock':
      return `Stopping: this machine's clock is ${duration(Math.abs(offsetMs ?? 0))} off the server's. Set the clock.`;
    case 'unreachable':
      return 'Stopping: the server cannot be reached.';
    case 'throttled':
      return comeBackMs === undefined
        ? 'Stopping: the server still throttles.'
        : `Stopping: the server asks to come back in ${duration(comeBackMs)}.`;
    case 'in-doubt':
      return 'Stopping: the server gives no answer that can be trusted.';
    case 'fail-fast':
      return 'Stopping after the first batch that was not accepted (--fail-fast).';
    case 'interrupted':
      return 'Stopping: waiting up to 10 s for answers under way. Once more ends at once.';
    case 'failed':
      return `Stopping: ${safe(error ?? 'something went wrong here')}.`;
  }
}
