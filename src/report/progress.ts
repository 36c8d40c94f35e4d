import type { PushEvent } from '../events.js';
import { duration, number, size } from './text.js';

/** What a progress line needs to know. */
export interface Progress {
  /** Takes the event in; the line to show from now on, undefined for none. */
  after(event: PushEvent, nowMs: number): string | undefined;
}

const BAR_COLUMNS = 20;
const SPINNER_COLUMNS = 3;

/** A progress line for `columns`: first what was read, then what was delivered, how fast, and how long it will take. */
export function createProgress(columns: number): Progress {
  let customizations = 0;
  let batches = 0;
  let startedMs = 0;
  let done = 0;
  let doneBatches = 0;
  let line: string | undefined;

  const delivering = (nowMs: number) => {
    const share = customizations === 0 ? 1 : done / customizations;
    const filled = Math.round(share * BAR_COLUMNS);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_COLUMNS - filled)}`;
    const perSecond = (done * 1000) / Math.max(1, nowMs - startedMs);
    const left = done === 0 ? '' : `, ${duration(((customizations - done) * 1000) / perSecond)} left`;
    const counts = `${number(doneBatches)}/${number(batches)} batches, ${number(done)}/${number(customizations)}`;
    const long = `${bar} ${counts} customizations, ${number(Math.round(perSecond))}/s${left}`;
    return longestThatFits([
      long,
      `${counts} customizations`,
      counts,
      `${number(doneBatches)}/${number(batches)}`,
    ]);
  };

  /** Never a part of a number: it would be another one. Beside it stands a spinner of two columns. */
  const longestThatFits = (texts: readonly string[]) =>
    texts.find((text) => text.length < columns - SPINNER_COLUMNS) ?? '';

  return {
    after(event, nowMs) {
      if (event.type === 'reading') {
        const read = number(event.customizations);
        line = longestThatFits([
          `Checking ${read} customizations (${size(event.bytes)})`,
          `${read} checked`,
          read,
        ]);
      } else if (event.type === 'plan') {
        ({ customizations, batches } = event);
        startedMs = nowMs;
        line = event.dryRun ? undefined : delivering(nowMs);
      } else if (event.type === 'batch') {
        done += event.batch.count;
        if (!event.batch.name.includes('.')) doneBatches++;
        line = delivering(nowMs);
      } else if (event.type === 'summary' || event.type === 'checked') {
        line = undefined;
      }
      return line;
    },
  };
}
