import { at, begin, from, isVerbatim, lineFeeds, skipOneOf, skipString, to } from './cursor';
import { skipFields, skipList, skipName } from './fields';
import { skipPins } from './pin';
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

/**
 * Of the last plain record, six words: where its model begins and ends, the
 * index of its target type, where the text of its identity, or the object of
 * its criteria, begins and ends, and how many line feeds stand inside it.
 */
export const found = memory.data(6 * 4);

let modelFrom: usize = 0;
let modelTo: usize = 0;
let type: i32 = Type.None;
let targetFrom: usize = 0;
let targetTo: usize = 0;

/**
 * Does a customization in which there is certainly nothing to find begin at
 * `textFrom`? Then it has so many bytes, all of them before `textTo`.
 */
export function plainBytes(textFrom: usize, textTo: usize): usize {
  begin(textFrom, textTo);
  const fields = skipFields(NAMES, skipField);
  if ((fields & REQUIRED) !== REQUIRED || (fields & TARGETS) !== targetOf(type)) return 0;
  i32.store(found, i32(modelFrom));
  i32.store(found, i32(modelTo), 4);
  i32.store(found, type, 8);
  i32.store(found, i32(targetFrom), 12);
  i32.store(found, i32(targetTo), 16);
  i32.store(found, lineFeeds, 20);
  return at - textFrom;
}

function targetOf(type: i32): i32 {
  if (type === Type.All) return 0;
  return type === Type.Item ? 1 << Field.TargetIdentity : 1 << Field.TargetCriteria;
}

function skipField(field: i32): bool {
  switch (field) {
    case Field.Model:
      if (!skipName() || !isVerbatim) return false;
      modelFrom = from;
      modelTo = to;
      return true;
    case Field.TargetType:
      type = skipOneOf(TYPES, 0);
      return type !== Type.None;
    case Field.TargetIdentity:
      if (!skipName() || !isVerbatim) return false;
      targetFrom = from;
      targetTo = to;
      return true;
    case Field.TargetCriteria:
      targetFrom = at;
      if (!skipObject(1)) return false;
      targetTo = at;
      return true;
    case Field.TargetMetadata:
      return skipObject(1);
    case Field.Tags:
      return skipList(skipString);
    default:
      return skipPins();
  }
}
