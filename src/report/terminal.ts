import type { Ora } from 'ora';
import type { ProblemCode } from '../customization/problem.js';
import type { PushEvent } from '../events.js';
import type { Output } from './output.js';
import { createProgress } from './progress.js';
import { safe } from './safe.js';
import {
  batchLines,
  batchName,
  checkedLine,
  clockLine,
  countsLine,
  duration,
  moreLine,
  type Paint,
  planLine,
  problemLines,
  splitLine,
  stoppingLine,
  waitingLine,
} from './text.js';

/** How much is said. */
const VOLUMES = ['quiet', 'normal', 'verbose'] as const;
export type Volume = (typeof VOLUMES)[number];

/** Where a report goes. */
export interface TerminalStreams {
  /** The result: batches and the summary; for `validate`, the problems. */
  out: Output;
  /** The talk: what is about to happen, warnings, waits. */
  err: Output;
  outPaint: Paint;
  errPaint: Paint;
  /** A spinner on stderr, when that is a terminal. */
  spinner: Ora | undefined;
}

/** Problems of one code that are shown; further ones are counted. */
const SHOWN_PER_CODE = 20;

/**
 * Writes events for people, a line each. `problemsTo` is where problems go: they
 * are the result of `validate`, and talk in a push.
 */
export function createTerminalReport(
  { out, err, outPaint, errPaint, spinner }: TerminalStreams,
  volume: Volume,
  problemsTo: 'out' | 'err',
  nowMs: () => number,
): (event: PushEvent) => void {
  const progress = createProgress(err.columns);
  const shown = new Map<ProblemCode, number>();
  const [problems, problemPaint] = problemsTo === 'out' ? [out, outPaint] : [err, errPaint];
  let planned = 0;

  const say = (to: Output, lines: readonly string[]) => {
    spinner?.clear();
    for (const line of lines) to.line(line);
  };

  const tell = (event: PushEvent) => {
    switch (event.type) {
      case 'problem': {
        const { code, level } = event.problem;
        if (volume === 'quiet' && level === 'warning') return;
        const count = (shown.get(code) ?? 0) + 1;
        shown.set(code, count);
        if (count <= SHOWN_PER_CODE) say(problems, problemLines(event.problem, problemPaint));
        return;
      }
      case 'checked':
        for (const [code, count] of shown)
          if (count > SHOWN_PER_CODE) say(problems, [moreLine(code, count - SHOWN_PER_CODE)]);
        if (problemsTo === 'out' || (event.errors + event.warnings > 0 && volume !== 'quiet')) {
          say(problems, [checkedLine(event, problemPaint)]);
        }
        return;
      case 'plan':
        planned = event.batches;
        if (volume !== 'quiet') say(err, [planLine(event, errPaint)]);
        return;
      case 'batch':
        if (volume !== 'quiet' || event.result !== 'accepted') say(out, batchLines(event, planned, outPaint));
        return;
      case 'waiting':
        if (volume !== 'quiet') say(err, [waitingLine(event, planned)]);
        return;
      case 'split':
        if (volume !== 'quiet') say(err, [splitLine(event, planned)]);
        return;
      case 'clock':
        if (volume !== 'quiet') say(err, [clockLine(event.offsetMs)]);
        return;
      case 'stopping':
        say(err, [errPaint.bad(stoppingLine(event))]);
        return;
      case 'answer':
        if (volume === 'verbose') {
          const { batch, attempt, judgement, elapsedMs } = event;
          const what =
            judgement.status === undefined ? safe(judgement.fault ?? '') : `HTTP ${judgement.status}`;
          say(err, [
            errPaint.dim(
              `${batchName(batch, planned)}: attempt ${attempt}: ${judgement.verdict} (${what}) after ${duration(elapsedMs)}`,
            ),
          ]);
        }
        return;
      case 'summary':
        say(out, [countsLine(event.summary.counts, outPaint)]);
        return;
      case 'reading':
      case 'attempt':
        return;
    }
  };

  return (event) => {
    tell(event);
    if (spinner === undefined) return;
    const line = progress.after(event, nowMs());
    if (line === undefined) spinner.stop();
    else {
      spinner.text = line;
      if (!spinner.isSpinning) spinner.start();
    }
  };
}
