import { BACKSLASH, CLOSE_ARRAY, CLOSE_OBJECT, COLON, COMMA, OPEN_ARRAY, OPEN_OBJECT, SPACE } from './ascii';
import { from, skip, skipOneOf, skipString, to } from './cursor';

/** Bytes of the order of an object's fields: which one came first last time, and which after each of the others. */
export const ORDER_BYTES: i32 = 16;

/**
 * Moves over an object with fields of these names only, each at most once,
 * whose values `skipField`, which is told the index of the name, moves over.
 * The set of those it has, in bits: that of number n is 1 << n; 0 where it is
 * not plain. Objects of one kind mostly have the same fields in the same order,
 * which is kept at `usualOrder` from one to the next.
 */
export function skipFields(
  names: StaticArray<string>,
  usualOrder: usize,
  skipField: (field: i32) => bool,
): i32 {
  if (!skip(OPEN_OBJECT)) return 0;
  let fields = 0;
  let following = usualOrder;
  do {
    const field = skipOneOf(names, i32.load8_u(following));
    if (field === -1 || (fields & (1 << field)) !== 0 || !skip(COLON) || !skipField(field)) return 0;
    fields |= 1 << field;
    i32.store8(following, field);
    following = usualOrder + field + 1;
  } while (skip(COMMA));
  return skip(CLOSE_OBJECT) ? fields : 0;
}

/** Moves over an array, each of whose elements `skipElement` moves over. */
export function skipList(skipElement: () => bool): bool {
  if (!skip(OPEN_ARRAY)) return false;
  if (skip(CLOSE_ARRAY)) return true;
  do {
    if (!skipElement()) return false;
  } while (skip(COMMA));
  return skip(CLOSE_ARRAY);
}

/** Moves over a string that is surely not blank. */
export function skipName(): bool {
  return skipString() && to > from && beginsVisibly(i32.load8_u(from));
}

/** Is it a letter, digit or sign of ASCII, or the first byte of a script without a white space of its own? */
function beginsVisibly(byte: i32): bool {
  return (byte > SPACE && byte < 0x80 && byte !== BACKSLASH) || (byte > 0xc2 && byte < 0xe0) || byte > 0xe3;
}
