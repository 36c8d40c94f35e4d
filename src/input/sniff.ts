/** An input that is not UTF-8 JSON text, told by its first bytes: what it is, and what to do. */
export interface ForeignFormat {
  name: string;
  cure: string;
}

const unpack = (command: string) => `Unpack it: ${command} FILE > pins.ndjson`;

const SIGNATURES: readonly { bytes: readonly number[]; format: ForeignFormat }[] = [
  {
    bytes: [0x50, 0x4b, 0x03, 0x04],
    format: { name: 'a ZIP archive or an Excel file', cure: unpack('unzip -p') },
  },
  {
    bytes: [0x50, 0x4b, 0x05, 0x06],
    format: { name: 'an empty ZIP archive', cure: 'Make the export again.' },
  },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], format: { name: 'xz-compressed', cure: unpack('xz -dc') } },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], format: { name: 'zstd-compressed', cure: unpack('zstd -dc') } },
  { bytes: [0x42, 0x5a, 0x68], format: { name: 'bzip2-compressed', cure: unpack('bzip2 -dc') } },
  { bytes: [0x37, 0x7a, 0xbc, 0xaf], format: { name: 'a 7-Zip archive', cure: unpack('7z x -so') } },
  { bytes: [0x25, 0x50, 0x44, 0x46], format: { name: 'a PDF', cure: 'Export the pins as JSON or NDJSON.' } },
];

const UTF16: ForeignFormat = {
  name: 'UTF-16 text',
  cure: 'Save it as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8 FILE > pins.ndjson',
};
const UTF32: ForeignFormat = {
  name: 'UTF-32 text',
  cure: 'Save it as UTF-8, or convert it: iconv -f UTF-32 -t UTF-8 FILE > pins.ndjson',
};

const MARKUP: ForeignFormat = {
  name: 'an HTML or XML page',
  cure: 'Was an error page saved instead of the export? Open it in a browser, then make the export again.',
};
const TABLE: ForeignFormat = {
  name: 'a table (CSV)',
  cure: 'Export the pins as JSON or NDJSON: one object with model, target_type and pin_definitions each.',
};

/** The first bytes that gzip data has (RFC 1952, section 2.3.1). */
export function isGzip(first: Uint8Array): boolean {
  return startsWith(first, [0x1f, 0x8b]);
}

/** What the input is, when its first bytes (the first line, for a table) show that it is no UTF-8 JSON. */
export function foreignFormat(first: Uint8Array): ForeignFormat | undefined {
  const signature = SIGNATURES.find(({ bytes }) => startsWith(first, bytes));
  if (signature !== undefined) return signature.format;
  const [a, b, c, d] = first;
  if (startsWith(first, [0xff, 0xfe, 0, 0]) || startsWith(first, [0, 0, 0xfe, 0xff])) return UTF32;
  if (startsWith(first, [0xff, 0xfe]) || startsWith(first, [0xfe, 0xff])) return UTF16;
  // JSON begins with two ASCII characters, so the place of a zero byte tells the encoding (RFC 4627, section 3).
  if (a === 0 && b === 0 && d !== undefined) return UTF32;
  if (b === 0 && c === 0 && d === 0) return UTF32;
  if (a === 0 || b === 0) return UTF16;
  return foreignText(Buffer.from(first.subarray(0, MAX_TEXT_BYTES)).toString('utf8'));
}

/** Enough for the first line of a table. */
const MAX_TEXT_BYTES = 4096;

/** Markup begins with "<"; a table with a line of names, without any bracket. */
function foreignText(text: string): ForeignFormat | undefined {
  const [firstLine = ''] = text
    .replace(/^\uFEFF/, '')
    .trimStart()
    .split('\n', 1);
  if (firstLine.startsWith('<')) return MARKUP;
  return /^"?[A-Za-z_][^{}[\]:/]*[,;\t][^{}[\]:]*[,;\t][^{}[\]:]*$/.test(firstLine) ? TABLE : undefined;
}

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return bytes.length >= prefix.length && prefix.every((byte, at) => bytes[at] === byte);
}
