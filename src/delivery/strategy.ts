/** The API's `conflict_strategy` (`api/facts.md`): what happens to a scope that exists already. */
export const CONFLICT_STRATEGIES = ['raise', 'ignore', 'override'] as const;
export type ConflictStrategy = (typeof CONFLICT_STRATEGIES)[number];
