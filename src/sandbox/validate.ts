import type { ErrorObject } from 'ajv';
import { check } from '#schema-check';
import type { Finding } from '../customization/problem.js';
import type { Customization } from '../customization/schema.js';
import { validate } from '../customization/validate.js';
import type { Details } from './answer.js';

/** A customization, or why it is none: messages per field, which never say which line it was. */
type ValidatedLine = { customization: Customization } | { customization?: undefined; details: Details };

/** A field of the customization, and what is wrong with it. */
type Complaint = [field: string, message: string];

/** Reads one line of a request. */
export function validateLine(line: string): ValidatedLine {
  const value = parse(line);
  if (value === undefined) return { details: { customization: ['is not JSON'] } };
  if (!check(value)) return { details: detailsOf(schemaComplaints(check.errors ?? [])) };
  const { findings } = validate(value);
  return findings.length === 0
    ? { customization: value }
    : { details: detailsOf(findings.map(windowComplaint)) };
}

/** The JSON value of `text`; undefined, which no JSON text means, when it has none. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The shape of `exception_details`: by field, each message once. */
function detailsOf(complaints: readonly Complaint[]): Details {
  const details = new Map<string, string[]>();
  for (const [field, message] of complaints) {
    const messages = details.get(field) ?? [];
    if (!messages.includes(message)) details.set(field, [...messages, message]);
  }
  return Object.fromEntries(details);
}

/** "if" is left out: it only tells that its "then" failed, which is listed by itself. */
const schemaComplaints = (errors: readonly ErrorObject[]) =>
  errors.filter(({ keyword }) => keyword !== 'if').map(schemaComplaint);

/** What the schema found; the message begins with the name of a pin's field, where it is one. */
function schemaComplaint(error: ErrorObject): Complaint {
  const names = error.instancePath.split('/').filter((name) => name !== '' && !/^\d+$/.test(name));
  if (error.keyword === 'required') names.push(String(error.params['missingProperty']));
  const [field = 'customization', inner] = names;
  const isElement = /\/\d+$/.test(error.instancePath);
  const subject = inner ?? (isElement ? 'each' : undefined);
  return [field, subject === undefined ? rule(error) : `${subject} ${rule(error)}`];
}

/** What only a look at the calendar finds, in the dates of a pin. */
function windowComplaint({ code, path }: Finding): Complaint {
  const [field = '', name] = path.split(/\[\d+\]\./);
  const message = code === 'window-inverted' ? 'must not be before active_from' : 'must be a day that exists';
  return [field, `${name} ${message}`];
}

function rule({ keyword, params, message }: ErrorObject): string {
  switch (keyword) {
    case 'required':
      return 'is required';
    case 'type':
      return `must be ${/^[aeio]/.test(params['type']) ? 'an' : 'a'} ${params['type']}`;
    case 'enum':
      return `must be one of ${params['allowedValues'].join(', ')}`;
    case 'minItems':
      return 'must not be empty';
    case 'minimum':
      return `must be ${params['limit']} or more`;
    case 'pattern':
      return params['pattern'] === '\\S' ? 'must not be blank' : 'must be a date (ISO 8601)';
    default:
      return message ?? 'is invalid';
  }
}
