/**
 * Tells which field of a request could not be written.
 */
import { TlError } from '../errors.ts'
import { TlWriter } from './writer.ts'

/** What is being written: the constructor, and the path from the request to the field that was looked at last. */
interface Place {
  name: string | undefined
  path: string
}

/**
 * Finds out where in a request writing fails, by writing it once more through proxies that note what is looked at.
 * Writing itself stays free of names and bookkeeping.
 */
export function locateError<Request>(
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
