import type { ErrorObject } from 'ajv';
import { closest } from './closest.js';
import type { Finding } from './problem.js';
import { customizationSchema } from './schema.js';

/** One violation of the schema in our words; none for the parts that only repeat another. */
export function schemaFinding(error: ErrorObject, root: object): Finding[] {
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
      return [DATE_FIELD.test(path) ? badDate(path, value) : blank(path)];
    default:
      return [];
  }
}

function missing(field: string, keys: readonly Step[], parent: unknown): Finding {
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
    hint: typo === undefined ? descriptionOf(field) : `There is "${typo}": did you mean "${field}"?`,
  };
}

/** What the schema says of a field, in its first sentence. */
function descriptionOf(field: string): string {
  const fields: Record<string, { description: string }> = {
    ...customizationSchema.properties,
    ...customizationSchema.$defs.pin.properties,
  };
  return fields[field]?.description.replace(/(?<=\.) .*/, '') ?? '';
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
  return {
    code: 'field-type',
    path,
    message: `"${path}" must be ${wanted}, not ${kindOf(value)}.`,
    hint: typeHint(path, type, value) ?? TYPE_HINTS.get(type) ?? '',
  };
}

const TYPE_HINTS: ReadonlyMap<string, string> = new Map([
  ['array', 'Put it in square brackets.'],
  ['object', 'Write fields and values in braces: {"field": "value"}.'],
  ['integer', 'Write -1 (every position), 0 (block) or 1 and up (that place).'],
  ['boolean', 'Write true or false, without quotes.'],
  ['string', 'Write text in double quotes.'],
]);

const NEVER_LEFT_OUT = /(^model|^target_type|^pin_definitions|\.pin_type)$/;

function typeHint(path: string, type: string, value: unknown): string | undefined {
  if (value === null)
    return NEVER_LEFT_OUT.test(path) ? 'It needs a value.' : 'Leave the field out instead of writing null.';
  if (DATE_FIELD.test(path)) return DATE_HINT;
  if (type === 'integer' && typeof value === 'string' && /^-?\d+$/.test(value))
    return `Write ${value} without quotes.`;
  if (type === 'string' && typeof value === 'number')
    return Number.isSafeInteger(value) ? `Write "${value}", in quotes.` : 'Put the number in quotes.';
  if (type === 'boolean' && (value === 'true' || value === 'false')) return `Write ${value} without quotes.`;
  if (type === 'boolean' && (value === 0 || value === 1)) return `Write ${value === 1} instead.`;
  return undefined;
}

function notAllowed(path: string, allowed: readonly string[], value: unknown): Finding {
  const near = typeof value === 'string' ? closest(value, allowed) : undefined;
  return {
    code: 'field-value',
    path,
    message: `"${path}" must be one of ${allowed.map(quoted).join(', ')}, not ${quoted(value)}.`,
    hint: near === undefined ? descriptionOf(path.replace(/.*\./, '')) : `Did you mean "${near}"?`,
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

const DATE_FIELD = /\.active_(from|to)$/;
const DATE_HINT = 'Write it as 2026-12-24 or 2026-12-24T18:00:00Z.';

function badDate(path: string, value: unknown): Finding {
  const [, day = '', month = '', year] = /^(\d\d?)\. ?(\d\d?)\. ?(\d{4})$/.exec(String(value)) ?? [];
  return {
    code: 'date-invalid',
    path,
    message: `"${path}" is no date: ${quoted(value)}.`,
    hint:
      year === undefined
        ? DATE_HINT
        : `Write it as ${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}.`,
  };
}

/** Is `key` a field that the schema knows in the object at `keys`? Everything is, outside customization and pin. */
function isKnown(keys: readonly Step[], key: string): boolean {
  if (keys.length === 0) return key in customizationSchema.properties;
  return key in customizationSchema.$defs.pin.properties;
}

/** A step from a value into it: the key of a field, or the 0-based number of an element. */
export type Step = string | number;

/** No field that the schema looks into has digits for a name. */
function pointerKeys(pointer: string): Step[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => (/^\d+$/.test(key) ? Number(key) : key.replaceAll('~1', '/').replaceAll('~0', '~')));
}

/** A path as people write it: `pin_definitions[2].position`. */
export function pathText(steps: readonly Step[]): string {
  return steps
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '');
}

function valueAt(root: unknown, keys: readonly Step[]): unknown {
  return keys.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), root);
}

/** Arrays count as objects here. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

const MAX_QUOTED = 60;

/** A value as a message shows it: JSON, cut when it is long. */
function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
}

/** What kind of JSON a value is, with the value where it is short. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return `the ${typeof value} ${quoted(value)}`;
}
