import { describe, expect, test } from 'vitest';
import { createStore } from '../../src/sandbox/store.js';
import { line } from './client.js';

const INVALID = '{"model":"basket"}';

/** A store that already holds `lines`. */
function storeOf(lines: string[], atomic = true) {
  const store = createStore(atomic);
  expect(store.apply(lines, 'raise')).toBeUndefined();
  return store;
}

describe('a scope that has a customization already', () => {
  test('refuses the request under raise', () => {
    const store = storeOf([line('a', 1)]);
    expect(store.apply([line('b'), line('a', 2)], 'raise')?.status).toBe(409);
    expect(store.lines()).toEqual([line('a', 1)]);
  });

  test('keeps what it has under ignore', () => {
    const store = storeOf([line('a', 1)]);
    expect(store.apply([line('b'), line('a', 2)], 'ignore')).toBeUndefined();
    expect(store.lines()).toEqual([line('a', 1), line('b')]);
  });

  test('takes the new one under override', () => {
    const store = storeOf([line('a', 1)]);
    expect(store.apply([line('b'), line('a', 2)], 'override')).toBeUndefined();
    expect(store.lines()).toEqual([line('a', 2), line('b')]);
  });

  test('is told by its meaning, not by the order of keys in its criteria', () => {
    const criteria = (inner: string) =>
      `{"model":"m","target_type":"criteria","target_criteria":${inner},"pin_definitions":[{"pin_type":"item","pin_identity":"1"}]}`;
    const store = storeOf([criteria('{"a":1,"b":2}')]);
    expect(store.apply([criteria('{"b":2,"a":1}')], 'raise')?.status).toBe(409);
  });
});

describe('a scope that comes twice in one request', () => {
  test.each([
    ['raise', 409, []],
    ['ignore', undefined, [line('a', 1)]],
    ['override', undefined, [line('a', 2)]],
  ] as const)('under %s', (strategy, status, lines) => {
    const store = createStore(true);
    expect(store.apply([line('a', 1), line('a', 2)], strategy)?.status).toBe(status);
    expect(store.lines()).toEqual(lines);
  });
});

describe('a refused request', () => {
  test.each([
    [422, INVALID],
    [409, line('a', 2)],
  ])('with a %i leaves nothing behind when the store is atomic', (status, culprit) => {
    const store = storeOf([line('a', 1)]);
    expect(store.apply([line('b'), culprit, line('c')], 'raise')?.status).toBe(status);
    expect(store.lines()).toEqual([line('a', 1)]);
  });

  test.each([
    [422, INVALID],
    [409, line('a', 2)],
  ])('with a %i leaves what came before the culprit when it is not', (status, culprit) => {
    const store = storeOf([line('a', 1)], false);
    expect(store.apply([line('b'), culprit, line('c')], 'raise')?.status).toBe(status);
    expect(store.lines()).toEqual([line('a', 1), line('b')]);
  });

  test('says per field what is wrong, and never in which line', () => {
    const answer = createStore(true).apply([line('a'), INVALID], 'override');
    expect(JSON.parse(answer?.body ?? '')).toEqual({
      reason: 'A customization of the request is invalid.',
      exception_details: { target_type: ['is required'], pin_definitions: ['is required'] },
    });
  });
});

test('a request holds 5000 customizations at most', () => {
  const store = createStore(true);
  const lines = Array.from({ length: 5001 }, (_, at) => line(`item-${at}`));
  expect(store.apply(lines, 'raise')?.status).toBe(413);
  expect(store.size).toBe(0);
  expect(store.apply(lines.slice(1), 'raise')).toBeUndefined();
  expect(store.size).toBe(5000);
});

test('a request without any customization is refused', () => {
  expect(createStore(true).apply([], 'override')?.status).toBe(422);
});
