import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { dateMs } from '../../src/customization/dates.js';
import { examine } from '../../src/customization/examine.js';
import { hashScope } from '../../src/customization/scope-hash.js';
import { createSkim } from '../../src/skim/skim.js';
import { loadAsJavaScript } from './as-javascript.js';

const NOW_MS = Date.UTC(2026, 10, 23);
/** The code of the package, and the same lines as JavaScript, which are slow. */
const CODES = [
  { name: 'WebAssembly', code: undefined, thoroughly: 1 },
  { name: 'JavaScript', code: await loadAsJavaScript(), thoroughly: 0.1 },
];

/** What those say of a plain record who look closely: that there is nothing to say, and its scope. */
function expectPlain({ record, scope }: { record: Uint8Array; scope: number[] }) {
  const text = Buffer.from(record).toString();
  const { customization, findings } = examine(JSON.parse(text), text, NOW_MS);
  expect([isUtf8(record), findings]).toEqual([true, []]);
  if (customization === undefined) throw new Error('no customization');
  const { high, low } = hashScope(customization);
  expect([high, low]).toEqual(scope);
}

/** Mostly the first, seldom the others. */
const mostly = <T>(usual: fc.Arbitrary<T>, ...odd: T[]) =>
  fc.oneof({ weight: 30, arbitrary: usual }, { weight: 1, arbitrary: fc.constantFrom(...odd) });
const name = mostly(
  fc.constantFrom('a', 'sku-1', 'b c'),
  'č',
  '猫',
  '😀',
  ' a',
  '\u00a0',
  '\u2003',
  '',
  '\uFFFD',
  'x":y',
  '\n',
);
const anything = mostly<unknown>(
  fc.constantFrom(1, 'x', null, [true], { a: { b: 1.5 } }),
  2 ** 53,
  -1e300,
  'x":y',
);
const object = fc.dictionary(mostly(fc.constantFrom('a', 'b', ''), 'x":', 'č'), anything, { maxKeys: 3 });
const date = mostly(
  fc.constantFrom('2026-12-01', '2027-01-01T10:00:00Z'),
  '2020-01-01',
  '2026-02-30',
  'soon',
);
const optional = <T>(fields: Record<string, fc.Arbitrary<T>>) => fc.record(fields, { requiredKeys: [] });

const pin = fc
  .tuple(
    fc.oneof(
      fc.record({ pin_type: fc.constant('item'), pin_identity: name }),
      fc.record({ pin_type: fc.constant('criteria'), pin_criteria: object }),
    ),
    fc.record({ position: mostly(fc.integer({ min: 1, max: 9 }), -1, 0, 1.5) }),
    optional<unknown>({
      widget_id: name,
      is_block_pin: fc.constant(false),
      is_bundle_pin: fc.boolean(),
      active_from: date,
      active_to: date,
    }),
  )
  .map((parts) => Object.assign({}, ...parts));

const target = fc.oneof(
  fc.record({ target_type: fc.constant('item'), target_identity: name }),
  fc.record({ target_type: fc.constant('criteria'), target_criteria: object }),
  fc.record({ target_type: fc.constant('all') }),
);

/** Now and then one field, of the customization or of a pin, is anything. */
const slip = fc.option(
  fc.tuple(
    fc.boolean(),
    fc.constantFrom(
      'model',
      'target_type',
      'target_identity',
      'tags',
      'pin_definitions',
      'pin_type',
      'pin_identity',
      'pin_criteria',
      'position',
      'is_block_pin',
      'odd',
    ),
    fc.oneof(fc.jsonValue(), name, fc.integer()),
  ),
  { freq: 3 },
);

const customization = fc
  .tuple(
    fc.record({ model: name }),
    target,
    optional<unknown>({ target_metadata: object, tags: fc.array(name) }),
    fc.record({ pin_definitions: fc.array(pin, { minLength: 1, maxLength: 2 }) }),
    slip,
  )
  .map(([model, scope, more, pins, slipped]) => {
    const value = { ...model, ...scope, ...more, ...pins };
    if (slipped === null) return value;
    const [inPin, field, anything] = slipped;
    Object.assign(inPin ? (pins.pin_definitions[0] ?? {}) : value, { [field]: anything });
    return value;
  });

const PLAIN =
  '{"model":"m","target_type":"item","target_identity":"a","target_metadata":{"title":"x"},"tags":["t"],"pin_definitions":[{"pin_type":"item","pin_identity":"b","position":1,"active_to":"2099-01-01"},{"pin_type":"criteria","pin_criteria":{"a":[1]},"position":2}]}';
const CRITERIA = PLAIN.replace(
  '"item","target_identity":"a"',
  '"criteria","target_criteria":{"b":1,"a":"č"}',
);

describe.each(CODES)('as $name,', ({ code, thoroughly }) => {
  const skim = createSkim(NOW_MS, code);

  /** The plain record that the bytes begin with, which stand between others, and the two words of its scope's hash. */
  function skimmed(input: string | Uint8Array) {
    const before = Buffer.from('"a"}');
    const bytes = Buffer.concat([before, Buffer.from(input), Buffer.from(' "}]}')]);
    skim.look(bytes);
    const length = skim.plainBytes(before.length, bytes.length - 4);
    if (length === 0) return undefined;
    const record = bytes.subarray(before.length, before.length + length);
    return { record, scope: [skim.scope.high, skim.scope.low] };
  }

  const isPlain = (input: string | Uint8Array) => skimmed(input) !== undefined;

  test('in a plain record there is nothing to find, and its scope is that of its customization', () => {
    let plain = 0;
    fc.assert(
      fc.property(customization, fc.constantFrom('', ' ', '\t'), (value, indent) => {
        const record = Buffer.from(JSON.stringify(value, null, indent));
        const found = skimmed(record);
        if (found === undefined) return;
        plain++;
        expectPlain(found);
      }),
      { numRuns: 5000 * thoroughly },
    );
    // A law about nothing would hold of itself.
    expect(plain).toBeGreaterThan(200 * thoroughly);
  });

  test('nor is there in any that still is plain when some of its bytes are changed', () => {
    const change = fc.tuple(
      fc.nat(),
      fc.oneof(fc.constantFrom(...Buffer.from('"\\{}[],: 01-.eEtu\n\t')), fc.integer({ min: 0, max: 255 })),
      fc.constantFrom(0, 1),
    );
    let plain = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(PLAIN, CRITERIA),
        fc.array(change, { minLength: 1, maxLength: 2 }),
        (text, changes) => {
          let record = Buffer.from(text);
          for (const [at, byte, replaced] of changes) {
            const index = at % record.length;
            record = Buffer.concat([
              record.subarray(0, index),
              Buffer.from([byte]),
              record.subarray(index + replaced),
            ]);
          }
          const found = skimmed(record);
          if (found === undefined) return;
          plain++;
          expectPlain(found);
        },
      ),
      { numRuns: 20_000 * thoroughly },
    );
    expect(plain).toBeGreaterThan(200 * thoroughly);
  });

  /** What every shop's file is full of: if one of these were looked at closely, only the speed would tell. */
  describe('plain is', () => {
    test.each<[string, string]>([
      ['a record for an item', PLAIN],
      ['a record for criteria', CRITERIA],
      ['a record for all', PLAIN.replace('"item","target_identity":"a"', '"all"')],
      ['white space between the tokens', JSON.stringify(JSON.parse(PLAIN), null, '\t')],
      ['another order of the fields', PLAIN.replace('"model":"m",', '').replace(/}$/, ',"model":"m"}')],
      ['any text in the metadata', PLAIN.replace('"x"', '"\\u010d \\n č 猫 😀"')],
      ['any value in the metadata', PLAIN.replace('"x"', '[null,true,false,-1.5,0,[],{},{"a":{}}]')],
      [
        'a name in another script',
        PLAIN.replace('"a"', '"č😀"').replace('"b"', '"猫"').replace('"t"', '"č"'),
      ],
      ['criteria of any shape', CRITERIA.replace('"č"', '[true,null,-15,[],{},{"č":"猫"}]')],
      ['a pin at every position', PLAIN.replace('"position":2', '"position":-1')],
      ['a window', PLAIN.replace('"active_to"', '"active_from":"2026-02-28T23:59:59Z","active_to"')],
      [
        'a bundle pin of a widget',
        PLAIN.replace('"position":1', '"position":1,"is_bundle_pin":true,"widget_id":"w"'),
      ],
    ])('%s', (_name, text) => {
      expect(skimmed(text)?.record.toString()).toBe(text);
    });
  });

  describe('looked at closely is a record with', () => {
    test.each<[string, string]>([
      ['a key twice', PLAIN.replace('"title":"x"', '"title":"x","title":"y"')],
      ['a field twice', PLAIN.replace('"tags":["t"]', '"tags":["t"],"tags":["t"]')],
      ['a pin that has a field twice', PLAIN.replace('"position":2', '"position":2,"position":3')],
      ['an unknown field', PLAIN.replace('"model":"m"', '"model":"m","modle":"m"')],
      ['a pin with an unknown field', PLAIN.replace('"position":1', '"position":1,"positon":1')],
      ['a field missing', PLAIN.replace('"model":"m",', '')],
      ['no identity for its item', PLAIN.replace('"target_identity":"a",', '')],
      ['an identity beside its criteria', CRITERIA.replace('"tags"', '"target_identity":"a","tags"')],
      ['an identity for all', PLAIN.replace('"item","target_identity"', '"all","target_identity"')],
      ['a blank name', PLAIN.replace('"a"', '" "')],
      ['a type that there is not', PLAIN.replace('"item","target', '"items","target')],
      ['no pins', PLAIN.replace(/"pin_definitions":.*/, '"pin_definitions":[]}')],
      ['a missing position', PLAIN.replace(',"position":1', '')],
      ['one position twice', PLAIN.replace('"position":2', '"position":1')],
      ['position 0', PLAIN.replace('"position":1', '"position":0')],
      ['a pin that blocks', PLAIN.replace('"position":1', '"position":1,"is_block_pin":true')],
      ['a position below -1', PLAIN.replace('"position":1', '"position":-2')],
      ['a position with a fraction', PLAIN.replace('"position":1', '"position":1.5')],
      ['a past end', PLAIN.replace('2099', '2001')],
      ['an end before its beginning', PLAIN.replace('"active_to"', '"active_from":"2099-01-02","active_to"')],
      ['a day that does not exist', PLAIN.replace('2099-01-01', '2099-02-30')],
      ['a number that readers round', PLAIN.replace('[1]', '[12345678901234567890]')],
      ['nesting without end', PLAIN.replace('[1]', `${'['.repeat(70)}1${']'.repeat(70)}`)],
      ['an identity with an escape', PLAIN.replace('"a"', '"a\\/b"')],
      ['a fraction in its criteria', CRITERIA.replace('"b":1', '"b":1.50')],
      ['minus 0 in its criteria', CRITERIA.replace('"b":1', '"b":-0')],
      ['an escape in its criteria', CRITERIA.replace('"b":1', '"b":["\\u010d"]')],
      ['a fraction without digits', PLAIN.replace('[1]', '[1.]')],
      ['an escape that there is not', PLAIN.replace('"x"', '"\\x"')],
      ['an escape with a digit that is none', PLAIN.replace('"x"', '"\\u00g0"')],
      ['U+FFFD', PLAIN.replace('"x"', '"\uFFFD"')],
      ['a comma too many', PLAIN.replace('["t"]', '["t",]')],
      ['a bracket missing', PLAIN.slice(0, -1)],
    ])('%s', (_name, text) => {
      expect(text).not.toBe(PLAIN);
      expect(isPlain(text)).toBe(false);
    });

    test.each<[string, number[]]>([
      ['a byte that stands alone', [0xc3, 0x28]],
      ['a sequence that is longer than it need be', [0xe0, 0x80, 0xaf]],
      ['a sequence without its third byte', [0xe7, 0x8c, 0x22]],
      ['a sequence without its fourth byte', [0xf0, 0x9f, 0x98, 0x22]],
      ['a surrogate', [0xed, 0xa0, 0x80]],
      ['a code point beyond the last', [0xf4, 0x90, 0x80, 0x80]],
      ['a line feed in a string', [0x0a]],
    ])('broken text: %s', (_name, bytes) => {
      const [before = '', after = ''] = PLAIN.split('x');
      expect(isPlain(Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]))).toBe(
        false,
      );
    });
  });

  test.each(['', '\n', ' x', ',', PLAIN])(
    'a plain record ends where its brackets close, whatever follows: %j',
    (after) => {
      expect(skimmed(PLAIN + after)?.record.toString()).toBe(PLAIN);
    },
  );

  test('no byte behind the end counts', () => {
    const bytes = Buffer.from(PLAIN);
    skim.look(bytes);
    for (let end = 0; end < bytes.length; end++) expect(skim.plainBytes(0, end)).toBe(0);
    // What was looked at before is still there.
    skim.look(bytes.subarray(0, -1));
    expect(skim.plainBytes(0, bytes.length)).toBe(0);
  });

  test('nor does what is beyond the memory: it is looked at closely', () => {
    const bytes = Buffer.alloc(8 * 1024 * 1024, PLAIN);
    skim.look(bytes);
    expect(skim.plainBytes(0, bytes.length)).toBe(PLAIN.length);
    const last = bytes.length - PLAIN.length;
    expect(skim.plainBytes(last, bytes.length)).toBe(0);
  });

  describe('a window', () => {
    // The moment is one for all that share the code.
    afterAll(() => createSkim(NOW_MS, code));

    const withWindow = (from: string, to: string) =>
      Buffer.from(PLAIN.replace('"active_to":"2099-01-01"', `"active_from":"${from}","active_to":"${to}"`));
    const isPlainAt = (nowMs: number, record: Buffer) => {
      const skim = createSkim(nowMs, code);
      skim.look(record);
      return skim.plainBytes(0, record.length) > 0;
    };
    const isLeapDay = (date: string) => date.includes('-02-29');
    const two = (max: number) => fc.integer({ min: 0, max }).map((number) => String(number).padStart(2, '0'));
    /** Of the two commonest shapes, mostly real: now and then a month or an hour too many. */
    const someDate = fc
      .tuple(
        fc.integer({ min: 2025, max: 2027 }),
        two(13),
        two(32),
        fc.option(fc.tuple(two(24), two(60), two(60)), { freq: 3 }),
      )
      .map(
        ([year, month, day, time]) => `${year}-${month}-${day}${time === null ? '' : `T${time.join(':')}Z`}`,
      );
    /** Of few days, so that two often are the same. */
    const nearDate = fc.constantFrom(
      '2026-11-23',
      '2026-11-23T00:00:01Z',
      '2026-11-24',
      '2026-02-29',
      '2024-02-29',
    );
    const date = fc.oneof(someDate, nearDate);

    test('of real dates is plain exactly if it is not over, and does not end before it begins', () => {
      let plain = 0;
      fc.assert(
        fc.property(date, date, fc.integer({ min: -1001, max: 1001 }), (from, to, apart) => {
          const nowMs = NOW_MS + apart;
          const fits = dateMs(from) <= dateMs(to) && dateMs(to) >= nowMs;
          const isPlain = isPlainAt(nowMs, withWindow(from, to));
          expect(isPlain).toBe(fits && !isLeapDay(from) && !isLeapDay(to));
          if (isPlain) plain++;
        }),
        { numRuns: 3000 * thoroughly },
      );
      expect(plain).toBeGreaterThan(100 * thoroughly);
    });

    test.each([-1, 0, 1, 999, 1000])('that ends %i ms before now is judged to the millisecond', (apart) => {
      const text = '2026-11-23T12:00:00Z';
      const nowMs = dateMs(text) + apart;
      expect(isPlainAt(nowMs, withWindow('2026-01-01', text))).toBe(dateMs(text) >= nowMs);
    });

    test.each([
      '',
      '2099-12-1',
      '2099/12/01',
      '2099-12/01',
      '2099-12-24T18:00Z',
      '2099-12-24 18:00:00Z',
      '2099-12-24T18:00:00+',
      '2099-12-24T18-00:00Z',
      '2099-12-24T18:00-00Z',
      'x099-12-24',
      '20x9-12-24',
    ])('that ends at %j is looked at closely', (text) => {
      expect(isPlainAt(NOW_MS, withWindow('2026-01-01', text))).toBe(false);
    });
  });
});
