import { gzipSync } from 'node:zlib';
import { type Checked, type CheckRules, check } from '../src/check.js';
import type { Problem } from '../src/customization/problem.js';
import type { PlacedRecord } from '../src/delivery/plan.js';
import { openInputs } from '../src/input/inputs.js';

/** No rule is relaxed or made stricter. */
export const PLAIN_RULES: CheckRules = {
  strict: false,
  lenient: false,
  allowDuplicates: false,
  allowEmpty: false,
  expect: undefined,
};

/** Time against which windows are expired, in tests. */
const NOW_MS = Date.parse('2026-12-01T12:00:00Z');

/** What a check of some bytes found. */
export interface Found extends Checked {
  problems: Problem[];
  /** Each problem as `line code path`. */
  shown: string[];
  /** How many records would be sent. */
  taken: number;
}

type Bytes = string | Uint8Array;

/** Checks inputs that are named `a`, `b`, ... */
export async function checked(
  texts: Bytes | readonly Bytes[],
  rules: Partial<CheckRules> = {},
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<Found> {
  const list = typeof texts === 'string' || texts instanceof Uint8Array ? [texts] : texts;
  const inputs = await openInputs(
    list.map((text, at) => ({ name: String.fromCharCode(97 + at), bytes: once(Buffer.from(text)) })),
  );
  const problems: Problem[] = [];
  let taken = 0;
  const take = ({ length }: PlacedRecord) => {
    if (length > maxBytes) return false;
    taken++;
    return true;
  };
  const listener = { problem: (problem: Problem) => problems.push(problem), invalid() {}, progress() {} };
  try {
    const result = await check(inputs, { ...PLAIN_RULES, ...rules }, NOW_MS, take, listener);
    const shown = problems.map(({ line, code, path }) => `${line} ${code} ${path}`.trimEnd());
    return { ...result, problems, shown, taken };
  } finally {
    await inputs.close();
  }
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

/** A gzip file without its end. */
export const cutGzip = (text: string): Uint8Array => gzipSync(text).subarray(0, -6);

/** A pin, with changes. */
export const pin = (changes: object = {}) => ({
  pin_type: 'item',
  pin_identity: 'sku-7',
  position: 1,
  ...changes,
});

/** A customization as a line, with changes; `undefined` leaves a field out. */
export const line = (changes: object = {}) =>
  JSON.stringify({
    model: 'basket',
    target_type: 'item',
    target_identity: 'sku-1',
    pin_definitions: [pin()],
    ...changes,
  });

/** A customization with one pin, which has changes. */
export const linePin = (changes: object) => line({ pin_definitions: [pin(changes)] });
