import { scopeKey } from '../customization/identity.js';
import { type Answer, refuse } from './answer.js';
import { validateLine } from './validate.js';

/** What happens to a customization whose scope has one already (`api/facts.md`, "conflict_strategy"). */
export const CONFLICT_STRATEGIES = ['raise', 'ignore', 'override'] as const;
export type ConflictStrategy = (typeof CONFLICT_STRATEGIES)[number];

/** The customizations that the sandbox holds: one line a scope. */
export interface Store {
  /** How many scopes have a customization. */
  readonly size: number;
  /** Takes the lines of one request; the answer when it refuses them. */
  apply(lines: readonly string[], strategy: ConflictStrategy): Answer | undefined;
  /** The stored lines as they came, in the order in which their scopes first came. */
  lines(): string[];
}

/** The most customizations of one request (`api/bulk-create.md`, "Overview"). */
const MAX_CUSTOMIZATIONS = 5000;

/**
 * An empty store. What a refused request leaves behind is undocumented
 * (`api/facts.md`): nothing when `atomic`, else the lines before the culprit.
 */
export function createStore(atomic: boolean): Store {
  const stored = new Map<string, string>();

  /** Puts into `staged` what the lines change, up to the first that is refused. */
  const stage = (lines: readonly string[], strategy: ConflictStrategy, staged: Map<string, string>) => {
    for (const line of lines) {
      const validated = validateLine(line);
      if (!validated.customization)
        return refuse(422, 'A customization of the request is invalid.', validated.details);
      const key = scopeKey(validated.customization);
      const isTaken = stored.has(key) || staged.has(key);
      if (isTaken && strategy === 'raise')
        return refuse(409, 'A customization of the request is for a scope that has one already.');
      if (!isTaken || strategy === 'override') staged.set(key, line);
    }
    return undefined;
  };

  return {
    get size() {
      return stored.size;
    },
    apply(lines, strategy) {
      if (lines.length > MAX_CUSTOMIZATIONS)
        return refuse(413, `A request may hold ${MAX_CUSTOMIZATIONS} customizations; this one has more.`);
      if (lines.length === 0) return refuse(422, 'The request holds no customization.');
      const staged = new Map<string, string>();
      const refusal = stage(lines, strategy, staged);
      if (!refusal || !atomic) for (const [key, line] of staged) stored.set(key, line);
      return refusal;
    },
    lines: () => [...stored.values()],
  };
}
