import { Transform } from 'node:stream';
import ndjson from 'ndjson';
import type { PushEvent } from '../events.js';
import type { Output } from './output.js';
import { UNSAFE } from './safe.js';

/** What CI runners read as commands begins so, wherever it stands in a line. */
const TWO_MARKS = /#(?=#)/g;

/**
 * Writes each event as one line of JSON (NDJSON). Progress within the first
 * pass is left out. Characters that a terminal would act on are escapes, so
 * that the text means the same and does nothing.
 */
export function createJsonReport(out: Output): (event: PushEvent) => void {
  const lines = ndjson.stringify();
  lines.pipe(
    new Transform({
      transform(line: Buffer | string, _encoding, done) {
        out.line(String(line).trimEnd().replace(UNSAFE, escaped).replace(TWO_MARKS, escaped));
        done();
      },
    }),
  );
  return (event) => {
    if (event.type !== 'reading') lines.write(event);
  };
}

function escaped(characters: string): string {
  return Array.from({ length: characters.length }, (_, at) => characters.charCodeAt(at))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');
}
