import { Transform } from 'node:stream';
import ndjson from 'ndjson';
import type { PushEvent } from '../events.js';
import type { Output } from './output.js';

/** What a terminal or a CI runner would act on, and JSON.stringify leaves as it is. */
const UNSAFE =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]|#(?=#)/g;

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
        out.line(String(line).trimEnd().replace(UNSAFE, escaped));
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
