/** What is wrong with a text that is not JSON, and where (0-based, in UTF-16 units). */
export interface SyntaxFault {
  at: number;
  message: string;
  hint?: string;
}

/** Why reading stopped; thrown and caught in this file only, and no `Error`, for it needs no stack. */
class Stop {
  readonly fault: SyntaxFault;
  constructor(at: number, message: string, hint?: string) {
    this.fault = hint === undefined ? { at, message } : { at, message, hint };
  }
}

/** Whether what stands there is JSON is not known. */
class TooDeep extends Stop {
  constructor(at: number) {
    super(at, 'The brackets are nested too deeply.');
  }
}

const BLANK = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[\p{L}\p{N}_$.+-]+/uy;
const LITERALS = ['true', 'false', 'null'];
const MAX_DEPTH = 500;

/**
 * The first offence of `text` against JSON (RFC 8259), in words that stay the
 * same whatever the version of Node; undefined when there is none.
 */
export function explainSyntax(text: string): SyntaxFault | undefined {
  return stopIn(text)?.fault;
}

/** Is the text surely no JSON? False for all that is JSON, and for what is nested too deeply to tell. */
export function isBroken(text: string): boolean {
  const stop = stopIn(text);
  return stop !== undefined && !(stop instanceof TooDeep);
}

function stopIn(text: string): Stop | undefined {
  try {
    const end = blank(text, value(text, blank(text, 0), 0));
    return end < text.length ? afterEnd(text, end) : undefined;
  } catch (stop) {
    if (stop instanceof Stop) return stop;
    throw stop;
  }
}

/** Where a match of the sticky pattern that begins at `at` ends; `at` itself when there is none. */
const endOf = (pattern: RegExp, text: string, at: number) => {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
};

const SPACE = 0x20;

const blank = (text: string, at: number) => (text.charCodeAt(at) > SPACE ? at : endOf(BLANK, text, at));

/** Reads the value at `at`; the index after it. */
function value(text: string, at: number, depth: number): number {
  if (depth > MAX_DEPTH) throw new TooDeep(at);
  const first = text[at];
  if (first === '{') return object(text, at, depth);
  if (first === '[') return array(text, at, depth);
  if (first === '"') return string(text, at);
  const numberEnd = endOf(NUMBER, text, at);
  const wordEnd = endOf(WORD, text, at);
  if (numberEnd > at && numberEnd >= wordEnd) return numberEnd;
  const word = text.slice(at, wordEnd);
  if (LITERALS.includes(word)) return wordEnd;
  throw notAValue(text, at, word);
}

function object(text: string, from: number, depth: number): number {
  let at = blank(text, from + 1);
  if (text[at] === '}') return at + 1;
  for (;;) {
    if (text[at] !== '"') throw notAKey(text, at);
    at = blank(text, string(text, at));
    if (text[at] !== ':') throw expected(text, at, 'a colon after the field name');
    at = blank(text, value(text, blank(text, at + 1), depth + 1));
    if (text[at] === '}') return at + 1;
    if (text[at] !== ',') throw expected(text, at, 'a comma or "}" after the value');
    const comma = at;
    at = blank(text, at + 1);
    if (text[at] === '}') throw trailingComma(comma, '}');
  }
}

function array(text: string, from: number, depth: number): number {
  let at = blank(text, from + 1);
  if (text[at] === ']') return at + 1;
  for (;;) {
    at = blank(text, value(text, at, depth + 1));
    if (text[at] === ']') return at + 1;
    if (text[at] !== ',') throw expected(text, at, 'a comma or "]" after the element');
    const comma = at;
    at = blank(text, at + 1);
    if (text[at] === ']') throw trailingComma(comma, ']');
  }
}

function string(text: string, from: number): number {
  const at = endOf(STRING, text, from);
  const stopped = text[at];
  if (stopped === '"') return at + 1;
  if (stopped === undefined || stopped === '\n') {
    throw new Stop(
      from,
      'A string begins here and is not closed on its line.',
      'Close it with a double quote; a line break inside it is written \\n.',
    );
  }
  if (stopped === '\\') {
    throw new Stop(at, "This escape is none of JSON's.", 'A backslash itself is written \\\\.');
  }
  const code = `U+${stopped.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
  throw new Stop(
    at,
    `A raw control character (${code}) stands in a string.`,
    `Write it as an escape, such as \\n or \\u001f.`,
  );
}

const trailingComma = (at: number, bracket: string) =>
  new Stop(at, `A comma stands before the closing "${bracket}".`, 'Remove the comma.');

function notAValue(text: string, at: number, word: string): Stop {
  if (text[at] === undefined) return ended(text);
  if (text[at] === '<') {
    return new Stop(at, 'This is HTML or XML, not JSON.', 'Was an error page saved instead of the export?');
  }
  if (text[at] === "'") return singleQuote(at);
  if (word === '') return expected(text, at, 'a value');
  const literal = LITERALS.find((known) => known === word.toLowerCase());
  if (literal !== undefined)
    return new Stop(at, `"${word}" is no word of JSON.`, `Write ${literal}, in small letters.`);
  if (/^(nan|[+-]?infinity|undefined|none|nil)$/i.test(word)) {
    return new Stop(at, `"${word}" is no value of JSON.`, 'Give the field a value, or leave it out.');
  }
  if (/^[+-]?[\d.]/.test(word))
    return new Stop(
      at,
      `"${word}" is no number of JSON.`,
      'JSON knows no leading zero, plus sign or bare point.',
    );
  return new Stop(at, `A value cannot begin with "${word}".`, 'Put text in double quotes.');
}

function notAKey(text: string, at: number): Stop {
  if (text[at] === undefined) return ended(text);
  if (text[at] === "'") return singleQuote(at);
  return expected(text, at, 'a field name in double quotes');
}

const singleQuote = (at: number) =>
  new Stop(at, 'A single quote stands where a double quote belongs.', 'JSON uses double quotes only.');

const ended = (text: string) =>
  new Stop(
    text.length,
    'The text ends inside the record.',
    'It was cut short, or a closing bracket is missing.',
  );

function expected(text: string, at: number, what: string): Stop {
  const found = text.codePointAt(at);
  if (found === undefined) return ended(text);
  if (found === 0) return new Stop(at, 'A NUL byte stands here.', 'Is this a binary file, or UTF-16 text?');
  if (text.startsWith('//', at) || text.startsWith('/*', at) || found === 0x23) {
    return new Stop(at, 'A comment stands here.', 'JSON has no comments: remove it.');
  }
  if (/[\u2018\u2019\u201c\u201d\u201e]/.test(String.fromCodePoint(found))) {
    return new Stop(
      at,
      'A typographic quote stands here.',
      'Write the straight double quote, as programs do.',
    );
  }
  const shown = found === 0x22 ? 'a double quote' : JSON.stringify(String.fromCodePoint(found));
  const hint =
    /^a comma/.test(what) && /["{[]/.test(String.fromCodePoint(found)) ? 'Put a comma before it.' : undefined;
  return new Stop(at, `Expected ${what}, found ${shown}.`, hint);
}

function afterEnd(text: string, at: number): Stop {
  if (text[at] === ',') {
    return new Stop(
      at,
      'A comma stands after the record.',
      'Lines of NDJSON are not separated by commas: remove it.',
    );
  }
  if (text[at] === ']' || text[at] === '}') {
    return new Stop(
      at,
      `There is one "${text[at]}" too many.`,
      'Remove it, or find the bracket that was never opened.',
    );
  }
  return new Stop(
    at,
    'There is text after the end of the record.',
    'Each line of NDJSON is one JSON object and nothing else.',
  );
}
