import type { Finding } from './problem.js';
import { pathText, type Step } from './schema-finding.js';

/** Adds numbers of a record's JSON that a reader with 64-bit floating point (RFC 8259, section 6) changes. */
export function roundedNumbers(text: string, findings: Finding[]): void {
  for (const { token, steps } of tokens(text)) {
    if (!/^-?\d/.test(token) || isExact(token)) continue;
    const path = pathText(steps);
    findings.push({
      code: 'number-rounded',
      path,
      message: `The number ${token.slice(0, 40)} of "${path}" is beyond what JSON readers keep exactly.`,
      hint: 'Write it as a string, in quotes.',
    });
  }
}

function isExact(number: string): boolean {
  const value = Number(number);
  return Number.isFinite(value) && (!/^-?\d+$/.test(number) || Number.isSafeInteger(value));
}

/** Adds keys that one object of a record's JSON has twice: most readers keep the last, some the first. */
export function duplicateKeys(text: string, findings: Finding[]): void {
  const open: Set<Step | undefined>[] = [];
  for (const { token, isKey, steps } of tokens(text)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    if (!isKey) continue;
    const keys = open.at(-1);
    const key = steps.at(-1);
    if (keys?.has(key)) {
      const path = pathText(steps);
      findings.push({
        code: 'key-duplicate',
        path,
        message: `"${path}" stands twice in one object: readers keep one of the two.`,
        hint: 'Remove one of them.',
      });
    }
    keys?.add(key);
  }
}

/** A string, number or mark of a JSON text. */
interface Token {
  token: string;
  isKey: boolean;
  /** The way from the record to it; to a key, with that key. Good until the next token is asked for. */
  steps: readonly Step[];
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d[\d.eE+-]*|[{}[\],]/g;

/** The tokens of a valid JSON text, words and colons left out; a string before a colon is a key. */
function* tokens(text: string): Generator<Token> {
  const steps: Step[] = [];
  for (const [whole, string, colon] of text.matchAll(TOKEN)) {
    const isKey = string !== undefined && colon !== undefined;
    if (isKey) steps.splice(-1, 1, String(JSON.parse(string)));
    yield { token: string ?? whole, isKey, steps };
    follow(steps, whole);
  }
}

/** Goes into an object or array, out of it, or on to its next element. */
function follow(steps: Step[], mark: string): void {
  if (mark === '{') steps.push('');
  else if (mark === '[') steps.push(0);
  else if (mark === '}' || mark === ']') steps.pop();
  else if (mark === ',') {
    const step = steps.pop() ?? '';
    steps.push(typeof step === 'number' ? step + 1 : step);
  }
}
