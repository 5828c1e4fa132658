/**
 * Errors of sources: what a platform threw while something was opened or read, as a `FileError` that names it.
 *
 * Works by the platform's stable names (`ENOENT`, `NotReadableError`), so it needs no `node:*`.
 */
import type { FileErrorCode } from '../errors.ts'
import { FileError, MtprotoError } from '../errors.ts'

const KNOWN: Readonly<Record<string, readonly [code: FileErrorCode, what: string]>> = {
  ENOENT: ['FILE_NOT_FOUND', 'there is no such file'],
  ENOTDIR: ['FILE_NOT_FOUND', 'a part of its path is no folder'],
  NotFoundError: ['FILE_NOT_FOUND', 'it is gone'],
  EISDIR: ['FILE_NOT_A_FILE', 'it is a folder; name a file in it'],
  EACCES: ['FILE_NOT_READABLE', 'no permission to read it'],
  EPERM: ['FILE_NOT_READABLE', 'no permission to read it'],
  NotReadableError: ['FILE_CHANGED', 'it changed, or may no longer be read; choose it again'],
}

/**
 * The error to throw when opening or reading `name` failed with `cause`.
 * Errors of this package pass as they are.
 */
export function sourceError(name: string, cause: unknown): MtprotoError {
  if (cause instanceof MtprotoError) return cause
  const error = cause as { code?: unknown; name?: unknown; message?: unknown } | null | undefined
  const [code, what] = KNOWN[String(error?.code)] ??
    KNOWN[String(error?.name)] ?? ['FILE_NOT_READABLE', String(error?.message || cause)]
  return new FileError(code, `cannot read ${name}: ${what}`, { cause })
}

/** The error of a source that is not what it was, or what it said. */
export function changed(name: string, what: string): FileError {
  return new FileError('FILE_CHANGED', `${name} ${what}; nothing was made of what was sent`)
}

/** The error of something that cannot be uploaded at all. */
export function invalid(what: string): FileError {
  return new FileError('FILE_SOURCE_INVALID', `cannot upload this: ${what}`)
}
