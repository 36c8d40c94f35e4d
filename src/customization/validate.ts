import { check } from '#schema-check';
import { dateMs } from './dates.js';
import type { Finding } from './problem.js';
import type { Customization, Pin } from './schema.js';
import { isObject, kindOf, schemaFinding } from './schema-finding.js';

/** The deepest nesting that is read: brackets inside brackets. */
export const MAX_NESTING = 64;

/** A customization, and what in it the API is bound to refuse all the same; or only the latter. */
export interface Validated {
  /** Present when the structure is that of the schema. */
  customization?: Customization;
  findings: Finding[];
}

/** What the API is bound to refuse in the value of one record: everything at once, in the order of the schema. */
export function validate(value: unknown): Validated {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { findings: [notAnObject(value)] };
  const list = wrappedList(value);
  if (list !== undefined) return { findings: [list] };
  if (check(value)) return { customization: value, findings: windowsFindings(value.pin_definitions) };
  return { findings: (check.errors ?? []).flatMap((error) => schemaFinding(error, value)) };
}

function notAnObject(value: unknown): Finding {
  return {
    code: 'not-an-object',
    path: '',
    message: `A customization is a JSON object, not ${kindOf(value)}.`,
    hint: Array.isArray(value)
      ? "The customizations stand one array too deep: jq '.[][]' FILE > pins.ndjson"
      : 'Remove it, or write {"model": ..., "target_type": ..., "pin_definitions": [...]}.',
  };
}

/** An export often is one object around the list: it has nothing of a customization, but a list of them. */
function wrappedList(value: object): Finding | undefined {
  if ('model' in value || 'target_type' in value || 'pin_definitions' in value) return undefined;
  for (const [field, inner] of Object.entries(value)) {
    if (!Array.isArray(inner) || !isObject(inner[0]) || !('pin_definitions' in inner[0])) continue;
    return {
      code: 'wrapped-list',
      path: field,
      message: `The customizations stand in a list inside "${field}".`,
      hint: `Take them out of it: jq '.${/^\w+$/.test(field) ? field : `[${JSON.stringify(field)}]`}[]' FILE > pins.ndjson`,
    };
  }
  return undefined;
}

const noSuchDay = (path: string, date: string): Finding => ({
  code: 'date-invalid',
  path,
  message: `"${path}" names a day that does not exist: ${date}.`,
  hint: 'Mend the day or the month.',
});

/** What the dates of pins break beyond their shape: days that no calendar has, an end before the start. */
function windowsFindings(pins: readonly Pin[]): Finding[] {
  const findings: Finding[] = [];
  for (let at = 0; at < pins.length; at++) {
    const { active_from: from, active_to: to } = pins[at] ?? {};
    if (from === undefined && to === undefined) continue;
    const finding = windowFinding(at, from, to);
    if (finding !== undefined) findings.push(finding);
  }
  return findings;
}

function windowFinding(at: number, from: string | undefined, to: string | undefined): Finding | undefined {
  const fromMs = from === undefined ? Number.NEGATIVE_INFINITY : dateMs(from);
  const toMs = to === undefined ? Number.POSITIVE_INFINITY : dateMs(to);
  if (fromMs <= toMs) return undefined;
  const path = `pin_definitions[${at}]`;
  if (Number.isNaN(fromMs)) return noSuchDay(`${path}.active_from`, from ?? '');
  if (Number.isNaN(toMs)) return noSuchDay(`${path}.active_to`, to ?? '');
  return {
    code: 'window-inverted',
    path: `${path}.active_to`,
    message: `The pin ends (${to}) before it begins (${from}).`,
    hint: 'Swap active_from and active_to, or mend the year.',
  };
}
