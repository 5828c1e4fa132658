/**
 * What was found instead of what was expected.
 */

/** A constructor's name, a number, or the kind of a value: enough to see the mistake, and no more of what may be secret. */
export function instead(value: unknown): string {
  if (value === null || typeof value === 'number') return `, got ${value}`
  if (typeof value !== 'object') return `, got ${typeof value}`
  const name = (value as { _?: unknown })._
  return `, got ${typeof name === 'string' ? name : 'an object'}`
}
