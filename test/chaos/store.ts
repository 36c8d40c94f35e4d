import { scopeKey } from '../../src/customization/identity.js';
import type { Customization } from '../../src/customization/schema.js';
import type { Answer } from './answer.js';
import { failure } from './gate.js';

/** What remains of a request that is refused: nothing, or what came before the conflict or the bad line. */
export type StoreMode = 'atomic' | 'partial-then-409' | 'partial-then-422';

/** What the store did with a request. */
interface Ruling {
  readonly answer: Answer;
  /** Lines that were stored, in order. */
  readonly applied: readonly string[];
  /** Lines that were accepted although their scope was kept as it was (`ignore`). */
  readonly kept: readonly string[];
}

/** Customizations by scope. */
export interface Store {
  /** Treats the lines of one body; `strategy` as it came in the query. */
  apply(lines: readonly string[], strategy: string, refusesLine: (line: string) => boolean): Ruling;
  /** Scope key to the line that is stored for it. */
  readonly scopes: ReadonlyMap<string, string>;
}

/** A store that holds the `existing` lines. */
export function createStore(mode: StoreMode, existing: readonly string[]): Store {
  const scopes = new Map<string, string>();
  for (const line of existing) scopes.set(keyOf(line) ?? line, line);

  return {
    scopes,
    apply(lines, strategy, refusesLine) {
      if (!['raise', 'ignore', 'override'].includes(strategy)) {
        return { answer: failure(422, 'Unknown conflict_strategy'), applied: [], kept: [] };
      }
      const keys = lines.map((line) => (refusesLine(line) ? undefined : keyOf(line)));
      const conflict = strategy === 'raise' ? firstConflict(scopes, keys) : -1;
      const obstacle = firstObstacle(mode, keys.indexOf(undefined), conflict);
      const applied: string[] = [];
      const kept: string[] = [];
      for (const [at, line] of lines.slice(0, obstacle?.storedBefore).entries()) {
        const key = keys[at] ?? line;
        if (strategy === 'ignore' && scopes.has(key)) {
          kept.push(line);
        } else {
          applied.push(line);
          scopes.set(key, line);
        }
      }
      return { answer: obstacle?.answer ?? { status: 200, headers: [], body: '{}' }, applied, kept };
    },
  };
}

/** The lines of a body; a last line feed ends the last line and begins no other. */
export function linesOf(body: Buffer): string[] {
  const lines = body.toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

type Keys = readonly (string | undefined)[];

/** Index of the first line whose scope is taken, by the store or by a line before it; or -1. */
function firstConflict(scopes: ReadonlyMap<string, string>, keys: Keys): number {
  const seen = new Set<string>();
  return keys.findIndex((key) => {
    if (key === undefined) return false;
    const isTaken = scopes.has(key) || seen.has(key);
    seen.add(key);
    return isTaken;
  });
}

/** What stops the request, and how many lines are stored nevertheless. The kind that stores a part is met last. */
function firstObstacle(
  mode: StoreMode,
  bad: number,
  conflict: number,
): { answer: Answer; storedBefore: number } | undefined {
  const invalid = {
    answer: failure(422, 'A customization is not valid', { pin_definitions: ['is not valid'] }),
    storedBefore: mode === 'partial-then-422' ? bad : 0,
  };
  const taken = {
    answer: failure(409, 'A customization of this scope exists'),
    storedBefore: mode === 'partial-then-409' ? conflict : 0,
  };
  if (bad !== -1 && (conflict === -1 || mode !== 'partial-then-422')) return invalid;
  return conflict === -1 ? undefined : taken;
}

/** The scope of a line; undefined when the line is no customization. */
function keyOf(line: string): string | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isCustomization(value) ? scopeKey(value) : undefined;
  } catch {
    return undefined;
  }
}

function isCustomization(value: unknown): value is Customization {
  if (typeof value !== 'object' || value === null || !('model' in value) || !('target_type' in value))
    return false;
  const { model, target_type: type } = value;
  return (
    typeof model === 'string' &&
    'pin_definitions' in value &&
    Array.isArray(value.pin_definitions) &&
    (type === 'all' ||
      (type === 'item' && 'target_identity' in value && typeof value.target_identity === 'string') ||
      (type === 'criteria' && 'target_criteria' in value && typeof value.target_criteria === 'object'))
  );
}
