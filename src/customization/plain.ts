import { dateMs } from './dates.js';
import { countKeyColons, shapeOf } from './lint.js';
import { type Customization, PIN_TYPES, TARGET_TYPES } from './schema.js';

/**
 * Is there plainly nothing to say about a record? Then it is a customization in
 * which neither `validate` nor `lint` finds anything; false only means that
 * they have to look. Most records of most inputs are plain, and this one walk
 * takes a third of the time of theirs.
 */
export function isPlain(value: unknown, text: string, nowMs: number): value is Customization {
  return keysOf(value, nowMs) === countKeyColons(text) && !text.includes('\uFFFD');
}

/** Not the number of keys of any text, nor is a sum with it. */
const NOT_PLAIN = Number.NaN;

/** How many keys the record has, in all its objects; `NOT_PLAIN` when there may be something to say. */
function keysOf(value: unknown, nowMs: number): number {
  if (!isObject(value)) return NOT_PLAIN;
  const { model, target_type, target_identity, target_criteria, target_metadata, tags, pin_definitions } =
    value;
  if (!isName(model) || !isOneOf(TARGET_TYPES, target_type)) return NOT_PLAIN;
  if (target_type === 'item' ? !isName(target_identity) : target_identity !== undefined) return NOT_PLAIN;
  if (target_type === 'criteria' ? !isObject(target_criteria) : target_criteria !== undefined)
    return NOT_PLAIN;
  if (tags !== undefined && !isListOfStrings(tags)) return NOT_PLAIN;
  let known = 3;
  if (target_type !== 'all') known++;
  if (tags !== undefined) known++;
  if (target_metadata !== undefined) known++;
  if (countKeys(value) !== known) return NOT_PLAIN;
  return (
    known +
    keysInside(target_criteria, 1) +
    keysInside(target_metadata, 1) +
    keysOfPins(pin_definitions, nowMs)
  );
}

function keysOfPins(pins: unknown, nowMs: number): number {
  if (!isList(pins) || pins.length === 0) return NOT_PLAIN;
  let keys = 0;
  let last = 0;
  for (const pin of pins) {
    if (!isObject(pin)) return NOT_PLAIN;
    const { position } = pin;
    // Pins whose places ascend cannot be at odds with each other.
    if (!isNumber(position) || !Number.isSafeInteger(position)) return NOT_PLAIN;
    if (position > last) last = position;
    else if (position !== EVERY_POSITION) return NOT_PLAIN;
    keys += keysOfPin(pin, nowMs);
  }
  return keys;
}

/** `position` is looked at by the caller. */
function keysOfPin(pin: Fields, nowMs: number): number {
  const {
    pin_type,
    pin_identity,
    pin_criteria,
    widget_id,
    is_block_pin,
    is_bundle_pin,
    active_from,
    active_to,
  } = pin;
  if (!isOneOf(PIN_TYPES, pin_type)) return NOT_PLAIN;
  if (pin_type === 'item' ? !isName(pin_identity) : pin_identity !== undefined) return NOT_PLAIN;
  if (pin_type === 'criteria' ? !isObject(pin_criteria) : pin_criteria !== undefined) return NOT_PLAIN;
  let known = 3;
  if (widget_id !== undefined) {
    if (!isName(widget_id)) return NOT_PLAIN;
    known++;
  }
  if (is_block_pin !== undefined) {
    if (is_block_pin !== false) return NOT_PLAIN;
    known++;
  }
  if (is_bundle_pin !== undefined) {
    if (typeof is_bundle_pin !== 'boolean') return NOT_PLAIN;
    known++;
  }
  let fromMs = Number.NEGATIVE_INFINITY;
  if (active_from !== undefined) {
    fromMs = isString(active_from) ? dateMs(active_from) : Number.NaN;
    known++;
  }
  let toMs = Number.POSITIVE_INFINITY;
  if (active_to !== undefined) {
    toMs = isString(active_to) ? dateMs(active_to) : Number.NaN;
    known++;
  }
  // Comparing with NaN, which no date is, is false.
  if (!(fromMs <= toMs && toMs >= nowMs) || countKeys(pin) !== known) return NOT_PLAIN;
  return known + keysInside(pin_criteria, 3);
}

const EVERY_POSITION = -1;

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

const isString = (value: unknown): value is string => typeof value === 'string';

const isNumber = (value: unknown): value is number => typeof value === 'number';

function isListOfStrings(value: unknown): boolean {
  return isList(value) && value.every(isString);
}

function isOneOf<T>(words: readonly T[], value: unknown): value is T {
  return words.some((word) => word === value);
}

/** A string that begins with a letter, digit or sign of one of the common scripts: surely not blank. */
function isName(value: unknown): boolean {
  if (!isString(value) || value.length === 0) return false;
  const first = value.charCodeAt(0);
  return first > 0x20 && first < 0x1680 && first !== 0xa0;
}

function countKeys(value: Fields): number {
  let keys = 0;
  for (const _ in value) keys++;
  return keys;
}

/** Keys of an object that may hold anything, at its depth in the record. */
function keysInside(value: unknown, depth: number): number {
  if (value === undefined) return 0;
  if (!isObject(value)) return NOT_PLAIN;
  const { keys, hasGreatNumber, isTooDeep } = shapeOf(value, depth);
  return hasGreatNumber || isTooDeep ? NOT_PLAIN : keys;
}
