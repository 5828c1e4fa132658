/**
 * Why a file could not be opened or read, by the platform's stable names, in plain words.
 */
import { reasonOfSystem } from './system-reasons.ts'

/** By the code of a system's error or the name of a `DOMException`: the code of our error, and what happened. */
const REASONS = {
  ENOENT: ['FILE_NOT_FOUND', 'there is no such file'],
  ENOTDIR: ['FILE_NOT_FOUND', 'a part of its path is no folder'],
  NotFoundError: ['FILE_NOT_FOUND', 'it is gone'],
  EISDIR: ['FILE_NOT_A_FILE', 'it is a folder; name a file in it'],
  EACCES: ['FILE_NOT_READABLE', 'no permission to read it'],
  EPERM: ['FILE_NOT_READABLE', 'no permission to read it'],
  ELOOP: ['FILE_NOT_READABLE', 'its symbolic links lead in a circle, or there are too many of them'],
  ENAMETOOLONG: ['FILE_NOT_READABLE', 'its name, or the path to it, is too long for this system'],
  EMFILE: ['FILE_NOT_READABLE', 'this process has too many files and connections open'],
  ENFILE: ['FILE_NOT_READABLE', 'this system has too many files open; try again later'],
  EIO: ['FILE_NOT_READABLE', 'the disk reports an error'],
  ENXIO: ['FILE_NOT_A_FILE', 'it is a socket, or a device that is not there'],
  ERR_INVALID_FILE_URL_HOST: ['FILE_NOT_FOUND', 'a file: URL names no other machine; write file:///path'],
  ERR_INVALID_FILE_URL_PATH: ['FILE_NOT_FOUND', 'its path has a slash as %2F in it'],
  ERR_STREAM_PREMATURE_CLOSE: ['FILE_NOT_READABLE', 'the stream was closed before its end'],
  NotReadableError: ['FILE_CHANGED', 'it changed, or may no longer be read; choose it again'],
} as const

type Reason = (typeof REASONS)[keyof typeof REASONS] | readonly ['FILE_NOT_READABLE', string]

/** Our code and a clause that says what happened; undefined for an error that nothing is known about. */
export function reasonOfFile(error: unknown): Reason | undefined {
  const { code, name, cause } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown; cause?: unknown }
  const known = [code, name].find((id) => Object.hasOwn(REASONS, String(id)))
  if (known !== undefined) return REASONS[known as keyof typeof REASONS]
  // Of a `fetch` that failed, only the cause tells why.
  return cause instanceof Error ? ['FILE_NOT_READABLE', reasonOfSystem(cause) ?? cause.message] : undefined
}
