import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type InputRecord, MAX_RECORD_BYTES, type PlainRecords } from '../../src/input/cutter.js';
import { createRecordReader } from '../../src/input/records.js';

/** Reads `input` in chunks of `chunkBytes`; the records, and each as "line: its bytes" or "line! its fault". */
function read(input: string | Uint8Array, chunkBytes = Number.POSITIVE_INFINITY, plain?: PlainRecords) {
  const bytes = Buffer.from(input);
  const records: InputRecord[] = [];
  const reader = createRecordReader((record) => records.push(record), plain);
  for (let at = 0; at < bytes.length; at += chunkBytes) reader.push(bytes.subarray(at, at + chunkBytes));
  reader.end();
  const shown = records.map((record) =>
    record.kind === 'fault'
      ? `${record.line}! ${record.fault.code}`
      : `${record.line}: ${bytes.subarray(record.offset, record.offset + record.length)}`,
  );
  return { records, shown };
}

const shown = (input: string | Uint8Array) => read(input).shown;
const faultsOf = (input: string | Uint8Array, chunkBytes?: number) =>
  read(input, chunkBytes).records.map((record) => (record.kind === 'fault' ? record.fault : undefined));
const firstFault = (input: string | Uint8Array) => faultsOf(input).find((fault) => fault !== undefined);

describe('forms of input', () => {
  test.each<[string, string, string[]]>([
    ['NDJSON', '{"a":1}\n{"b":2}\n', ['1: {"a":1}', '2: {"b":2}']],
    ['a missing last newline', '{"a":1}\n{"b":2}', ['1: {"a":1}', '2: {"b":2}']],
    ['CRLF', '{"a":1}\r\n{"b":2}\r\n', ['1: {"a":1}', '2: {"b":2}']],
    ['blank lines, which count', '\n\n{"a":1}\n \t\n{"b":2}\n\n', ['3: {"a":1}', '5: {"b":2}']],
    ['a byte order mark', '\uFEFF{"a":1}\n', ['1: {"a":1}']],
    ['a byte order mark before an array', '\uFEFF[{"a":1}]', ['1: {"a":1}']],
    ['record separators (RFC 7464)', '\u001e{"a":1}\n\u001e{"b":2}\n', ['1: {"a":1}', '2: {"b":2}']],
    ['spaces around a record', '  {"a":1}  \n', ['1: {"a":1}']],
    ['one object', '{"a":{"b":[1,2]}}', ['1: {"a":{"b":[1,2]}}']],
    ['objects on one line', '{"a":1}{"b":2} {"c":3}\n', ['1: {"a":1}', '1: {"b":2}', '1: {"c":3}']],
    ['JSON of several lines', '{\n  "a": 1\n}\n{\n  "b": 2\n}\n', ['1: {\n  "a": 1\n}', '4: {\n  "b": 2\n}']],
    [
      'objects of several lines without indent',
      '{\n"a":[\n{"b":1},\n{"c":2}\n]\n}\n{"d":3}',
      ['1: {\n"a":[\n{"b":1},\n{"c":2}\n]\n}', '7: {"d":3}'],
    ],
    [
      'a line feed before a comma',
      '{"a":{"x":1}\n,"b":2}\n{"c":3}',
      ['1: {"a":{"x":1}\n,"b":2}', '3: {"c":3}'],
    ],
    ['one line, then several', '{"a":1}\n{\n"b":2\n}\n', ['1: {"a":1}', '2: {\n"b":2\n}']],
    ['an array', '[{"a":1},{"b":2}]', ['1: {"a":1}', '1: {"b":2}']],
    ['an array of several lines', '[\n  {"a":1},\n  {\n"b":2}\n]\n', ['2: {"a":1}', '3: {\n"b":2}']],
    ['an empty array', ' [ ] ', []],
    ['an array of what is no object', '[1, "x,]", null, [2]]', ['1: 1', '1: "x,]"', '1: null', '1: [2]']],
    ['nothing', '', []],
    ['only blanks', ' \r\n\n', []],
    ['only a byte order mark', '\uFEFF', []],
    [
      'values that are no object, each on its line',
      'null\n0\n[]\n"x"\n',
      ['1: null', '2: 0', '3: []', '4: "x"'].slice(0),
    ],
    [
      'brackets and quotes inside strings',
      '{"a":"}]\\"{"}\n{"b":"["}',
      ['1: {"a":"}]\\"{"}', '2: {"b":"["}'],
    ],
    [
      'raw U+2028, U+2029 and U+0085 in strings',
      '{"a":"\u2028\u2029\u0085"}\n{"b":1}',
      ['1: {"a":"\u2028\u2029\u0085"}', '2: {"b":1}'],
    ],
  ])('%s', (_name, input, records) => {
    expect(shown(input)).toEqual(records);
  });
});

describe('a fault', () => {
  test.each<[string, string, string[]]>([
    [
      'in a line spoils that line only',
      '{"a":1}\n{"b":}\n{"c":3}',
      ['1: {"a":1}', '2! json-syntax', '3: {"c":3}'],
    ],
    ['in the first line too', '{"a":1\n{"b":2}\n', ['1! json-syntax', '2: {"b":2}']],
    ['of a missing quote', '{"a:1}\n{"b":2}\n', ['1! json-syntax', '2: {"b":2}']],
    ['of a closing bracket too many', '{"a":1}}\n{"b":2}\n', ['1! json-syntax', '2: {"b":2}']],
    ['of a wrong closing bracket', '{"a":[1}}\n{"b":2}\n', ['1! json-syntax', '2: {"b":2}']],
    ['of a comma between lines', '{"a":1},\n{"b":2}\n', ['1! json-syntax', '2: {"b":2}']],
    [
      'inside a record of several lines leaves the next intact',
      '{\n"a":,\n}\n{"b":2}',
      ['1! json-syntax', '4: {"b":2}'],
    ],
    [
      'of a bracket missing in several lines ends at the next record',
      '{\n"a":[1\n}\n{\n"b":2\n}\n',
      ['1! json-unclosed', '4: {\n"b":2\n}'],
    ],
    [
      'of a line cut inside an array does not swallow the next',
      '{"a":[\n{"b":2}\n{"c":3}\n',
      ['1! json-unclosed', '2: {"b":2}', '3: {"c":3}'],
    ],
    ['of a last line cut short', '{"a":1}\n{"b":', ['1: {"a":1}', '2! json-cut-short']],
    ['of several lines cut short', '{"a":1}\n{\n"b":\n', ['1: {"a":1}', '2! json-cut-short']],
    ['of a quote missing in several lines', '{\n"a":"x\n}\n{"b":2}\n', ['1! json-unclosed', '4: {"b":2}']],
    ['of an array cut short', '[{"a":1},\n{"b":2}', ['1: {"a":1}', '2: {"b":2}', '2! array-cut-short']],
    ['of an array cut inside an element', '[{"a":1},\n{"b":', ['1: {"a":1}', '2! array-cut-short']],
    ['of an array element that is no JSON', '[{"a":},{"b":2}]', ['1! json-syntax', '1: {"b":2}']],
    ['of a comma missing in an array', '[{"a":1}\n{"b":2}]', ['1: {"a":1}', '2! array-broken']],
    ['of a comma too many in an array', '[{"a":1},]', ['1: {"a":1}', '1! array-broken']],
    ['of two commas in an array', '[{"a":1},,{"b":1}]', ['1: {"a":1}', '1! array-broken']],
    ['of text after an array', '[{"a":1}]\n{"b":2}', ['1: {"a":1}', '2! array-broken']],
    ['of text that is no JSON at all', 'a;b\n1;2\n', ['1! json-syntax', '2! json-syntax']],
  ])('%s', (_name, input, records) => {
    expect(shown(input)).toEqual(records);
  });

  test('of bytes that are not UTF-8 names byte, offset and column, and spoils that line only', () => {
    const input = Buffer.concat([
      Buffer.from('{"a":1}\n{"č":"'),
      Buffer.from([0xe9]),
      Buffer.from('"}\n{"b":2}'),
    ]);
    expect(shown(input)).toEqual(['1: {"a":1}', '2! invalid-utf8', '3: {"b":2}']);
    expect(firstFault(input)).toMatchObject({
      column: 7,
      message: expect.stringContaining('0xE9 at offset 15'),
    });
  });

  test('does not take a real U+FFFD for broken UTF-8', () => {
    expect(shown('{"a":"\uFFFD"}')).toEqual(['1: {"a":"\uFFFD"}']);
  });

  test('in a record of several lines names the line and column where it is', () => {
    expect(firstFault('{"x":1}\n{\n  "a": 1,\n}\n')).toMatchObject({
      line: 3,
      column: 9,
      excerpt: { text: '  "a": 1,', at: 8 },
    });
  });
});

describe('the longest record', () => {
  const ofBytes = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`;

  test('is read', () => {
    expect(faultsOf(`${ofBytes(MAX_RECORD_BYTES)}\n{"b":1}`, 65_536)).toEqual([undefined, undefined]);
  });

  test.each([
    ['one line', `${ofBytes(MAX_RECORD_BYTES + 1)}\n{"b":1}\n`],
    ['a line that never becomes an object', `${'x'.repeat(MAX_RECORD_BYTES + 1)}\n{"b":1}\n`],
    ['several lines', `{\n"b":${ofBytes(MAX_RECORD_BYTES)}\n}\n{"b":1}\n`],
    ['much longer', `${ofBytes(5 * MAX_RECORD_BYTES)}\n{"b":1}\n`],
  ])('is passed over when it is longer: %s', (_name, input) => {
    for (const chunk of [4096, 1_000_000, Number.POSITIVE_INFINITY]) {
      expect(read(input, chunk).shown[0]).toBe('1! record-too-long');
      expect(read(input, chunk).shown.at(-1)).toMatch(/: \{"b":1\}$/);
    }
  });

  test('may be one of many on a line longer than that', () => {
    const many = '{"a":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}'.repeat(60_000);
    expect(read(many, 65_536).records.filter((record) => record.kind === 'json')).toHaveLength(60_000);
  });
});

const lineBreak = fc.constantFrom('\n', '\r\n', '\n\n', '\n \n');
const piece = fc.oneof(
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value)),
  fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value, null, 2)),
  fc.constantFrom('{', '}', '[', ']', '"', ',', '{"a":[', '{"a":1},', 'č', '\\', '\u001e', '{"a":"\u2028"}'),
);
const anyInput = fc.array(fc.tuple(piece, lineBreak)).map((pieces) => pieces.flat().join(''));

test('any chunking of any bytes gives the same records', () => {
  fc.assert(
    fc.property(anyInput, fc.integer({ min: 1, max: 17 }), (input, chunkBytes) => {
      expect(read(input, chunkBytes).records).toEqual(read(input).records);
    }),
    { numRuns: 500 },
  );
});

test('objects of any layout keep their bytes, and their true lines', () => {
  const objects = fc.array(
    fc.tuple(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 2), lineBreak),
  );
  fc.assert(
    fc.property(objects, (entries) => {
      let input = '';
      const expected: string[] = [];
      for (const [value, indent, after] of entries) {
        const text = JSON.stringify(value, null, indent);
        expected.push(`${input.split('\n').length}: ${text}`);
        input += text + after;
      }
      expect(shown(input)).toEqual(expected);
    }),
  );
});

test('what is plain is a record of the same place, not parsed', () => {
  let looked = Buffer.alloc(0);
  let found = '';
  const isObject = (text: string) => {
    try {
      return JSON.parse(text).constructor === Object;
    } catch {
      return false;
    }
  };
  const objects: PlainRecords = {
    look(bytes) {
      looked = Buffer.from(bytes);
    },
    plainBytes(from, to) {
      const text = looked.toString('utf8', from, to);
      const ends = [...text.matchAll(/\}/g)].map(({ index }) => text.slice(0, index + 1));
      found = (text.startsWith('{') && ends.find(isObject)) || '';
      return Buffer.byteLength(found);
    },
    get lineFeeds() {
      return found.split('\n').length - 1;
    },
  };
  expect(read('{"a":1}\n7\n{"a":\n1}\n', 5, objects).records.map(({ kind }) => kind)).toEqual([
    'plain',
    'json',
    'plain',
  ]);
  fc.assert(
    fc.property(anyInput, fc.integer({ min: 1, max: 17 }), (input, chunkBytes) => {
      expect(read(input, chunkBytes, objects).shown).toEqual(shown(input));
    }),
  );
});
