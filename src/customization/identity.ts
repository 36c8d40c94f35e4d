import type { Customization } from './schema.js';

/**
 * The scope that a customization is for: two with the same key collide, for the
 * API keeps one customization a scope. The order of keys inside criteria does
 * not matter. The key is for comparing, not for reading.
 */
export function scopeKey(customization: Customization): string {
  return `${customization.model}\0${customization.target_type}\0${targetKey(customization)}`;
}

/** What tells targets of one type apart. */
export function targetKey({ target_type, target_identity = '', target_criteria }: Customization): string {
  if (target_type === 'item') return target_identity;
  return target_type === 'criteria' ? canonical(target_criteria) : '';
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
