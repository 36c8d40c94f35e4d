import { type Excerpt, FAULT_CODES } from '../input/fault.js';

/** How much a problem weighs: an error keeps the customization from being sent. */
export const LEVELS = ['error', 'warning'] as const;
export type Level = (typeof LEVELS)[number];

/** Problems of bytes and structure: what the API is bound to refuse. */
export const ERROR_CODES = [
  ...FAULT_CODES,
  'foreign-format',
  'gzip-broken',
  'not-an-object',
  'wrapped-list',
  'too-deep',
  'field-missing',
  'field-type',
  'field-value',
  'field-blank',
  'pins-missing',
  'position-range',
  'date-invalid',
  'window-inverted',
  'duplicate-scope',
  'record-over-batch',
  'input-empty',
  'count-unexpected',
] as const;

/** Problems that the API may let pass, but that are surely not meant. */
export const WARNING_CODES = [
  'position-missing',
  'field-unknown',
  'identity-for-all',
  'position-twice',
  'pinned-and-blocked',
  'block-position',
  'window-expired',
  'number-rounded',
  'key-duplicate',
  'replacement-character',
] as const;

export type ProblemCode = (typeof ERROR_CODES)[number] | (typeof WARNING_CODES)[number];

/** The codes of `--lenient`: what the schema refuses, and the API may have learnt to accept. */
export const SCHEMA_CODES = [
  'field-missing',
  'field-type',
  'field-value',
  'field-blank',
  'pins-missing',
  'position-range',
  'date-invalid',
  'window-inverted',
] as const satisfies readonly ProblemCode[];

/** Codes that speak of the input, not of one customization. */
export const INPUT_CODES: ReadonlySet<ProblemCode> = new Set([
  'foreign-format',
  'gzip-broken',
  'array-broken',
  'array-cut-short',
  'input-empty',
  'count-unexpected',
]);

/** Codes that show that the input is not whole: nothing can be skipped to mend that. */
export const BROKEN_CODES: ReadonlySet<ProblemCode> = new Set([...INPUT_CODES, 'json-cut-short']);

/** What is wrong with a customization: the rule it breaks, in the record's own terms. */
export interface Finding {
  code: ProblemCode;
  /** The field, such as `pin_definitions[2].position`; empty for the record as a whole. */
  path: string;
  /** One sentence: what is wrong. May quote the record, so it is foreign text. */
  message: string;
  /** What to do about it. */
  hint?: string;
}

/** A finding and where it is: what is reported. */
export interface Problem extends Finding {
  level: Level;
  /** The input's name. */
  file: string;
  /** 1-based; 0 for the input as a whole. */
  line: number;
  /** 1-based, in characters. */
  column?: number;
  /** For broken text: a piece of the line, and where in it the fault is (0-based). */
  excerpt?: Excerpt;
}

/** What moves a code to the other level. */
export interface LevelRules {
  /** Warnings are errors. */
  strict: boolean;
  /** What the schema refuses only warns. */
  lenient: boolean;
  allowDuplicates: boolean;
}

/** The level of a code under the rules. What was expressly allowed stays a warning, under `strict` too. */
export function levelOf(code: ProblemCode, rules: LevelRules): Level {
  if (rules.lenient && includes(SCHEMA_CODES, code)) return 'warning';
  if (rules.allowDuplicates && code === 'duplicate-scope') return 'warning';
  return rules.strict || !includes(WARNING_CODES, code) ? 'error' : 'warning';
}

function includes(codes: readonly ProblemCode[], code: ProblemCode): boolean {
  return codes.includes(code);
}
