import { dateOrder, orderOf } from '../customization/dates.js';
import { canonical } from '../customization/identity.js';
import { PIN_TYPES, type PinType, TARGET_TYPES, type TargetType } from '../customization/schema.js';
import { createScopeHasher, type Hash } from '../customization/scope-hash.js';
import { createCursor, skip, skipInteger, skipObject, skipOneOf, skipString } from './cursor.js';

/** Looks at records in their bytes, before anything is decoded or parsed. */
export interface Skim {
  /**
   * Does a record in which there is certainly nothing to find begin at `from`?
   * Then it has so many bytes, all of them before `to`; it is JSON and a
   * customization, and neither `validate` nor `lint` says anything about it.
   * 0 only means that they have to look.
   */
  plainBytes(bytes: Uint8Array, from: number, to: number): number;
  /** The hash of the scope of the last plain record: what `hashScope` makes of its customization. */
  readonly scope: Hash;
}

const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const FIELDS = [
  'model',
  'target_type',
  'target_identity',
  'target_criteria',
  'target_metadata',
  'tags',
  'pin_definitions',
] as const;
const PIN_FIELDS = [
  'pin_type',
  'pin_identity',
  'pin_criteria',
  'position',
  'widget_id',
  'is_block_pin',
  'is_bundle_pin',
  'active_from',
  'active_to',
] as const;

/** As they stand in JSON. */
const encoded = (words: readonly (string | boolean)[]) =>
  words.map((word) => Buffer.from(JSON.stringify(word)));
const FIELD_BYTES = encoded(FIELDS);
const PIN_FIELD_BYTES = encoded(PIN_FIELDS);
const TARGET_TYPE_BYTES = encoded(TARGET_TYPES);
const PIN_TYPE_BYTES = encoded(PIN_TYPES);
const BOOLEANS = encoded([false, true]);

/** Sets of fields are bits: that of number n is 1 << n. */
const setOf = <T>(all: readonly T[], ...some: T[]) =>
  some.reduce((set, one) => set | (1 << all.indexOf(one)), 0);
const ALWAYS = setOf(FIELDS, 'model', 'target_type', 'pin_definitions');
const TARGETS = setOf(FIELDS, 'target_identity', 'target_criteria');
const TARGET_OF = {
  item: setOf(FIELDS, 'target_identity'),
  criteria: setOf(FIELDS, 'target_criteria'),
  all: 0,
};
const PIN_ALWAYS = setOf(PIN_FIELDS, 'pin_type', 'position');
const PIN_TARGETS = setOf(PIN_FIELDS, 'pin_identity', 'pin_criteria');
const PIN_TARGET_OF = {
  item: setOf(PIN_FIELDS, 'pin_identity'),
  criteria: setOf(PIN_FIELDS, 'pin_criteria'),
};
const NOT_PLAIN = 0;
const EVERY_POSITION = -1;

/** A skim for records that are looked at when it is `nowMs`. */
export function createSkim(nowMs: number): Skim {
  const json = createCursor();
  const hasher = createScopeHasher();
  let modelFrom = 0;
  let modelTo = 0;
  let targetType: TargetType = 'all';
  let targetFrom = 0;
  let targetTo = 0;
  let pins = 0;
  let pinType: PinType = 'item';
  let lastPosition = 0;
  const now = orderOf(nowMs);
  let begin = 0;
  let end = 0;

  /** Moves over an object with these fields only, each at most once; the set of those it has, or `NOT_PLAIN`. */
  const fieldsOf = (names: readonly Uint8Array[], isFieldPlain: (field: number) => boolean) => {
    if (!skip(json, OPEN_OBJECT)) return NOT_PLAIN;
    let fields = 0;
    let field = -1;
    do {
      // Most records have their fields in the order of the documentation.
      field = skipOneOf(json, names, field + 1);
      const bit = 1 << field;
      if (field === -1 || (fields & bit) !== 0 || !skip(json, COLON) || !isFieldPlain(field))
        return NOT_PLAIN;
      fields |= bit;
    } while (skip(json, COMMA));
    return skip(json, CLOSE_OBJECT) ? fields : NOT_PLAIN;
  };

  /** Moves over an array of such elements. */
  const list = (isElementPlain: () => boolean) => {
    if (!skip(json, OPEN_ARRAY)) return false;
    if (skip(json, CLOSE_ARRAY)) return true;
    do {
      if (!isElementPlain()) return false;
    } while (skip(json, COMMA));
    return skip(json, CLOSE_ARRAY);
  };

  const string = () => skipString(json);

  /** A string that is surely not blank. */
  const name = () => skipString(json) && json.to > json.from && beginsVisibly(json.bytes[json.from] ?? 0);

  const date = () => (skipString(json) ? dateOrder(json.bytes, json.from, json.to) : Number.NaN);

  const isPinFieldPlain = (field: number): boolean => {
    switch (PIN_FIELDS[field]) {
      case 'pin_type': {
        const index = skipOneOf(json, PIN_TYPE_BYTES, 0);
        if (index !== -1) pinType = PIN_TYPES[index] ?? pinType;
        return index !== -1;
      }
      case 'pin_identity':
      case 'widget_id':
        return name();
      case 'pin_criteria':
        return skipObject(json, 3);
      case 'position': {
        if (!skipInteger(json)) return false;
        const position = json.integer;
        // Pins whose places ascend cannot be at odds with each other.
        if (position <= lastPosition) return position === EVERY_POSITION;
        lastPosition = position;
        return true;
      }
      case 'is_block_pin':
        // Which goes with every position but 0, and that is not plain.
        return skipOneOf(json, BOOLEANS, 0) === 0;
      case 'is_bundle_pin':
        return skipOneOf(json, BOOLEANS, 0) !== -1;
      case 'active_from':
        begin = date();
        return true;
      case 'active_to':
        end = date();
        return true;
      default:
        return false;
    }
  };

  const isPinPlain = () => {
    pins++;
    begin = Number.NEGATIVE_INFINITY;
    end = Number.POSITIVE_INFINITY;
    const fields = fieldsOf(PIN_FIELD_BYTES, isPinFieldPlain);
    // Comparing with NaN, which no date is, is false.
    return (
      (fields & PIN_ALWAYS) === PIN_ALWAYS &&
      (fields & PIN_TARGETS) === PIN_TARGET_OF[pinType] &&
      begin <= end &&
      end >= now
    );
  };

  const isFieldPlain = (field: number): boolean => {
    switch (FIELDS[field]) {
      case 'model':
        if (!name() || !json.isVerbatim) return false;
        modelFrom = json.from;
        modelTo = json.to;
        return true;
      case 'target_type': {
        const index = skipOneOf(json, TARGET_TYPE_BYTES, 0);
        if (index !== -1) targetType = TARGET_TYPES[index] ?? targetType;
        return index !== -1;
      }
      case 'target_identity':
        if (!name() || !json.isVerbatim) return false;
        targetFrom = json.from;
        targetTo = json.to;
        return true;
      case 'target_criteria':
        targetFrom = json.at;
        if (!skipObject(json, 1)) return false;
        targetTo = json.at;
        return true;
      case 'target_metadata':
        return skipObject(json, 1);
      case 'tags':
        return list(string);
      case 'pin_definitions':
        pins = 0;
        lastPosition = 0;
        return list(isPinPlain) && pins > 0;
      default:
        return false;
    }
  };

  const hashScopeBytes = () => {
    hasher.begin();
    hasher.addAscii(json.bytes, modelFrom, modelTo);
    hasher.add(targetType);
    if (targetType === 'item') hasher.addAscii(json.bytes, targetFrom, targetTo);
    else if (targetType === 'criteria') hasher.add(canonical(parsed(json.bytes, targetFrom, targetTo)));
    else hasher.add('');
    hasher.end();
  };

  return {
    plainBytes(bytes, from, to) {
      json.bytes = bytes;
      json.at = from;
      json.end = to;
      const fields = fieldsOf(FIELD_BYTES, isFieldPlain);
      const isWhole = (fields & ALWAYS) === ALWAYS && (fields & TARGETS) === TARGET_OF[targetType];
      if (!isWhole) return 0;
      hashScopeBytes();
      return json.at - from;
    },
    scope: hasher,
  };
}

/** Is it a letter, digit or sign of ASCII, or the first byte of a script without a white space of its own? */
function beginsVisibly(byte: number): boolean {
  return (byte > 0x20 && byte < 0x80 && byte !== BACKSLASH) || (byte > 0xc2 && byte < 0xe0) || byte > 0xe3;
}

function parsed(bytes: Uint8Array, from: number, to: number): unknown {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString());
}
