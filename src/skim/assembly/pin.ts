import { from, integer, skipInteger, skipOneOf, skipString, to } from './cursor';
import { dateOrder, order } from './date';
import { ORDER_BYTES, skipFields, skipList, skipName } from './fields';
import { skipObject } from './value';

enum Field {
  PinType,
  PinIdentity,
  PinCriteria,
  Position,
  WidgetId,
  IsBlockPin,
  IsBundlePin,
  ActiveFrom,
  ActiveTo,
}
const NAMES: StaticArray<string> = [
  '"pin_type"',
  '"pin_identity"',
  '"pin_criteria"',
  '"position"',
  '"widget_id"',
  '"is_block_pin"',
  '"is_bundle_pin"',
  '"active_from"',
  '"active_to"',
];
const usualOrder = memory.data(ORDER_BYTES);

enum Type {
  None = -1,
  Item,
  Criteria,
}
const TYPES: StaticArray<string> = ['"item"', '"criteria"'];
const BOOLEANS: StaticArray<string> = ['false', 'true'];

const REQUIRED: i32 = (1 << Field.PinType) | (1 << Field.Position);
const TARGETS: i32 = (1 << Field.PinIdentity) | (1 << Field.PinCriteria);

const EVERY_POSITION: i32 = -1;
/** Of `pin_criteria` in the record. */
const CRITERIA_DEPTH: i32 = 3;

let now: f64 = 0;
let pins: i32 = 0;
let lastPosition: i32 = 0;
let type: i32 = Type.None;
let activeFrom: f64 = 0;
let activeTo: f64 = 0;

/** Sets the second, of UTC, before which no pin may have expired. */
export function setNow(year: i32, month: i32, day: i32, hours: i32, minutes: i32, seconds: i32): void {
  now = order(year, month, day, hours, minutes, seconds);
}

/** Moves over the pins of a customization, of which there must be one, and none may be expired. */
export function skipPins(): bool {
  pins = 0;
  lastPosition = 0;
  return skipList(skipPin) && pins > 0;
}

function skipPin(): bool {
  pins++;
  activeFrom = -Infinity;
  activeTo = Infinity;
  const fields = skipFields(NAMES, usualOrder, skipField);
  if ((fields & REQUIRED) !== REQUIRED || (fields & TARGETS) !== targetOf(type)) return false;
  // Comparing with NaN, which no date is, is false.
  return activeFrom <= activeTo && activeTo >= now;
}

function targetOf(type: i32): i32 {
  return type === Type.Item ? 1 << Field.PinIdentity : 1 << Field.PinCriteria;
}

function skipField(field: i32): bool {
  switch (field) {
    case Field.PinType:
      type = skipOneOf(TYPES, 0);
      return type !== Type.None;
    case Field.PinIdentity:
    case Field.WidgetId:
      return skipName();
    case Field.PinCriteria:
      return skipObject(CRITERIA_DEPTH);
    case Field.Position:
      return skipInteger() && isInOrder(integer);
    case Field.IsBlockPin:
      // True goes with position 0, and that is not plain.
      return skipOneOf(BOOLEANS, 0) === 0;
    case Field.IsBundlePin:
      return skipOneOf(BOOLEANS, 0) !== -1;
    case Field.ActiveFrom:
      activeFrom = skipDate();
      return true;
    default:
      activeTo = skipDate();
      return true;
  }
}

/** Pins whose places ascend cannot be at odds with each other. */
function isInOrder(position: i32): bool {
  if (position <= lastPosition) return position === EVERY_POSITION;
  lastPosition = position;
  return true;
}

function skipDate(): f64 {
  return skipString() ? dateOrder(from, to) : NaN;
}
