import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical, scopeKey } from '../../src/customization/identity.js';
import type { Customization } from '../../src/customization/schema.js';
import { hashScope } from '../../src/customization/scope-hash.js';
import { createScopeIndex } from '../../src/customization/scope-index.js';

const pins = { pin_definitions: [] };
const item = (model: string, target_identity: string): Customization => ({
  model,
  target_type: 'item',
  target_identity,
  ...pins,
});
const criteria = (target_criteria: object): Customization => ({
  model: 'm',
  target_type: 'criteria',
  target_criteria,
  ...pins,
});
const hashed = (customization: Customization) => {
  const { high, low } = hashScope(customization);
  return [high, low];
};

test.each<[string, Customization, Customization, boolean]>([
  ['one item', item('m', 'a'), item('m', 'a'), true],
  ['two items', item('m', 'a'), item('m', 'b'), false],
  ['two models', item('m', 'a'), item('n', 'a'), false],
  ['letters on the other side of a border', item('ma', 'b'), item('m', 'ab'), false],
  ['criteria with their keys in another order', criteria({ a: 1, b: [2] }), criteria({ b: [2], a: 1 }), true],
  ['criteria with their values in another order', criteria({ a: [1, 2] }), criteria({ a: [2, 1] }), false],
  ['criteria with a number and with its text', criteria({ a: 1 }), criteria({ a: '1' }), false],
  ['criteria with values of swapped keys', criteria({ a: 1, b: 2 }), criteria({ a: 2, b: 1 }), false],
  ['criteria that are nested otherwise', criteria({ a: {}, b: 1 }), criteria({ a: { b: 1 } }), false],
  ['an item and all', item('m', ''), { model: 'm', target_type: 'all', ...pins }, false],
  ['two halves of characters', item('m', '\ud83d'), item('m', '\ud83e'), false],
  [
    'metadata, which are no part of it',
    item('m', 'a'),
    { ...item('m', 'a'), target_metadata: { a: 1 } },
    true,
  ],
])('the scope of %s', (_name, one, other, isSame) => {
  expect(scopeKey(one) === scopeKey(other)).toBe(isSame);
  expect(JSON.stringify(hashed(one)) === JSON.stringify(hashed(other))).toBe(isSame);
});

/** Small values of few letters, most of which look like what stands between values. */
const small = fc.letrec<{ value: unknown }>((tie) => {
  const text = fc.string({ unit: fc.constantFrom('1', '"', ',', '{', '}'), maxLength: 2 });
  return {
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      text,
      fc.constantFrom(null, true, 0, 1, 11),
      fc.array(tie('value'), { maxLength: 2 }),
      fc.dictionary(text, tie('value'), { maxKeys: 2, noNullPrototype: true }),
    ),
  };
}).value;

test('values have one canonical text, and one hash, exactly if they differ in the order of keys at most', () => {
  const reversed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reversed);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, field]) => [key, reversed(field)]),
    );
  };
  const hashOf = (value: unknown) => hashed(criteria({ value }));
  let alike = 0;
  fc.assert(
    fc.property(small, small, (one, other) => {
      expect(canonical(reversed(one))).toBe(canonical(one));
      expect(hashOf(reversed(one))).toEqual(hashOf(one));
      const isAlike = isDeepStrictEqual(one, other);
      if (isAlike) alike++;
      expect(canonical(one) === canonical(other)).toBe(isAlike);
      expect(isDeepStrictEqual(hashOf(one), hashOf(other))).toBe(isAlike);
    }),
    { numRuns: 20_000 },
  );
  expect(alike).toBeGreaterThan(100);
});

test('a scope that came before is found, with its first place, however many came between', () => {
  const index = createScopeIndex();
  const scope = (ordinal: number) => hashScope(item('m', `sku-${ordinal}`));
  for (let ordinal = 0; ordinal < 50_000; ordinal++) {
    expect(index.has(scope(ordinal))).toBe(false);
    expect(index.add(scope(ordinal), ordinal)).toBeUndefined();
  }
  for (const ordinal of [0, 1, 767, 768, 49_999]) {
    expect(index.has(scope(ordinal))).toBe(true);
    expect(index.add(scope(ordinal), 60_000)).toBe(ordinal);
  }
});
