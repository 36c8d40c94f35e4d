import { expect, test } from 'vitest';
import { validateLine } from '../../src/sandbox/validate.js';

/** The details of a customization that is valid but for `changes`. */
function details(changes: object) {
  const valid = {
    model: 'basket',
    target_type: 'all',
    pin_definitions: [{ pin_type: 'item', pin_identity: '1' }],
  };
  const validated = validateLine(JSON.stringify({ ...valid, ...changes }));
  return validated.customization ? 'valid' : validated.details;
}

test.each<[string, object, unknown]>([
  ['a pin without a position', {}, 'valid'],
  ['a field that nobody knows', { colour: 'red' }, 'valid'],
  ['no model', { model: undefined }, { model: ['is required'] }],
  ['a number as model', { model: 1 }, { model: ['must be a string'] }],
  ['a blank model', { model: ' ' }, { model: ['must not be blank'] }],
  [
    'an unknown target type',
    { target_type: 'some' },
    { target_type: ['must be one of item, criteria, all'] },
  ],
  ['no identity of an item', { target_type: 'item' }, { target_identity: ['is required'] }],
  ['no criteria', { target_type: 'criteria' }, { target_criteria: ['is required'] }],
  ['tags that are no strings', { tags: [1, 2] }, { tags: ['each must be a string'] }],
  ['no pins', { pin_definitions: [] }, { pin_definitions: ['must not be empty'] }],
  ['an object of pins', { pin_definitions: {} }, { pin_definitions: ['must be an array'] }],
  ['pins that are no objects', { pin_definitions: [1, 2] }, { pin_definitions: ['each must be an object'] }],
  [
    'a day that no calendar has',
    { pin_definitions: [{ pin_type: 'item', pin_identity: '1', active_from: '2026-02-30' }] },
    { pin_definitions: ['active_from must be a day that exists'] },
  ],
  [
    'a pin that ends before it begins',
    {
      pin_definitions: [
        { pin_type: 'item', pin_identity: '1', active_from: '2026-12-24', active_to: '2026-12-23' },
      ],
    },
    { pin_definitions: ['active_to must not be before active_from'] },
  ],
  [
    'several faults, some of them twice',
    {
      model: null,
      pin_definitions: [
        { pin_type: 'item', position: -2 },
        { pin_type: 'item', position: 1.5 },
        { pin_type: 'criteria', pin_criteria: {}, active_to: 'tomorrow' },
      ],
    },
    {
      model: ['must be a string'],
      pin_definitions: [
        'pin_identity is required',
        'position must be -1 or more',
        'position must be an integer',
        'active_to must be a date (ISO 8601)',
      ],
    },
  ],
])('%s', (_name, changes, expected) => {
  expect(details(changes)).toEqual(expected);
});

test.each([
  ['{"model":', 'is not JSON'],
  ['null', 'must be an object'],
  ['[]', 'must be an object'],
])('%s is no customization', (line, message) => {
  expect(validateLine(line)).toEqual({ details: { customization: [message] } });
});
