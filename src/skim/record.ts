import { canonical } from '../customization/identity.js';
import { TARGET_TYPES, type TargetType } from '../customization/schema.js';
import { createScopeHasher, type Hash } from '../customization/scope-hash.js';
import { createCursor, skipOneOf, skipString } from './cursor.js';
import { encoded, setOf, skipFields, skipName } from './fields.js';
import { createPinsSkim } from './pin.js';
import { skipList, skipObject } from './value.js';

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

const FIELDS = [
  'model',
  'target_type',
  'target_identity',
  'target_criteria',
  'target_metadata',
  'tags',
  'pin_definitions',
] as const;
const NAMES = encoded(FIELDS);
const TYPES = encoded(TARGET_TYPES);

const REQUIRED = setOf(FIELDS, 'model', 'target_type', 'pin_definitions');
const TARGETS = setOf(FIELDS, 'target_identity', 'target_criteria');
const TARGET_OF = {
  item: setOf(FIELDS, 'target_identity'),
  criteria: setOf(FIELDS, 'target_criteria'),
  all: 0,
};

/** A skim for records that are looked at when it is `nowMs`. */
export function createSkim(nowMs: number): Skim {
  const json = createCursor();
  const hasher = createScopeHasher();
  const skipPins = createPinsSkim(json, nowMs);
  let modelFrom = 0;
  let modelTo = 0;
  let type: TargetType = 'all';
  let targetFrom = 0;
  let targetTo = 0;

  const skipText = () => skipString(json);

  const skipField = (field: number): boolean => {
    switch (FIELDS[field]) {
      case 'model':
        if (!skipName(json) || !json.isVerbatim) return false;
        modelFrom = json.from;
        modelTo = json.to;
        return true;
      case 'target_type': {
        const index = skipOneOf(json, TYPES, 0);
        if (index !== -1) type = TARGET_TYPES[index] ?? type;
        return index !== -1;
      }
      case 'target_identity':
        if (!skipName(json) || !json.isVerbatim) return false;
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
        return skipList(json, skipText);
      case 'pin_definitions':
        return skipPins();
      default:
        return false;
    }
  };

  const hash = () => {
    hasher.begin();
    hasher.addAscii(json.bytes, modelFrom, modelTo);
    hasher.add(type);
    if (type === 'item') hasher.addAscii(json.bytes, targetFrom, targetTo);
    else hasher.add(type === 'criteria' ? canonical(parsed(json.bytes, targetFrom, targetTo)) : '');
    hasher.end();
  };

  return {
    plainBytes(bytes, from, to) {
      json.bytes = bytes;
      json.at = from;
      json.end = to;
      const fields = skipFields(json, NAMES, skipField);
      if ((fields & REQUIRED) !== REQUIRED || (fields & TARGETS) !== TARGET_OF[type]) return 0;
      hash();
      return json.at - from;
    },
    scope: hasher,
  };
}

function parsed(bytes: Uint8Array, from: number, to: number): unknown {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString());
}
