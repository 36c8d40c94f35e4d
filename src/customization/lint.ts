import { closest } from './closest.js';
import { dateMs } from './dates.js';
import { duplicateKeys, roundedNumbers } from './lossy.js';
import type { Finding } from './problem.js';
import { type Customization, customizationSchema, type Pin } from './schema.js';
import { isObject } from './schema-finding.js';
import { MAX_NESTING } from './validate.js';

const FIELDS = new Set(Object.keys(customizationSchema.properties));
const PIN_FIELDS = new Set(Object.keys(customizationSchema.$defs.pin.properties));

/**
 * What is allowed in a customization but surely not meant. `text` is the
 * record's JSON, `shape` what `shapeOf` tells of it, `nowMs` the time against
 * which a window is expired.
 */
export function lint(customization: Customization, text: string, shape: Shape, nowMs: number): Finding[] {
  const findings: Finding[] = [];
  const { target_type, target_identity, target_criteria, pin_definitions } = customization;
  unknownFields(customization, FIELDS, undefined, findings);
  if (target_type === 'all' && target_identity !== undefined)
    findings.push(identityForAll('target_identity'));
  if (target_type === 'all' && target_criteria !== undefined)
    findings.push(identityForAll('target_criteria'));
  for (let at = 0; at < pin_definitions.length; at++) {
    const pin = pin_definitions[at];
    if (pin !== undefined) lintPin(pin, at, nowMs, findings);
  }
  if (mayClash(pin_definitions)) lintTogether(pin_definitions, findings);
  if (text.includes('\uFFFD')) findings.push(replacementCharacter);
  if (shape.hasGreatNumber) roundedNumbers(text, findings);
  // Fewer keys than the text has colons after them: some may have come twice.
  if (shape.keys !== countKeyColons(text)) duplicateKeys(text, findings);
  return findings;
}

const identityForAll = (path: string): Finding => ({
  code: 'identity-for-all',
  path,
  message: `"${path}" is given, but target_type is "all".`,
  hint: `Remove "${path}", or mend target_type.`,
});

const replacementCharacter: Finding = {
  code: 'replacement-character',
  path: '',
  message: 'The record holds U+FFFD, the mark of text that was decoded wrongly.',
  hint: 'Make the export again with the right encoding.',
};

/** `pin` is the number of the pin, where `value` is one. */
function unknownFields(
  value: object,
  known: ReadonlySet<string>,
  pin: number | undefined,
  findings: Finding[],
): void {
  for (const field in value) {
    if (known.has(field)) continue;
    const near = closest(field, [...known]);
    findings.push({
      code: 'field-unknown',
      path: pin === undefined ? field : `pin_definitions[${pin}].${field}`,
      message: `${JSON.stringify(field)} is no field that the API documents.`,
      hint: near === undefined ? 'Remove it, unless the API has learnt it since.' : `Did you mean "${near}"?`,
    });
  }
}

function lintPin(pin: Pin, at: number, nowMs: number, findings: Finding[]): void {
  const { position, is_block_pin, active_to } = pin;
  unknownFields(pin, PIN_FIELDS, at, findings);
  if (position === undefined) {
    const path = `pin_definitions[${at}].position`;
    findings.push({
      code: 'position-missing',
      path,
      message: `"${path}" is missing; the API documents it as required.`,
      hint: 'Add -1 (every position), 0 (block) or 1 and up (that place).',
    });
  } else if (is_block_pin !== undefined && is_block_pin !== (position === 0)) {
    findings.push({
      code: 'block-position',
      path: `pin_definitions[${at}].is_block_pin`,
      message: `is_block_pin is ${is_block_pin}, but position is ${position}.`,
      hint: is_block_pin
        ? 'To block the item write position 0; to show it remove is_block_pin.'
        : 'To show the item write position 1 or up; to block it remove is_block_pin.',
    });
  }
  if (active_to !== undefined && dateMs(active_to) < nowMs) {
    findings.push({
      code: 'window-expired',
      path: `pin_definitions[${at}].active_to`,
      message: `The pin expired at ${active_to}: it will never be shown.`,
      hint: 'Move the date, or leave the pin out.',
    });
  }
}

/** Can two of the pins be at odds? Not while positions ascend and none is 0, as they mostly do. */
function mayClash(pins: readonly Pin[]): boolean {
  let last = 0;
  for (const { position } of pins) {
    if (position === undefined || position < 0) continue;
    if (position <= last) return true;
    last = position;
  }
  return false;
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
        message: `The item ${JSON.stringify(pin.pin_identity)} of pin_definitions[${other.at}] is both pinned and blocked.`,
        hint: 'Keep one of the two.',
      });
    }
    items.set(item, other ?? { at, blocked: pin.position === 0 });
  });
}

const SPACE = 0x20;
const QUOTE = 0x22;

/**
 * Colons right after a quote: never fewer than a text has keys, and as many in
 * most texts. NaN, which no number of keys is, when white space comes between.
 */
function countKeyColons(text: string): number {
  let count = 0;
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1)) {
    const before = text.charCodeAt(at - 1);
    if (before === QUOTE) count++;
    else if (before <= SPACE) return Number.NaN;
  }
  return count;
}

/** What a look at every value of a record tells. */
export interface Shape {
  /** Fields of all objects in it. */
  keys: number;
  /** Is there a number beyond those that 64-bit floating point counts exactly? */
  hasGreatNumber: boolean;
  /** Is it nested deeper than `MAX_NESTING`? The other two then tell of a part only. */
  isTooDeep: boolean;
}

/** Looks at every value of a record, or of what stands in it at that depth. */
export function shapeOf(value: unknown, depth = 0): Shape {
  const shape = { keys: 0, hasGreatNumber: false, isTooDeep: false };
  addShape(value, depth, shape);
  return shape;
}

/** Makes no list of what arrays and objects hold, for every value of the input passes here. */
function addShape(value: unknown, depth: number, shape: Shape): void {
  if (typeof value === 'number') {
    if (Math.abs(value) > Number.MAX_SAFE_INTEGER) shape.hasGreatNumber = true;
  } else if (isObject(value)) {
    if (depth >= MAX_NESTING) shape.isTooDeep = true;
    else if (Array.isArray(value)) for (const element of value) addShape(element, depth + 1, shape);
    else {
      for (const field in value) {
        shape.keys++;
        addShape(value[field], depth + 1, shape);
      }
    }
  }
}
