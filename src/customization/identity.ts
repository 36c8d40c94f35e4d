import type { Customization } from './schema.js';

/**
 * The scope that a customization is for, as a JSON value: two with the same
 * scope collide, for the API keeps one customization a scope. The order of keys
 * inside criteria does not matter.
 */
export function scopeOf({ model, target_type, target_identity, target_criteria }: Customization): unknown {
  if (target_type === 'item') return [model, target_identity];
  return target_type === 'criteria' ? [model, target_criteria] : [model];
}

/** A text that only customizations of the same scope have in common. It is for comparing, not for reading. */
export function scopeKey(customization: Customization): string {
  return canonical(scopeOf(customization));
}

/**
 * A text for a JSON value, the same for two only if they differ in the order of
 * keys at most. Strings have their length before them, which is cheaper than
 * quoting what is in them.
 */
export function canonical(value: unknown): string {
  if (typeof value === 'string') return `${value.length}"${value}`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  let text = '{';
  for (const [key, field] of Object.entries(value).sort(byKey))
    text += `${canonical(key)}${canonical(field)},`;
  return `${text}}`;
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}
