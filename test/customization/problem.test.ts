import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  BROKEN_CODES,
  ERROR_CODES,
  levelOf,
  type ProblemCode,
  SCHEMA_CODES,
  WARNING_CODES,
} from '../../src/customization/problem.js';
import { checked, cutGzip, line, linePin, PLAIN_RULES, pin } from '../checked.js';

const good = line();
const other = line({ target_identity: 'sku-2' });
const deep = (levels: number) =>
  line({ target_metadata: JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`) });

/** For each code inputs that show it, and the line and path where. The README quotes from the first one. */
const CASES: Record<ProblemCode, [input: string | Uint8Array, place: string][]> = {
  'json-syntax': [
    ['{"model": "basket",}', '1'],
    [`${good}\n{"model": basket}\n`, '2'],
    [`{\n"model": 'basket'\n}`, '2'],
  ],
  'json-unclosed': [[`{\n  "model": "basket",\n  "tags": ["a"\n{"model": "basket"}`, '1']],
  'json-cut-short': [[`${good}\n{"model": "bask`, '2']],
  'array-broken': [[`[${good} ${other}]`, '1']],
  'array-cut-short': [[`[${good},\n${other}`, '2']],
  'record-too-long': [[line({ tags: ['x'.repeat(1024 * 1024)] }), '1']],
  'invalid-utf8': [[Buffer.from(`${good}\n${line({ model: 'été' })}`, 'latin1'), '2']],
  'foreign-format': [
    [Buffer.from('PK\u0003\u0004...'), '0'],
    [Buffer.from(`\ufeff${good}`, 'utf16le'), '0'],
    ['<!doctype html><title>504</title>', '0'],
    ['model,target_type,position\nbasket,item,1', '0'],
  ],
  'gzip-broken': [[cutGzip(good), '0']],
  'not-an-object': [
    ['null', '1'],
    [`${good}\n[${other}]`, '2'],
  ],
  'wrapped-list': [[`{"pins": [${good}]}`, '1 pins']],
  'too-deep': [[deep(70), '1']],
  'field-missing': [
    [line({ pin_definitions: undefined, pin_defintions: [] }), '1 pin_definitions'],
    [line({ model: undefined }), '1 model'],
    [line({ target_identity: undefined }), '1 target_identity'],
    [line({ target_type: 'criteria' }), '1 target_criteria'],
    [linePin({ pin_type: undefined }), '1 pin_definitions[0].pin_type'],
    [linePin({ pin_identity: undefined }), '1 pin_definitions[0].pin_identity'],
    [linePin({ pin_type: 'criteria' }), '1 pin_definitions[0].pin_criteria'],
  ],
  'field-type': [
    [linePin({ position: '1' }), '1 pin_definitions[0].position'],
    [linePin({ position: 1.5 }), '1 pin_definitions[0].position'],
    [line({ target_identity: 1042 }), '1 target_identity'],
    [line({ model: null }), '1 model'],
    [line({ tags: 'winter' }), '1 tags'],
    [line({ tags: ['winter', 5] }), '1 tags[1]'],
    [line({ target_type: 'criteria', target_criteria: 'Tents' }), '1 target_criteria'],
    [line({ target_metadata: 'Tent' }), '1 target_metadata'],
    [linePin({ is_block_pin: 'true' }), '1 pin_definitions[0].is_block_pin'],
    [line({ pin_definitions: pin() }), '1 pin_definitions'],
    [line({ pin_definitions: ['sku-7'] }), '1 pin_definitions[0]'],
    [linePin({ active_to: 1796083200 }), '1 pin_definitions[0].active_to'],
  ],
  'field-value': [
    [line({ target_type: 'items' }), '1 target_type'],
    [linePin({ pin_type: 'Item' }), '1 pin_definitions[0].pin_type'],
  ],
  'field-blank': [
    [line({ target_identity: ' ' }), '1 target_identity'],
    [line({ model: '' }), '1 model'],
    [linePin({ pin_identity: '' }), '1 pin_definitions[0].pin_identity'],
    [linePin({ widget_id: '' }), '1 pin_definitions[0].widget_id'],
  ],
  'pins-missing': [[line({ pin_definitions: [] }), '1 pin_definitions']],
  'position-range': [[linePin({ position: -2 }), '1 pin_definitions[0].position']],
  'date-invalid': [
    [linePin({ active_from: '24.12.2026' }), '1 pin_definitions[0].active_from'],
    [linePin({ active_to: '2027-02-30' }), '1 pin_definitions[0].active_to'],
    [linePin({ active_to: '2027-02-28T25:00' }), '1 pin_definitions[0].active_to'],
  ],
  'window-inverted': [
    [linePin({ active_from: '2027-01-31', active_to: '2027-01-01' }), '1 pin_definitions[0].active_to'],
    [
      linePin({ active_from: '2027-01-01T00:00:00+02:00', active_to: '2026-12-31T21:59:59Z' }),
      '1 pin_definitions[0].active_to',
    ],
  ],
  'duplicate-scope': [
    [`${good}\n${other}\n${good}`, '3'],
    [
      `${line({ target_type: 'criteria', target_criteria: { a: 1, b: { c: 2, d: 3 } } })}\n${line({ target_type: 'criteria', target_criteria: { b: { d: 3, c: 2 }, a: 1 } })}`,
      '2',
    ],
  ],
  'record-over-batch': [[line({ tags: ['x'.repeat(2048)] }), '1']],
  'input-empty': [
    ['', '0'],
    ['[]', '0'],
  ],
  'count-unexpected': [[`${good}`, '0']],
  'position-missing': [[linePin({ position: undefined }), '1 pin_definitions[0].position']],
  'field-unknown': [
    [linePin({ widgetid: 'home-top' }), '1 pin_definitions[0].widgetid'],
    [line({ colour: 'red' }), '1 colour'],
  ],
  'identity-for-all': [
    [line({ target_type: 'all' }), '1 target_identity'],
    [line({ target_type: 'all', target_identity: undefined, target_criteria: {} }), '1 target_criteria'],
  ],
  'position-twice': [
    [line({ pin_definitions: [pin(), pin({ pin_identity: 'sku-8' })] }), '1 pin_definitions[1].position'],
  ],
  'pinned-and-blocked': [
    [line({ pin_definitions: [pin(), pin({ position: 0 })] }), '1 pin_definitions[1].position'],
    [
      line({ pin_definitions: [pin({ position: 0 }), pin({ position: -1 })] }),
      '1 pin_definitions[1].position',
    ],
  ],
  'block-position': [
    [linePin({ is_block_pin: true }), '1 pin_definitions[0].is_block_pin'],
    [linePin({ position: 0, is_block_pin: false }), '1 pin_definitions[0].is_block_pin'],
  ],
  'window-expired': [
    [linePin({ active_to: '2020-01-31' }), '1 pin_definitions[0].active_to'],
    [linePin({ active_to: '2026-12-01T13:59+02:00' }), '1 pin_definitions[0].active_to'],
  ],
  'number-rounded': [
    [good.replace('{', '{"target_metadata":{"ean":12345678901234567890},'), '1 target_metadata.ean'],
    [good.replace('{', '{"target_metadata":{"a":[1,[],{"2":1},1e400]},'), '1 target_metadata.a[3]'],
    [
      good.replace('{', '{"target_metadata":{"a":[{"b":[]},{"12":-9007199254740992}]},'),
      '1 target_metadata.a[1].12',
    ],
    [
      linePin({ pin_criteria: {} }).replace('{}', '{"n\\u0061":1e999}'),
      '1 pin_definitions[0].pin_criteria.na',
    ],
  ],
  'key-duplicate': [
    [good.replace('{', '{"target_identity":"sku-3",'), '1 target_identity'],
    [good.replace('"position"', '"position":2,"posi\\u0074ion"'), '1 pin_definitions[0].position'],
    [
      line({ pin_definitions: [pin(), pin({ position: 2 })] }).replace('":2', '":2 , "position" : 3'),
      '1 pin_definitions[1].position',
    ],
    [
      good.replace('{', '{"target_metadata":{"size":"]}","a":[[],[{"b":1,"b":2}]],"size":"{["},'),
      '1 target_metadata.size',
    ],
    [good.replace('{', '{"target_metadata":{"a":[[],[{"b":1,"b":2}]]},'), '1 target_metadata.a[1][0].b'],
  ],
  'replacement-character': [[linePin({ pin_identity: 'stan-dv\ufffd' }), '1']],
};

/** Rules and limit under which a code can show at all. */
const special: Partial<Record<ProblemCode, Parameters<typeof checked>>> = {
  'record-over-batch': ['', {}, 1024],
  'count-unexpected': ['', { expect: 2 }],
};

describe.each(Object.entries(CASES))('%s', (code, cases) => {
  test.each(cases.map(([input, place]) => [place, String(input).slice(0, 60), input] as const))(
    'is found at %s: %s',
    async (place, _name, input) => {
      const [, rules, maxBytes] = Object.entries(special).find(([known]) => known === code)?.[1] ?? [];
      const { shown, problems } = await checked(input, rules, maxBytes);
      const [at, ...path] = place.split(' ');
      expect(shown).toContain([at, code, ...path].join(' '));
      // The cure stands with every problem.
      expect(problems.find((problem) => problem.code === code)?.hint).toBeTruthy();
    },
  );
});

test.each([
  ['an ordinary customization', good],
  ['a missing position of a pin that blocks nothing', linePin({ position: -1 })],
  ['a block pin', linePin({ position: 0, is_block_pin: true })],
  ['position 0 without is_block_pin', linePin({ position: 0 })],
  ['the same position in two widgets', line({ pin_definitions: [pin(), pin({ widget_id: 'other' })] })],
  [
    'the same position in two windows',
    line({
      pin_definitions: [
        pin({ active_to: '2027-01-31' }),
        pin({ pin_identity: 'b', active_from: '2027-02-01' }),
      ],
    }),
  ],
  [
    'an item pinned here and blocked in another widget',
    line({ pin_definitions: [pin(), pin({ position: 0, widget_id: 'other' })] }),
  ],
  ['a window of one moment', linePin({ active_from: '2027-01-31', active_to: '2027-01-31' })],
  [
    'every shape of a date',
    linePin({ active_from: '2027-01-31 10:00', active_to: '2027-01-31T11:00:00.123+01:00' }),
  ],
  ['a leap day', linePin({ active_to: '2028-02-29' })],
  ['a quote and a colon inside a string', line({ target_metadata: { title: 'a":"b' } })],
  ['spaces around colons', good.replaceAll('":', '" : ')],
  [
    'the greatest whole number that is exact',
    good.replace('{', '{"target_metadata":{"ean":9007199254740991},'),
  ],
  ['digits in a string', line({ target_identity: '12345678901234567890' })],
  ['a great number with an exponent', good.replace('{', '{"target_metadata":{"far":1e30},')],
  [
    'criteria with anything in them',
    line({ target_type: 'criteria', target_criteria: { __proto__x: [null, {}] } }),
  ],
  ['as many brackets as are read', deep(62)],
])('no problem is %s', async (_name, input) => {
  expect((await checked(input)).shown).toEqual([]);
});

test('the levels: strict raises warnings, lenient lowers what the schema refuses, a permission outweighs both', () => {
  const levels = (rules: Partial<typeof PLAIN_RULES>) =>
    (['field-type', 'position-missing', 'duplicate-scope', 'json-syntax', 'not-an-object'] as const).map(
      (code) => levelOf(code, { ...PLAIN_RULES, ...rules }),
    );
  expect(levels({})).toEqual(['error', 'warning', 'error', 'error', 'error']);
  expect(levels({ strict: true })).toEqual(['error', 'error', 'error', 'error', 'error']);
  expect(levels({ lenient: true })).toEqual(['warning', 'warning', 'error', 'error', 'error']);
  expect(levels({ strict: true, lenient: true, allowDuplicates: true })).toEqual([
    'warning',
    'error',
    'warning',
    'error',
    'error',
  ]);
});

describe('the table of the README', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, section = ''] = readme.split('\n## Problems\n');
  const rows = [
    ...(section.split('\n## ')[0] ?? '').matchAll(
      /^\| `([a-z0-9-]+)` *\| (error|warning) *\|[^|\n]+\| ([^|\n]+?) *\|[^|\n]+\|$/gm,
    ),
  ];

  test('lists every code there is, with its level, and no other', () => {
    const listed = rows.map(([, code, level]) => `${level} ${code}`);
    expect(listed).toEqual([
      ...ERROR_CODES.map((code) => `error ${code}`),
      ...WARNING_CODES.map((code) => `warning ${code}`),
    ]);
  });

  test('marks what --lenient lowers, and what --skip-invalid cannot mend', () => {
    const marked = (mark: string) =>
      section
        .split('\n')
        .flatMap((row) => new RegExp(`^\\| \`([a-z0-9-]+)\`.*\\| ${mark} `).exec(row)?.[1] ?? []);
    expect(marked('⁺')).toEqual([...SCHEMA_CODES]);
    expect(marked('⁎').sort()).toEqual([...BROKEN_CODES].sort());
  });

  test('quotes examples that show the code', () => {
    let checkedExamples = 0;
    for (const [, code, , example = ''] of rows) {
      const quoted = /^`(.+)`$/.exec(example)?.[1];
      if (quoted === undefined) continue;
      const [input] = Object.entries(CASES).find(([known]) => known === code)?.[1][0] ?? [''];
      expect(String(input).replaceAll(' ', '')).toContain(quoted.replaceAll(' ', ''));
      checkedExamples++;
    }
    expect(checkedExamples).toBeGreaterThan(15);
  });
});
