import {
  BACKSLASH,
  NINE,
  QUOTE,
  SLASH,
  SMALL_A,
  SMALL_B,
  SMALL_F,
  SMALL_N,
  SMALL_R,
  SMALL_T,
  SMALL_U,
  SPACE,
  ZERO,
} from './ascii';

/** Bytes of the escape that the backslash at `at` begins (RFC 8259, section 7); 0 when it is none. */
export function escapeLength(at: usize): usize {
  switch (i32.load8_u(at, 1)) {
    case QUOTE:
    case BACKSLASH:
    case SLASH:
    case SMALL_B:
    case SMALL_F:
    case SMALL_N:
    case SMALL_R:
    case SMALL_T:
      return 2;
    case SMALL_U:
      for (let digit: usize = 2; digit < 6; digit++) if (!isHexDigit(i32.load8_u(at + digit))) return 0;
      return 6;
    default:
      return 0;
  }
}

function isHexDigit(byte: i32): bool {
  const small = byte | SPACE;
  return (byte >= ZERO && byte <= NINE) || (small >= SMALL_A && small <= SMALL_F);
}

/** Bytes of the UTF-8 sequence at `at` (RFC 3629, section 4); 0 when it is broken or may be U+FFFD. */
export function sequenceLength(at: usize): usize {
  const lead = i32.load8_u(at);
  const second = i32.load8_u(at, 1);
  if (lead < 0xc2 || lead === 0xef || lead > 0xf4 || !isContinuation(second)) return 0;
  if (lead < 0xe0) return 2;
  if (!isContinuation(i32.load8_u(at, 2))) return 0;
  if (lead < 0xf0) return (lead === 0xe0 && second < 0xa0) || (lead === 0xed && second > 0x9f) ? 0 : 3;
  if (!isContinuation(i32.load8_u(at, 3))) return 0;
  return (lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f) ? 0 : 4;
}

/** The code point of the UTF-8 sequence of so many bytes, two to four, at `at`. */
export function codePoint(at: usize, length: usize): i32 {
  let bits = i32.load8_u(at) & (0x7f >> i32(length));
  for (let byte: usize = 1; byte < length; byte++) bits = (bits << 6) | (i32.load8_u(at + byte) & 0x3f);
  return bits;
}

function isContinuation(byte: i32): bool {
  return (byte & 0xc0) === 0x80;
}
