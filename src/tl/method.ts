/**
 * What the code generator emits for one method of the API, and the types around it.
 */
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

/** Makes a {@link Method}. */
export function defineMethod<Request extends { readonly _: string }, Result>(
  name: Request['_'],
  write: (writer: TlWriter, request: Request) => void,
  read: (reader: TlReader) => Result,
): Method<Request, Result> {
  return { name, write, read }
}
