import { closest } from './closest.js';
import type { Finding } from './problem.js';
import { type Customization, customizationSchema, type Pin } from './schema.js';
import { dateMs, MAX_NESTING } from './validate.js';

const FIELDS = new Set(Object.keys(customizationSchema.properties));
const PIN_FIELDS = new Set(Object.keys(customizationSchema.$defs.pin.properties));

/**
 * What is allowed in a customization but surely not meant. `text` is the
 * record's JSON, `customization` what a parser makes of it, `nowMs` the time
 * against which a window is expired.
 */
export function lint(customization: Customization, text: string, nowMs: number): Finding[] {
  const findings: Finding[] = [];
  const { target_type, target_identity, target_criteria, pin_definitions } = customization;
  unknownFields(customization, FIELDS, '', findings);
  if (target_type === 'all' && target_identity !== undefined)
    findings.push(identityForAll('target_identity'));
  if (target_type === 'all' && target_criteria !== undefined)
    findings.push(identityForAll('target_criteria'));
  pin_definitions.forEach((pin, at) => {
    lintPin(pin, `pin_definitions[${at}]`, nowMs, findings);
  });
  if (pin_definitions.length > 1) lintTogether(pin_definitions, findings);
  lintText(customization, text, findings);
  return findings;
}

const identityForAll = (path: string): Finding => ({
  code: 'identity-for-all',
  path,
  message: `"${path}" is given, but target_type is "all".`,
  hint: `Remove "${path}", or mend target_type.`,
});

function unknownFields(value: object, known: ReadonlySet<string>, at: string, findings: Finding[]): void {
  for (const field in value) {
    if (known.has(field)) continue;
    const near = closest(field, [...known]);
    findings.push({
      code: 'field-unknown',
      path: at === '' ? field : `${at}.${field}`,
      message: `"${field}" is no field that the API documents.`,
      ...(near !== undefined && { hint: `Did you mean "${near}"?` }),
    });
  }
}

function lintPin(pin: Pin, path: string, nowMs: number, findings: Finding[]): void {
  unknownFields(pin, PIN_FIELDS, path, findings);
  if (pin.position === undefined) {
    findings.push({
      code: 'position-missing',
      path: `${path}.position`,
      message: `"${path}.position" is missing; the API documents it as required.`,
      hint: 'Add -1 (every position), 0 (block) or 1 and up (that place).',
    });
  } else if (pin.is_block_pin !== undefined && pin.is_block_pin !== (pin.position === 0)) {
    findings.push({
      code: 'block-position',
      path: `${path}.is_block_pin`,
      message: `is_block_pin is ${pin.is_block_pin}, but position is ${pin.position}.`,
      hint: 'Position 0 blocks an item: use both or neither.',
    });
  }
  if (pin.active_to !== undefined && dateMs(pin.active_to) < nowMs) {
    findings.push({
      code: 'window-expired',
      path: `${path}.active_to`,
      message: `The pin expired at ${pin.active_to}: it will never be shown.`,
      hint: 'Move the date, or leave the pin out.',
    });
  }
}

/** Pins of one scope that cannot both be meant. */
function lintTogether(pins: readonly Pin[], findings: Finding[]): void {
  const places = new Map<string, number>();
  const items = new Map<string, { at: number; blocked: boolean }>();
  pins.forEach((pin, at) => {
    // Another widget, or another time, is another place.
    const place = JSON.stringify([pin.position, pin.widget_id, pin.active_from, pin.active_to]);
    const taken = pin.position !== undefined && pin.position > 0 ? places.get(place) : undefined;
    if (taken !== undefined) {
      findings.push({
        code: 'position-twice',
        path: `pin_definitions[${at}].position`,
        message: `Position ${pin.position} is already taken by pin_definitions[${taken}].`,
        hint: 'Give each pin of a scope a position of its own.',
      });
    }
    places.set(place, taken ?? at);
    if (pin.pin_type !== 'item' || pin.position === undefined) return;
    const item = JSON.stringify([pin.pin_identity, pin.widget_id]);
    const other = items.get(item);
    if (other !== undefined && other.blocked !== (pin.position === 0)) {
      findings.push({
        code: 'pinned-and-blocked',
        path: `pin_definitions[${at}].position`,
        message: `The item of pin_definitions[${other.at}] is both pinned and blocked.`,
        hint: 'Keep one of the two.',
      });
    }
    items.set(item, other ?? { at, blocked: pin.position === 0 });
  });
}

const MANY_DIGITS = /\d{16}|\d[eE]/;

/** What a JSON reader at the other end may change or has already changed. */
function lintText(customization: Customization, text: string, findings: Finding[]): void {
  if (text.includes('\uFFFD')) {
    findings.push({
      code: 'replacement-character',
      path: '',
      message: 'The record holds U+FFFD, the mark of text that was decoded wrongly.',
      hint: 'Make the export again with the right encoding.',
    });
  }
  if (MANY_DIGITS.test(text)) roundedNumbers(text, findings);
  if (countKeys(customization) !== countOf(text, '":')) duplicateKeys(text, findings);
}

/** Numbers that a reader with 64-bit floating point (RFC 8259, section 6) changes. */
function roundedNumbers(text: string, findings: Finding[]): void {
  for (const { token } of tokens(text)) {
    if (!/^-?\d/.test(token) || isExact(token)) continue;
    findings.push({
      code: 'number-rounded',
      path: '',
      message: `The number ${token.slice(0, 40)} is beyond what JSON readers keep exactly.`,
      hint: 'Write it as a string, in quotes.',
    });
  }
}

function isExact(number: string): boolean {
  const value = Number(number);
  return Number.isFinite(value) && (!/^-?\d+$/.test(number) || Number.isSafeInteger(value));
}

/** Keys that one object has twice: most readers keep the last, some the first. */
function duplicateKeys(text: string, findings: Finding[]): void {
  const open: Set<string>[] = [];
  for (const { token, isKey } of tokens(text)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    if (!isKey) continue;
    const key: unknown = JSON.parse(token);
    const keys = open.at(-1);
    if (typeof key !== 'string' || keys === undefined) continue;
    if (keys.has(key)) {
      findings.push({
        code: 'key-duplicate',
        path: key,
        message: `The key ${token} stands twice in one object: readers keep one of the two.`,
        hint: 'Remove one of them.',
      });
    }
    keys.add(key);
  }
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d[\d.eE+-]*|[{}]/g;

/** Strings, numbers and braces of a valid JSON text; a string before a colon is a key. */
function* tokens(text: string): Generator<{ token: string; isKey: boolean }> {
  for (const [whole, string, colon] of text.matchAll(TOKEN)) {
    yield { token: string ?? whole, isKey: colon !== undefined };
  }
}

function countOf(text: string, piece: string): number {
  let count = 0;
  for (let at = text.indexOf(piece); at !== -1; at = text.indexOf(piece, at + piece.length)) count++;
  return count;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let keys = 0;
  if (Array.isArray(value)) {
    for (const element of value) keys += countKeys(element);
    return keys;
  }
  for (const field of Object.values(value)) keys += 1 + countKeys(field);
  return keys;
}

/** Is `value` nested deeper than `MAX_NESTING`? */
export function isTooDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth >= MAX_NESTING || Object.values(value).some((inner) => isTooDeep(inner, depth + 1));
}
