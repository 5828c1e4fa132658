/**
 * Stands for `pack.ts` in bundles, where the platform compresses in its own time only: requests travel as they are.
 */

/** Leaves the call as it is. */
export function pack(_call: unknown, _session: unknown): void {}
