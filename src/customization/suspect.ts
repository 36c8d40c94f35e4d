import { examine } from './examine.js';
import { customizationSchema } from './schema.js';

/** Records of a batch in which our own checks find something about a field that the server names. */
export interface Suspect {
  field: string;
  /** 0-based numbers of the records in the batch, ascending. */
  records: number[];
}

const FIELDS = [
  ...Object.keys(customizationSchema.properties),
  ...Object.keys(customizationSchema.$defs.pin.properties),
];

/**
 * Looks through the NDJSON body of a rejected batch for what the server may
 * mean: it names fields, in keys or in sentences (`messages`), never lines.
 */
export function suspects(body: Buffer, messages: readonly string[], nowMs: number): Suspect[] {
  const named = FIELDS.filter((field) =>
    messages.some((message) => new RegExp(`\\b${field}\\b`).test(message)),
  );
  if (named.length === 0) return [];
  const found = named.map((field) => ({ field, records: [] as number[] }));
  body
    .toString('utf8')
    .split('\n')
    .forEach((text, record) => {
      if (text === '') return;
      const { findings } = examine(JSON.parse(text), text, nowMs);
      for (const { field, records } of found)
        if (findings.some(({ path }) => isAbout(path, field))) records.push(record);
    });
  return found.filter(({ records }) => records.length > 0);
}

/** Does a path end in the field? `pin_definitions[2].position` is about `position`. */
function isAbout(path: string, field: string): boolean {
  return path === field || path.endsWith(`.${field}`);
}
