import { at, begin, lineFeeds, skipOneOf, skipString } from './cursor';
import { ORDER_BYTES, skipFields, skipList, skipName } from './fields';
import { skipPins } from './pin';
import { hashScope, high, low } from './scope';
import { skipObject } from './value';

export { setNow } from './pin';

enum Field {
  Model,
  TargetType,
  TargetIdentity,
  TargetCriteria,
  TargetMetadata,
  Tags,
  PinDefinitions,
}
const NAMES: StaticArray<string> = [
  '"model"',
  '"target_type"',
  '"target_identity"',
  '"target_criteria"',
  '"target_metadata"',
  '"tags"',
  '"pin_definitions"',
];
const usualOrder = memory.data(ORDER_BYTES);

enum Type {
  None = -1,
  Item,
  Criteria,
  All,
}
const TYPES: StaticArray<string> = ['"item"', '"criteria"', '"all"'];

const REQUIRED: i32 = (1 << Field.Model) | (1 << Field.TargetType) | (1 << Field.PinDefinitions);
const TARGETS: i32 = (1 << Field.TargetIdentity) | (1 << Field.TargetCriteria);

/** Where the bytes to look at may be put: from there on memory is free. */
export const input: usize = __heap_base;

/** Of the last plain record, three words: the hash of its scope, high and low, and how many line feeds stand inside it. */
export const found = memory.data(3 * 4);

let type: i32 = Type.None;
/** Where the value of its model begins. */
let modelFrom: usize = 0;
/** Where the value of its identity or its criteria begins; 0 when it has neither. */
let targetFrom: usize = 0;

/**
 * Does a customization in which there is certainly nothing to find begin at
 * `textFrom`? Then it has so many bytes, all of them before `textTo`.
 */
export function plainBytes(textFrom: usize, textTo: usize): usize {
  begin(textFrom, textTo);
  targetFrom = 0;
  const fields = skipFields(NAMES, usualOrder, skipField);
  if ((fields & REQUIRED) !== REQUIRED || (fields & TARGETS) !== targetOf(type)) return 0;
  const length = at - textFrom;
  i32.store(found, lineFeeds, 8);
  if (!hashScope(modelFrom, targetFrom, textTo)) return 0;
  i32.store(found, high);
  i32.store(found, low, 4);
  return length;
}

function targetOf(type: i32): i32 {
  if (type === Type.All) return 0;
  return type === Type.Item ? 1 << Field.TargetIdentity : 1 << Field.TargetCriteria;
}

function skipField(field: i32): bool {
  switch (field) {
    case Field.Model:
      modelFrom = at;
      return skipName();
    case Field.TargetType:
      type = skipOneOf(TYPES, 0);
      return type !== Type.None;
    case Field.TargetIdentity:
      targetFrom = at;
      return skipName();
    case Field.TargetCriteria:
      targetFrom = at;
      return skipObject(1);
    case Field.TargetMetadata:
      return skipObject(1);
    case Field.Tags:
      return skipList(skipString);
    default:
      return skipPins();
  }
}
