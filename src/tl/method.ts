/**
 * What the code generator emits for one method of the API, and the types around it.
 */
import { TlError } from '../errors.ts'
import type { TlReader } from './reader.ts'
import { TlWriter } from './writer.ts'

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
 * Makes a {@link Method}. Its `write` tells which field was missing or of the wrong kind, and leaves the writer as it was.
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
        throw error instanceof TlError ? explain(write, request, error) : error
      }
    },
    read,
  }
}

/** What is being written: the constructor, and the path from the request to the field that was looked at last. */
interface Place {
  name: string | undefined
  path: string
}

/**
 * Finds out where in a request writing fails, by writing it once more through proxies that note what is looked at.
 * Writing itself stays free of names and bookkeeping.
 */
function explain<Request>(
  write: (writer: TlWriter, request: Request) => void,
  request: Request,
  error: TlError,
): TlError {
  const place: Place = { name: undefined, path: '' }
  const writer = new TlWriter()
  try {
    write(writer, watch(request, '', place) as Request)
  } catch (again) {
    if (again instanceof TlError && place.path !== '') {
      return new TlError(`${place.path}: ${again.reason}`, again.offset, place.name)
    }
  }
  return error
}

function watch(value: unknown, path: string, place: Place): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  // An empty target: frozen objects would not let the proxy answer with proxies.
  return new Proxy(Array.isArray(value) ? [] : {}, {
    get(_, key) {
      const found: unknown = Reflect.get(value, key)
      if (typeof key === 'symbol' || key === 'length') return found
      if (key === '_') return found
      place.name = (value as { _?: string })._ ?? place.name
      place.path = path === '' ? key : `${path}.${key}`
      return watch(found, place.path, place)
    },
  })
}
