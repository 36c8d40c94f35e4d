import type { ErrorObject } from 'ajv';
import { check } from '#schema-check';
import { closest } from './closest.js';
import type { Finding } from './problem.js';
import { type Customization, customizationSchema } from './schema.js';

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
  if (check(value)) return { customization: value, findings: value.pin_definitions.flatMap(windowFindings) };
  return { findings: (check.errors ?? []).flatMap((error) => finding(error, value)) };
}

function notAnObject(value: unknown): Finding {
  return {
    code: 'not-an-object',
    path: '',
    message: `A customization is a JSON object, not ${kindOf(value)}.`,
    hint: Array.isArray(value)
      ? 'Each customization stands by itself: take it out of the inner array (jq: .[][]).'
      : 'Write {"model": ..., "target_type": ..., "pin_definitions": [...]}.',
  };
}

/** One violation of the schema in our words; none for the parts that only repeat another. */
function finding(error: ErrorObject, root: object): Finding[] {
  const keys = pointerKeys(error.instancePath);
  const path = pathText(keys);
  const value = valueAt(root, keys);
  switch (error.keyword) {
    case 'required':
      return [missing(String(error.params['missingProperty']), keys, value)];
    case 'type':
      return [mistyped(path, String(error.params['type']), value)];
    case 'enum':
      return [notAllowed(path, error.params['allowedValues'], value)];
    case 'minItems':
      return [
        {
          code: 'pins-missing',
          path,
          message: `"${path}" is empty.`,
          hint: 'A customization needs at least one pin.',
        },
      ];
    case 'minimum':
      return [positionRange(path, value)];
    case 'pattern':
      return [/\.active_(from|to)$/.test(path) ? badDate(path, value) : blank(path)];
    default:
      return [];
  }
}

function missing(field: string, keys: readonly string[], parent: unknown): Finding {
  const path = pathText([...keys, field]);
  const condition = /^(target|pin)_(identity|criteria)$/.exec(field);
  const typeField = condition && `${condition[1]}_type`;
  const why =
    typeField && isObject(parent)
      ? ` It is needed because ${typeField} is ${quoted(parent[typeField])}.`
      : '';
  const unknown = isObject(parent) ? Object.keys(parent).filter((key) => !isKnown(keys, key)) : [];
  const typo = closest(field, unknown);
  return {
    code: 'field-missing',
    path,
    message: `"${path}" is missing.${why}`,
    ...(typo !== undefined && { hint: `There is "${typo}": did you mean "${field}"?` }),
  };
}

function mistyped(path: string, type: string, value: unknown): Finding {
  const wanted =
    {
      array: 'an array',
      object: 'an object',
      integer: 'a whole number',
      boolean: 'true or false',
      string: 'a string',
    }[type] ?? type;
  const hint = typeHint(type, value);
  return {
    code: 'field-type',
    path,
    message: `"${path}" must be ${wanted}, not ${kindOf(value)}.`,
    ...(hint !== undefined && { hint }),
  };
}

function typeHint(type: string, value: unknown): string | undefined {
  if (value === null) return 'Leave the field out instead of writing null.';
  if (type === 'integer' && typeof value === 'string' && /^-?\d+$/.test(value))
    return `Write ${value} without quotes.`;
  if (type === 'string' && typeof value === 'number')
    return `Write "${value}" in quotes: identities are strings.`;
  if (type === 'boolean' && (value === 'true' || value === 'false')) return `Write ${value} without quotes.`;
  if (type === 'array') return 'Put it in square brackets.';
  return undefined;
}

function notAllowed(path: string, allowed: readonly string[], value: unknown): Finding {
  const near = typeof value === 'string' ? closest(value, allowed) : undefined;
  return {
    code: 'field-value',
    path,
    message: `"${path}" must be one of ${allowed.map(quoted).join(', ')}, not ${quoted(value)}.`,
    ...(near !== undefined && { hint: `Did you mean "${near}"?` }),
  };
}

const positionRange = (path: string, value: unknown): Finding => ({
  code: 'position-range',
  path,
  message: `"${path}" must be -1 or more, not ${String(value)}.`,
  hint: '-1 is every position, 0 blocks the item, 1 and up is that place.',
});

const blank = (path: string): Finding => ({
  code: 'field-blank',
  path,
  message: `"${path}" is blank.`,
  hint: 'Give it a value, or leave the customization out.',
});

const badDate = (path: string, value: unknown): Finding => ({
  code: 'date-invalid',
  path,
  message: `"${path}" is no date: ${quoted(value)}.`,
  hint: 'Write it as 2026-12-24 or 2026-12-24T18:00:00Z.',
});

/** What a pin's dates break beyond their shape: days that no calendar has, an end before the start. */
function windowFindings(pin: Customization['pin_definitions'][number], at: number): Finding[] {
  const { active_from: from, active_to: to } = pin;
  if (from === undefined && to === undefined) return [];
  const path = `pin_definitions[${at}]`;
  const fromMs = from === undefined ? Number.NEGATIVE_INFINITY : dateMs(from);
  const toMs = to === undefined ? Number.POSITIVE_INFINITY : dateMs(to);
  if (Number.isNaN(fromMs)) return [badDate(`${path}.active_from`, from)];
  if (Number.isNaN(toMs)) return [badDate(`${path}.active_to`, to)];
  if (fromMs <= toMs) return [];
  return [
    {
      code: 'window-inverted',
      path: `${path}.active_to`,
      message: `The pin ends (${to}) before it begins (${from}).`,
      hint: 'Swap active_from and active_to, or mend the year.',
    },
  ];
}

/** Milliseconds since the epoch of a date of the schema's shape, UTC when it names no zone; NaN for no real day. */
export function dateMs(date: string): number {
  const [, day = '', time = '00:00', zone = 'Z'] = /^(.{10})(?:[T ]([\d:.]+))? ?(.*)$/.exec(date) ?? [];
  const midnight = new Date(`${day}T00:00:00Z`);
  // A day such as 30 February is moved into March, not refused.
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== day) return Number.NaN;
  const offset = /^([+-]\d\d):?(\d\d)$/.exec(zone);
  return Date.parse(`${day}T${time}${offset ? `${offset[1]}:${offset[2]}` : 'Z'}`);
}

/** Is `key` a field that the schema knows in the object at `keys`? Everything is, outside customization and pin. */
function isKnown(keys: readonly string[], key: string): boolean {
  if (keys.length === 0) return key in customizationSchema.properties;
  return key in customizationSchema.$defs.pin.properties;
}

function pointerKeys(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** A path as people write it: `pin_definitions[2].position`. */
function pathText(keys: readonly string[]): string {
  return keys
    .map((key) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`))
    .join('')
    .replace(/^\./, '');
}

function valueAt(root: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), root);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

const MAX_QUOTED = 60;

/** A value as a message shows it: JSON, cut when it is long. */
function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return `the ${typeof value} ${quoted(value)}`;
}
