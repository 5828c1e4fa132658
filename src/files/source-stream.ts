/**
 * Streams of every kind as one kind of source: chunks of any size in, buffers filled to the brim out.
 *
 * Web streams, Node's streams, async and plain iterables are all pulled by an iterator's `next`. Nothing is read before
 * it is asked for, so a slow upload holds a fast producer back.
 */
import { quietly } from './abort.ts'
import type { StreamSource } from './source.ts'
import { asBytes } from './source.ts'
import { invalid } from './source-error.ts'

/** What streams may have. */
export interface AnyStream {
  // Web streams; not every platform can iterate over them.
  readonly locked?: boolean
  getReader?(): ReadableStreamDefaultReader<unknown>
  // Node's streams.
  readonly path?: unknown
  readonly readableEnded?: boolean
  on?(event: 'error', listener: () => void): unknown
  destroy?(): unknown
  // Iterables.
  [Symbol.asyncIterator]?(): AsyncIterator<unknown, unknown>
  [Symbol.iterator]?(): Iterator<unknown, unknown>
}

/** Makes a source of a stream; `undefined` for what is none. @throws FileError when it was read already */
export function streamSource(
  stream: AnyStream,
  facts: Pick<StreamSource, 'name' | 'type' | 'size'>,
): StreamSource | undefined {
  if (stream.locked || stream.readableEnded) throw invalid('it was read already')
  const reader = stream.getReader?.()
  const iterator = reader
    ? { next: () => reader.read(), return: () => reader.cancel() }
    : (stream[Symbol.asyncIterator]?.() ?? stream[Symbol.iterator]?.())
  if (!iterator) return undefined
  // An error before the first read would have no listener and end the process; the iterator reports it all the same.
  stream.on?.('error', () => {})
  let rest: Uint8Array | undefined
  let over = false
  return {
    kind: 'stream',
    ...facts,
    async read(into) {
      let at = 0
      while (at < into.length && !over) {
        if (!rest?.length) {
          const { done, value } = (await iterator.next()) as { done?: boolean; value: unknown }
          rest = asBytes(value)
          if (done) over = true
          else if (!rest) throw invalid('its chunks are not bytes')
        } else {
          const piece = rest.subarray(0, into.length - at)
          into.set(piece, at)
          at += piece.length
          rest = rest.subarray(piece.length)
        }
      }
      return at
    },
    close() {
      if (over) return
      over = true
      void quietly(() => {
        // A generator that is waiting itself hears `return` only afterwards; a Node stream can be told at once.
        stream.destroy?.()
        return iterator.return?.()
      })
    },
  }
}
