import { BACKSLASH, CLOSE_ARRAY, CLOSE_OBJECT, COLON, COMMA, OPEN_ARRAY, OPEN_OBJECT, SPACE } from './ascii';
import { from, skip, skipOneOf, skipString, to } from './cursor';

/**
 * Moves over an object with fields of these names only, each at most once,
 * whose values `skipField`, which is told the index of the name, moves over.
 * The set of those it has, in bits: that of number n is 1 << n; 0 where it is
 * not plain.
 */
export function skipFields(names: StaticArray<string>, skipField: (field: i32) => bool): i32 {
  if (!skip(OPEN_OBJECT)) return 0;
  let fields = 0;
  let field = -1;
  do {
    // Most records have their fields in the order of the documentation.
    field = skipOneOf(names, field + 1);
    if (field === -1 || (fields & (1 << field)) !== 0 || !skip(COLON) || !skipField(field)) return 0;
    fields |= 1 << field;
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
