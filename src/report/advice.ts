import { BROKEN_CODES, type Problem } from '../customization/problem.js';
import type { Judgement } from '../delivery/verdict.js';
import type { PushEvent, Summary } from '../events.js';
import { type Given, pushCommand } from './command.js';
import { type Circumstances, meaningOf } from './meaning.js';
import { safe } from './safe.js';
import { duration, number, plural } from './text.js';

/** Follows a push, to say at its end what to do next. */
export interface Advice {
  take(event: PushEvent): void;
  /** What went wrong, what that means and the next command; empty when there is nothing to do. */
  lines(summary: Summary): string[];
}

/** What a run has shown so far. */
interface Seen {
  given: Given;
  plan: Extract<PushEvent, { type: 'plan' }> | undefined;
  /** How batches failed: the last judgement of each kind. */
  failures: Map<string, Judgement>;
  error: string | undefined;
  /** Is the input not whole, so that skipping customizations does not help? */
  isBroken: boolean;
}

/** Advice for a push that was given so: what it says depends on what was given. */
export function createAdvice({ files, flags }: Given): Advice {
  const { privateKeyFile, ...others } = flags;
  // A dry run has not read that file: what was given may be the key itself.
  const given = { files, flags: flags.dryRun === true ? others : flags };
  const seen: Seen = {
    given,
    plan: undefined,
    failures: new Map(),
    error: undefined,
    isBroken: false,
  };
  return {
    take(event) {
      if (event.type === 'problem') seen.isBroken ||= isBroken(event.problem);
      else if (event.type === 'plan') seen.plan = event;
      else if (event.type === 'stopping') seen.error = event.error;
      else if (event.type === 'batch' && event.judgement && event.result !== 'accepted') {
        const { verdict, status } = event.judgement;
        seen.failures.set(`${verdict} ${status}`, event.judgement);
      }
    },
    lines: (summary) => [...explanations(summary, seen), ...nextSteps(summary, seen)],
  };
}

const isBroken = ({ level, code }: Problem) => level === 'error' && BROKEN_CODES.has(code);

function explanations(summary: Summary, seen: Seen): string[] {
  const { stopped, comeBackMs, writeError } = summary;
  const failures = stopped === 'clock' ? [] : [...seen.failures.values()];
  const lines = failures.flatMap((judgement) => meaningOf(judgement, circumstances(seen)) ?? []);
  if (stopped === 'clock')
    lines.push(
      "401: a signature is good for about 5 s by the server's clock. Set this machine's, for instance with: timedatectl set-ntp true",
    );
  if (comeBackMs !== undefined) lines.push(`The server asks to come back in ${duration(comeBackMs)}.`);
  if (writeError !== undefined)
    lines.push(`Could not be written: ${safe(writeError)}. Make room, or name another place.`);
  else if (stopped === 'failed') lines.push(`The push ended here: ${safe(seen.error ?? '')}`);
  return lines;
}

function circumstances({ given: { flags }, plan }: Seen): Circumstances {
  return {
    strategy: plan?.strategy ?? 'raise',
    trackerId: plan?.trackerId,
    origin: plan?.origin ?? '',
    keySource:
      flags.privateKeyFile === undefined
        ? 'LUIGISBOX_PRIVATE_KEY_FILE or LUIGISBOX_PRIVATE_KEY'
        : `--private-key-file ${safe(flags.privateKeyFile)}`,
  };
}

/** A step, and the command that takes it. */
const step = (what: string, given: Given) => `${what}\n    ${pushCommand(given)}`;

/** What to do now, the most pressing first; each ends with the exact command. */
function nextSteps(summary: Summary, seen: Seen): string[] {
  const { counts, refusedInput, dryRun } = summary;
  const { given } = seen;
  if (refusedInput) return mendInput(summary, seen);
  if (dryRun) {
    if (counts.notSent === 0) return [];
    return [step('Nothing was sent. To send:', { ...given, flags: { ...given.flags, dryRun: false } })];
  }
  if (counts.unknown > 0) return [lookAgain(summary, given)];
  if (counts.rejected > 0) return rejectedSteps(summary, seen);
  if (counts.notSent > 0)
    return [step(`${number(counts.notSent)} were not sent. Go on with:`, again(summary, given))];
  return counts.invalid > 0 ? [mendSkipped(counts.invalid, given)] : [];
}

function mendSkipped(invalid: number, given: Given): string {
  const what = `${plural(invalid, 'invalid customization')} ${invalid === 1 ? 'was' : 'were'} skipped.`;
  if (given.flags.rejects === undefined) return `${what} With --rejects <file> such are kept in a file.`;
  return step(`${what} Mend the file of the rejects, then:`, rest(given, strategyOf(given)));
}

function mendInput({ counts }: Summary, { given, isBroken: mustBeMended }: Seen): string[] {
  const { flags } = given;
  const lines = [step('Nothing was sent. Mend the errors above, then:', given)];
  const valid = counts.read - counts.invalid;
  if (valid > 0 && counts.invalid > 0 && !mustBeMended)
    lines.push(
      step(`Or send the ${plural(valid, 'valid customization')} without the others:`, {
        ...given,
        flags: { ...flags, skipInvalid: true },
      }),
    );
  return lines;
}

function lookAgain(summary: Summary, given: Given): string {
  const what = `${plural(summary.counts.unknown, 'customization')} may be stored or not.`;
  if (strategyOf(given) !== 'raise')
    return step(`${what} Sending them again does no harm:`, again(summary, given));
  return step(
    `${what} This stores them where they are missing, and keeps what exists:`,
    rest(given, 'ignore'),
  );
}

function rejectedSteps(summary: Summary, { given, failures }: Seen): string[] {
  const statuses = [...failures.values()].map(({ status }) => status);
  if (strategyOf(given) === 'raise' && statuses.includes(409))
    return [
      step('To keep what exists, and store the others:', rest(given, 'ignore')),
      step('To replace what exists:', rest(given, 'override')),
    ];
  const next = again(summary, given);
  if (statuses.every((status) => status === 409)) return [step('When that one is over:', next)];
  const mend = step('Mend what was rejected, then:', next);
  if (given.flags.isolate === true || !statuses.includes(422)) return [mend];
  return [mend, step('To find the culprits first:', { ...next, flags: { ...next.flags, isolate: true } })];
}

const strategyOf = ({ flags }: Given) => flags.conflict ?? 'raise';

/** How to send what is left, and nothing of it twice where that would collide with itself. */
function again({ counts }: Summary, given: Given): Given {
  const maySendTwice =
    strategyOf(given) !== 'raise' || counts.accepted + counts.unknown + counts.rejected === 0;
  return given.flags.resume !== undefined || maySendTwice ? given : rest(given, 'ignore');
}

/** The push of what was not accepted, under a strategy: from the rejects, where they are kept, else from the whole. */
function rest({ files, flags }: Given, conflict: string): Given {
  // A journal belongs to one strategy and one input.
  const { resume, rejects, skipInvalid, expect, ...others } = flags;
  if (rejects === undefined)
    return {
      files,
      flags: {
        ...others,
        conflict,
        ...(skipInvalid !== undefined && { skipInvalid }),
        ...(expect !== undefined && { expect }),
      },
    };
  return { files: [rejects], flags: { ...others, conflict } };
}
