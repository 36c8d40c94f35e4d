import { lint, shapeOf } from './lint.js';
import type { Finding } from './problem.js';
import { MAX_NESTING, type Validated, validate } from './validate.js';

/** Everything there is to say of one record by itself. `text` is its JSON, `value` what that means. */
export function examine(value: unknown, text: string, nowMs: number): Validated {
  const shape = shapeOf(value);
  if (shape.isTooDeep) return { findings: [tooDeep] };
  const { customization, findings } = validate(value);
  if (customization === undefined) return { findings };
  return { customization, findings: [...findings, ...lint(customization, text, shape, nowMs)] };
}

const tooDeep: Finding = {
  code: 'too-deep',
  path: '',
  message: `The brackets are nested more than ${MAX_NESTING} deep.`,
  hint: 'Criteria and metadata are small objects: was something wrapped again and again?',
};
