/**
 * Stands for `check-given.ts` in bundles, where every byte is paid for: the types alone must do.
 */

/** Checks nothing. */
export function checkGiven(_builder: string, _file: unknown, _options: unknown, _needed?: boolean): void {}

/** Checks nothing. */
export function checkOptions(_builder: string, _options: unknown, _needed?: boolean): void {}

/** Looks at nothing: a builder as it is. */
export function looking<Build>(build: Build): Build {
  return build
}
