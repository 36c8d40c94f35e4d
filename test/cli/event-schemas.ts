import { ERROR_CODES, LEVELS, WARNING_CODES } from '../../src/customization/problem.js';
import { RESULTS, STOP_REASONS } from '../../src/delivery/policy.js';
import { CONFLICT_STRATEGIES } from '../../src/delivery/strategy.js';
import { VERDICTS } from '../../src/delivery/verdict.js';
import type { PushEvent } from '../../src/events.js';

const text = { type: 'string' };
const count = { type: 'integer', minimum: 0 };
const ms = { type: 'number', minimum: 0 };
const oneOf = (values: readonly string[]) => ({ enum: values });
const list = (items: object) => ({ type: 'array', items });

/** An object with those fields and no other; a name that ends in "?" may be left out. */
function object(fields: Record<string, object>) {
  const names = Object.keys(fields);
  return {
    type: 'object',
    required: names.filter((name) => !name.endsWith('?')),
    properties: Object.fromEntries(names.map((name) => [name.replace('?', ''), fields[name]])),
    additionalProperties: false,
  };
}

const place = object({ file: text, line: count });
const batch = object({
  name: { type: 'string', pattern: '^[0-9]+(\\.[12])*$' },
  count,
  bytes: count,
  ranges: list(object({ file: text, firstLine: count, lastLine: count })),
});
const judgement = object({
  verdict: oneOf(VERDICTS),
  'status?': count,
  'words?': object({
    'reason?': text,
    'details?': { type: 'object', additionalProperties: list(text) },
    'text?': text,
  }),
  'retryAfterMs?': ms,
  'fault?': text,
});
const counts = object({
  read: count,
  accepted: count,
  rejected: count,
  unknown: count,
  notSent: count,
  invalid: count,
});

/** JSON Schema of each event but `type`, as `--json` prints it; the README tells the same in words. */
const FIELDS: Record<Exclude<PushEvent['type'], 'reading'>, Record<string, object>> = {
  problem: {
    problem: object({
      level: oneOf(LEVELS),
      code: oneOf([...ERROR_CODES, ...WARNING_CODES]),
      file: text,
      line: count,
      'column?': count,
      path: text,
      message: text,
      'hint?': text,
      'excerpt?': object({ text, at: count }),
    }),
  },
  checked: { read: count, invalid: count, errors: count, warnings: count, files: list(text) },
  plan: {
    customizations: count,
    batches: count,
    bytes: count,
    'trackerId?': text,
    origin: text,
    strategy: oneOf(CONFLICT_STRATEGIES),
    dryRun: { type: 'boolean' },
    acceptedEarlier: count,
  },
  attempt: { batch, attempt: count },
  answer: { batch, attempt: count, judgement, elapsedMs: ms },
  waiting: { batch, ms, why: oneOf(['throttled', 'unreachable', 'in-doubt', 'clock']), attempt: count },
  clock: { offsetMs: { type: 'number' } },
  split: { batch, why: oneOf(['too-large', 'isolate']) },
  batch: {
    batch,
    result: oneOf(RESULTS),
    'judgement?': judgement,
    attempts: count,
    elapsedMs: ms,
    earlier: { type: 'boolean' },
    suspicions: list(object({ field: text, places: list(place), count })),
  },
  stopping: { why: oneOf(STOP_REASONS), 'comeBackMs?': ms, 'offsetMs?': { type: 'number' }, 'error?': text },
  summary: {
    summary: object({
      counts,
      batches: count,
      requests: count,
      elapsedMs: ms,
      refusedInput: { type: 'boolean' },
      dryRun: { type: 'boolean' },
      'stopped?': oneOf(STOP_REASONS),
      'comeBackMs?': ms,
      'writeError?': text,
    }),
  },
};

/** JSON Schema of each event, by its type. */
export const EVENT_SCHEMAS: ReadonlyMap<string, object> = new Map(
  Object.entries(FIELDS).map(([type, fields]) => [type, object({ type: { const: type }, ...fields })]),
);
