const SPACE: i32 = 0x20;
const QUOTE: i32 = 0x22;
const SLASH: i32 = 0x2f;
const ZERO: i32 = 0x30;
const NINE: i32 = 0x39;
const BACKSLASH: i32 = 0x5c;
const SMALL_A: i32 = 0x61;
const SMALL_B: i32 = 0x62;
const SMALL_F: i32 = 0x66;
const SMALL_N: i32 = 0x6e;
const SMALL_R: i32 = 0x72;
const SMALL_T: i32 = 0x74;
const SMALL_U: i32 = 0x75;

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
