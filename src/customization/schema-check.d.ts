import type { ErrorObject } from 'ajv';
import type { Customization } from './schema.js';

/**
 * Ajv's check of one value against the schema, compiled when the package is
 * built (`compile-schema.ts`): starting up neither loads nor runs a compiler.
 * After a `false`, `errors` holds every violation until the next call.
 */
export declare const check: ((value: unknown) => value is Customization) & { errors?: ErrorObject[] | null };
