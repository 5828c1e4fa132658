/**
 * Errors of sources: what a platform threw while something was opened or read, as a `FileError` that names it.
 *
 * Works by the platform's stable names (`ENOENT`, `NotReadableError`), so it needs no `node:*`.
 */
import { reasonOfFile } from '#explain'
import type { FileErrorCode } from '../errors.ts'
import { FileError, MtprotoError } from '../errors.ts'

/** The error of something that could not be opened or read. */
export function unreadable(name: string, code: FileErrorCode, what: string, cause?: unknown): FileError {
  return new FileError(code, `cannot read ${name}: ${what}`, { cause })
}

/**
 * The error to throw when opening or reading `name` failed with `cause`.
 * Errors of this package pass as they are.
 */
export function sourceError(name: string, cause: unknown): MtprotoError {
  if (cause instanceof MtprotoError) return cause
  const [code, what] = reasonOfFile(cause) ?? [
    'FILE_NOT_READABLE',
    (cause as Error | undefined)?.message || String(cause),
  ]
  return unreadable(name, code, what, cause)
}

/** The error of something that cannot be uploaded at all. */
export function invalid(what: string): FileError {
  return new FileError('FILE_SOURCE_INVALID', `cannot upload this: ${what}`)
}
