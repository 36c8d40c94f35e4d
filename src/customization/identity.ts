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

/** JSON with the keys of every object sorted. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(',')}}`;
}
