import { writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { customizationSchema } from './schema.js';

// A step of the build, not part of the package: writes schema-check.js beside the compiled schema.
const ajv = new Ajv2020({ allErrors: true, strictTypes: false, code: { source: true, esm: true } });
ajv.addSchema(customizationSchema, 'customization');
writeFileSync(
  new URL('schema-check.js', import.meta.url),
  standalone.default(ajv, { check: 'customization' }),
);
