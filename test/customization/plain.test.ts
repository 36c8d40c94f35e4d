import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lint, shapeOf } from '../../src/customization/lint.js';
import { isPlain } from '../../src/customization/plain.js';
import { validate } from '../../src/customization/validate.js';

const NOW_MS = Date.UTC(2026, 10, 23);

/** What the two that look closely find. */
function findings(text: string) {
  const value: unknown = JSON.parse(text);
  const shape = shapeOf(value);
  if (shape.isTooDeep) return ['too-deep'];
  const { customization, findings: refused } = validate(value);
  return customization === undefined ? refused : [...refused, ...lint(customization, text, shape, NOW_MS)];
}

const isPlainText = (text: string) => isPlain(JSON.parse(text), text, NOW_MS);

/** Mostly the first, seldom the others. */
const mostly = <T>(usual: fc.Arbitrary<T>, ...odd: T[]) =>
  fc.oneof({ weight: 30, arbitrary: usual }, { weight: 1, arbitrary: fc.constantFrom(...odd) });
const name = mostly(fc.constantFrom('a', 'sku-1', 'č'), ' a', '\u00a0', '\u2003', '', '\uFFFD', 'x":y');
const anything = mostly<unknown>(
  fc.constantFrom(1, 'x', null, [true], { a: { b: 1.5 } }),
  2 ** 53,
  -1e300,
  'x":y',
);
const object = fc.dictionary(fc.constantFrom('a', 'b', '', 'x":'), anything, { maxKeys: 3 });
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
    fc.record({ position: fc.integer({ min: -1, max: 9 }) }),
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

test('in a plain record there is nothing to find', () => {
  let plain = 0;
  fc.assert(
    fc.property(customization, fc.constantFrom(undefined, 1), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      if (!isPlainText(text)) return;
      plain++;
      expect(findings(text)).toEqual([]);
    }),
    { numRuns: 4000 },
  );
  // A law about nothing would hold of itself.
  expect(plain).toBeGreaterThan(100);
});

const PLAIN =
  '{"model":"m","target_type":"item","target_identity":"a","target_metadata":{"title":"x"},"tags":["t"],"pin_definitions":[{"pin_type":"item","pin_identity":"b","position":1,"active_to":"2099-01-01"},{"pin_type":"criteria","pin_criteria":{"a":[1]},"position":2}]}';

test('an ordinary record is plain', () => {
  expect(isPlainText(PLAIN)).toBe(true);
});

test.each<[string, string]>([
  ['a key twice', PLAIN.replace('"title":"x"', '"title":"x","title":"y"')],
  [
    'a key twice, and white space before a colon',
    PLAIN.replace('"model":', '"model" :').replace('"title":"x"', '"title":"x","title":"y"'),
  ],
  ['white space before a colon', PLAIN.replace('"model":', '"model" :')],
  ['an unknown field', PLAIN.replace('"model":"m"', '"model":"m","modle":"m"')],
  [
    'a field that its type does not have',
    PLAIN.replace('"item","target_identity":"a"', '"all","target_identity":"a"'),
  ],
  ['a missing position', PLAIN.replace(',"position":1', '')],
  ['one position twice', PLAIN.replace('"position":2', '"position":1')],
  ['a past end', PLAIN.replace('2099', '2001')],
  ['a number that readers round', PLAIN.replace('[1]', '[12345678901234567890]')],
  ['nesting without end', PLAIN.replace('[1]', `${'['.repeat(70)}1${']'.repeat(70)}`)],
  ['U+FFFD', PLAIN.replace('"x"', '"\uFFFD"')],
])('a record with %s is looked at closely', (_name, text) => {
  expect(isPlainText(text)).toBe(false);
});
