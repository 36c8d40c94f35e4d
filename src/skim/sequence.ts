const SPACE = 0x20;
const ZERO = 0x30;
const NINE = 0x39;
const SMALL_A = 0x61;
const SMALL_F = 0x66;
const SMALL_U = 0x75;

/** The longest of both kinds, an escape with four digits. */
export const LONGEST_SEQUENCE = 6;

/** Bytes of the escape that the backslash at `at` begins (RFC 8259, section 7); 0 when it is none. */
export function escapeLength(bytes: Uint8Array, at: number): number {
  const letter = bytes[at + 1] ?? 0;
  if (letter !== SMALL_U) return '"\\/bfnrt'.includes(String.fromCharCode(letter)) ? 2 : 0;
  for (let digit = at + 2; digit < at + 6; digit++) {
    const byte = bytes[digit] ?? 0;
    const small = byte | SPACE;
    if ((byte < ZERO || byte > NINE) && (small < SMALL_A || small > SMALL_F)) return 0;
  }
  return 6;
}

/** Bytes of the UTF-8 sequence at `at` (RFC 3629, section 4); 0 when it is broken or may be U+FFFD. */
export function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  const second = bytes[at + 1] ?? 0;
  if (lead < 0xc2 || lead === 0xef || lead > 0xf4 || !isContinuation(second)) return 0;
  if (lead < 0xe0) return 2;
  if (!isContinuation(bytes[at + 2] ?? 0)) return 0;
  if (lead < 0xf0) return (lead === 0xe0 && second < 0xa0) || (lead === 0xed && second > 0x9f) ? 0 : 3;
  if (!isContinuation(bytes[at + 3] ?? 0)) return 0;
  return (lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f) ? 0 : 4;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
