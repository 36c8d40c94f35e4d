import { isBroken } from './syntax.js';

/**
 * Parses texts: the JSON value of each, or undefined, which no JSON text means.
 * After one that is none the next is likely to be none either: it is looked
 * through first, for `JSON.parse` makes an error with a stack to say no, and
 * takes several times as long.
 */
export function createParser(): (text: string) => unknown {
  let broken: string | undefined;
  return (text) => {
    if (broken !== undefined && (text === broken || isBroken(text))) {
      broken = text;
      return undefined;
    }
    broken = undefined;
    try {
      return JSON.parse(text);
    } catch {
      broken = text;
      return undefined;
    }
  };
}
