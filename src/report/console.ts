import { appendFileSync } from 'node:fs';
import type { Emit } from '../events.js';
import type { FailureText } from './failure.js';
import type { GithubReport } from './github.js';
import { createOutput, type Output } from './output.js';
import { createPaint, wantsColour } from './paint.js';
import { safe } from './safe.js';
import type { Volume } from './terminal.js';

/** What a command says, and where. */
export interface Console {
  out: Output;
  err: Output;
  /** Takes the events of the work. */
  report: Emit;
  /** A warning on stderr. Foreign text is made safe. */
  warn(text: string): void;
  /** Why the command failed, and what to do, on stderr. Both texts are safe already. */
  fail(failure: FailureText): void;
  /** Lines of talk on stderr, safe already; nothing with `--quiet`. */
  talk(lines: readonly string[]): void;
  /** Lines that belong to a failure, such as what to do next, on stderr, safe already. */
  advise(lines: readonly string[]): void;
  /** Resolves when everything was written; false when something could not be. */
  close(): Promise<boolean>;
}

/** How a command wants to speak. */
export interface ConsoleWishes {
  json: boolean;
  noColor: boolean;
  volume: Volume;
  /** Annotations and a job summary, when GitHub Actions runs the command. */
  annotations: boolean;
  /** Where problems go: they are the result of `validate`, and talk in a push. */
  problemsTo: 'out' | 'err';
}

/** Opens stdout and stderr for a command. What draws is loaded only where it is used. */
export async function openConsole(
  host: NodeJS.Process,
  { json, noColor, volume, annotations, problemsTo }: ConsoleWishes,
): Promise<Console> {
  const out = createOutput(host.stdout);
  const err = createOutput(host.stderr);
  const wishes = { noColor, environment: host.env };
  const errPaint = await createPaint(wantsColour(wishes, err.isTTY));
  const outPaint = await createPaint(wantsColour(wishes, out.isTTY));
  const spinner = await createSpinner(host, volume !== 'quiet' && err.isTTY);
  const report = json ? await jsonReport(out) : await terminalReport();
  const onGithub = annotations && host.env['GITHUB_ACTIONS'] === 'true';
  const github = onGithub ? await githubReport(json ? err : out) : undefined;

  async function terminalReport(): Promise<Emit> {
    const { createTerminalReport } = await import('./terminal.js');
    return createTerminalReport({ out, err, outPaint, errPaint, spinner }, volume, problemsTo, Date.now);
  }

  function writeSummary(markdown: string): void {
    const file = host.env['GITHUB_STEP_SUMMARY'] ?? '';
    try {
      if (file !== '') appendFileSync(file, `${markdown}\n`);
    } catch {
      err.line(`${errPaint.warn('warning')}: The job summary could not be written.`);
    }
  }

  return {
    out,
    err,
    report(event) {
      report(event);
      github?.take(event);
      return event.type === 'reading' ? out.drained() : undefined;
    },
    warn(text) {
      spinner?.clear();
      err.line(`${errPaint.warn('warning')}: ${safe(text)}`);
    },
    fail({ message, hint }) {
      spinner?.stop();
      err.line(`${errPaint.bad('error')}: ${message}`);
      if (hint !== '') err.line(`    ${hint}`);
      github?.fail(message, hint);
    },
    talk(lines) {
      if (volume !== 'quiet') for (const line of lines) err.line(line);
    },
    advise(lines) {
      for (const line of lines) err.line(line);
    },
    async close() {
      spinner?.stop();
      if (github !== undefined) writeSummary(github.end());
      await Promise.all([out.flushed(), err.flushed()]);
      return !out.lost.aborted;
    },
  };
}

async function githubReport(to: Output): Promise<GithubReport> {
  const { createGithubReport } = await import('./github.js');
  return createGithubReport(to.line);
}

async function jsonReport(out: Output): Promise<Emit> {
  const { createJsonReport } = await import('./json.js');
  return createJsonReport(out);
}

/** None where nobody would see it move: in CI and on a dumb terminal ora would print a line for every change. */
async function createSpinner({ stderr, env }: NodeJS.Process, wanted: boolean) {
  if (!wanted || env['TERM'] === 'dumb' || env['CI'] !== undefined) return undefined;
  // In a terminal of no columns ora would clear lines without end.
  if (!stderr.columns) return undefined;
  const { default: ora } = await import('ora');
  // Input may come from stdin, which ora would otherwise read away.
  return ora({ stream: stderr, discardStdin: false });
}
