import { writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { customizationSchema } from './schema.js';

const PROSE = new Set(['title', 'description', 'examples']);

// A step of the build, not part of the package: writes schema-check.js beside the compiled schema.
const ajv = new Ajv2020({
  allErrors: true,
  messages: false,
  strictTypes: false,
  code: { source: true, esm: true },
});
// What is there for people only would be carried along. A field of that name is an object, and stays.
const isProse = (key: string, value: unknown) =>
  PROSE.has(key) && (typeof value === 'string' || Array.isArray(value));
const text = JSON.stringify(customizationSchema, (key, value: unknown) =>
  isProse(key, value) ? undefined : value,
);
ajv.addSchema(JSON.parse(text), 'customization');
writeFileSync(
  new URL('schema-check.js', import.meta.url),
  standalone.default(ajv, { check: 'customization' }),
);
