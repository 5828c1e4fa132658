/**
 * What the code generator emits for one method of the API, and the types around it.
 */
import { locateError } from '#locate-error'
import { TlError } from '../errors.ts'
import type { TlReader } from './reader.ts'
import type { TlWriter } from './writer.ts'

/** Writes a complete boxed TL value: how a query is passed through `!X` and how a request reaches the session. */
export type TlEncode = (writer: TlWriter) => void

/** One method: its name, how its request is written, how its result is read. */
export interface Method<Request extends { readonly _: string }, Result> {
  readonly name: Request['_']
  /** Writes the boxed request. */
  write(writer: TlWriter, request: Request): void
  /** Reads the boxed result. */
  read(reader: TlReader): Result
}

/**
 * Makes a {@link Method}. Its `write` leaves the writer as it was when it fails, and outside of bundles for browsers tells
 * by its path which field was missing or of the wrong kind.
 */
export function defineMethod<Request extends { readonly _: string }, Result>(
  name: Request['_'],
  write: (writer: TlWriter, request: Request) => void,
  read: (reader: TlReader) => Result,
): Method<Request, Result> {
  return {
    name,
    write(writer, request) {
      const start = writer.pos
      try {
        write(writer, request)
      } catch (error) {
        writer.pos = start
        throw error instanceof TlError ? locateError(write, request, error) : error
      }
    },
    read,
  }
}
