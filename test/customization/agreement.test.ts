import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SCHEMA_CODES } from '../../src/customization/problem.js';
import { validate } from '../../src/customization/validate.js';
import { validateLine } from '../../src/sandbox/validate.js';

const bin = fileURLToPath(new URL('../../bin/luigis-pins.js', import.meta.url));
const printed: object = JSON.parse(execFileSync(process.execPath, [bin, 'schema'], { encoding: 'utf8' }));
const byThePrintedSchema = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(
  printed,
);

/** What only a calendar knows, and no JSON Schema. */
const isOfTheCalendar = (code: string, message: string) =>
  code === 'window-inverted' || (code === 'date-invalid' && message.includes('does not exist'));

const anything = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1,
    1.5,
    -2,
    1e21,
    '',
    ' ',
    '1',
    'item',
    'all',
    {},
    [],
    [{}],
    'ě',
  ),
  fc.jsonValue({ maxDepth: 2 }),
);
/** A field's right values mostly, else anything, else nothing. */
const mostly = (right: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 12, arbitrary: right }, { weight: 1, arbitrary: anything });
const date = fc.constantFrom(
  '2026-12-24',
  '2026-02-30',
  '2026-12-24T18:00:00Z',
  '2027-12-24 18:00',
  '2026-12-24T18:00:00.123+01:00',
  '2028-02-29T00:00 UTC',
  '24.12.2026',
  '2026-13-01',
  '2026-12-24T24:00',
  '2026-12-24T18:00:00+1',
);
const optional = (fields: Record<string, fc.Arbitrary<unknown>>, required: string[]) =>
  fc
    .record(fields, { requiredKeys: [] })
    .chain((some) =>
      fc
        .record(Object.fromEntries(required.map((name) => [name, fields[name] ?? anything])))
        .map((all) => ({ ...all, ...some })),
    );
const pin = optional(
  {
    pin_type: mostly(fc.constantFrom('item', 'criteria')),
    pin_identity: mostly(fc.string({ minLength: 1 })),
    pin_criteria: mostly(fc.constant({ brand: 'x' })),
    position: mostly(fc.integer({ min: -1, max: 9 })),
    widget_id: mostly(fc.constant('w')),
    is_block_pin: mostly(fc.boolean()),
    is_bundle_pin: mostly(fc.boolean()),
    active_from: mostly(date),
    active_to: mostly(date),
    other: anything,
  },
  ['pin_type', 'pin_identity', 'pin_criteria'],
);
const customization = optional(
  {
    model: mostly(fc.constant('basket')),
    target_type: mostly(fc.constantFrom('item', 'criteria', 'all')),
    target_identity: mostly(fc.string({ minLength: 1 })),
    target_criteria: mostly(fc.constant({ category: 'x' })),
    target_metadata: mostly(fc.constant({ title: 'x' })),
    tags: mostly(fc.array(fc.string())),
    pin_definitions: mostly(fc.array(pin, { minLength: 1, maxLength: 3 })),
    other: anything,
  },
  ['model', 'target_type', 'target_identity', 'target_criteria', 'pin_definitions'],
);
const record = fc.oneof({ weight: 8, arbitrary: customization }, { weight: 1, arbitrary: anything });

test('the printed schema, our checks and the sandbox accept the same, but for what only a calendar knows', () => {
  const seen = { accepted: 0, refused: 0, calendar: 0 };
  fc.assert(
    fc.property(record, (value) => {
      const text = JSON.stringify(value);
      const parsed: unknown = JSON.parse(text);
      const { findings } = validate(parsed);
      const structural = findings.filter(({ code, message }) => !isOfTheCalendar(code, message));
      expect({ text, valid: structural.length === 0 }).toEqual({ text, valid: byThePrintedSchema(parsed) });
      expect({ text, valid: findings.length === 0 }).toEqual({
        text,
        valid: validateLine(text).customization !== undefined,
      });
      if (findings.length === 0) seen.accepted++;
      else if (structural.length === 0) seen.calendar++;
      else seen.refused++;
    }),
    { numRuns: 2000 },
  );
  // The property says little unless it has met each kind often.
  expect(Math.min(seen.accepted, seen.refused, seen.calendar)).toBeGreaterThan(15);
});

test('whatever a record is, each finding has a code, a sentence and a cure', () => {
  fc.assert(
    fc.property(record, (value) => {
      for (const { code, message, hint } of validate(JSON.parse(JSON.stringify(value))).findings) {
        expect([...SCHEMA_CODES, 'not-an-object', 'wrapped-list']).toContain(code);
        expect(message).toMatch(/^[A-Z"].*\.$/s);
        expect(hint).toMatch(/\S/);
      }
    }),
  );
});

test('the schema describes every field, and its own examples fit it', () => {
  const nodes: Record<string, unknown>[] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('description' in node) nodes.push({ ...node });
    for (const inner of Object.values(node)) walk(inner);
  };
  walk(printed);
  expect(nodes.length).toBeGreaterThan(15);
  expect(printed).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false });
  for (const node of nodes) {
    const { examples = [], ...schema } = node;
    if ('$defs' in schema || !Array.isArray(examples)) continue;
    for (const example of examples)
      expect([schema['description'], ajv.compile(schema)(example)]).toEqual([schema['description'], true]);
  }
  const top = 'examples' in printed && Array.isArray(printed.examples) ? printed.examples : [];
  expect(top.map((example) => byThePrintedSchema(example))).toEqual([true]);
});
