import { PIN_TYPES, type PinType } from '../customization/schema.js';
import { type Cursor, skipInteger, skipOneOf, skipString } from './cursor.js';
import { dateOrder, orderOf } from './date.js';
import { encoded, setOf, skipFields, skipName } from './fields.js';
import { skipList, skipObject } from './value.js';

const FIELDS = [
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
const NAMES = encoded(FIELDS);
const TYPES = encoded(PIN_TYPES);
const BOOLEANS = encoded([false, true]);

const REQUIRED = setOf(FIELDS, 'pin_type', 'position');
const TARGETS = setOf(FIELDS, 'pin_identity', 'pin_criteria');
const TARGET_OF = { item: setOf(FIELDS, 'pin_identity'), criteria: setOf(FIELDS, 'pin_criteria') };

const EVERY_POSITION = -1;
/** Of `pin_criteria` in the record. */
const CRITERIA_DEPTH = 3;

/** Moves over the pins of a customization, of which there must be one, and none may be expired at `nowMs`. */
export function createPinsSkim(json: Cursor, nowMs: number): () => boolean {
  const now = orderOf(nowMs);
  let pins = 0;
  let lastPosition = 0;
  let type: PinType = 'item';
  let begin = 0;
  let end = 0;

  const skipDate = () => (skipString(json) ? dateOrder(json.bytes, json.from, json.to) : Number.NaN);

  const skipField = (field: number): boolean => {
    switch (FIELDS[field]) {
      case 'pin_type': {
        const index = skipOneOf(json, TYPES, 0);
        if (index !== -1) type = PIN_TYPES[index] ?? type;
        return index !== -1;
      }
      case 'pin_identity':
      case 'widget_id':
        return skipName(json);
      case 'pin_criteria':
        return skipObject(json, CRITERIA_DEPTH);
      case 'position':
        return skipInteger(json) && isInOrder(json.integer);
      case 'is_block_pin':
        // Which goes with every position but 0, and that is not plain.
        return skipOneOf(json, BOOLEANS, 0) === 0;
      case 'is_bundle_pin':
        return skipOneOf(json, BOOLEANS, 0) !== -1;
      case 'active_from':
        begin = skipDate();
        return true;
      case 'active_to':
        end = skipDate();
        return true;
      default:
        return false;
    }
  };

  /** Pins whose places ascend cannot be at odds with each other. */
  const isInOrder = (position: number) => {
    if (position <= lastPosition) return position === EVERY_POSITION;
    lastPosition = position;
    return true;
  };

  const skipPin = () => {
    pins++;
    begin = Number.NEGATIVE_INFINITY;
    end = Number.POSITIVE_INFINITY;
    const fields = skipFields(json, NAMES, skipField);
    if ((fields & REQUIRED) !== REQUIRED || (fields & TARGETS) !== TARGET_OF[type]) return false;
    // Comparing with NaN, which no date is, is false.
    return begin <= end && end >= now;
  };

  return () => {
    pins = 0;
    lastPosition = 0;
    return skipList(json, skipPin) && pins > 0;
  };
}
