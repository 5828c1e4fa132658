/**
 * Streams of every kind as one kind of source: chunks of any size in, buffers filled to the brim out.
 *
 * Nothing is read before it is asked for, so a slow upload holds a fast producer back.
 */
import type { StreamSource } from './source.ts'
import { asBytes } from './source.ts'
import { invalid, sourceError } from './source-error.ts'

/** Pulls chunks one at a time. */
export interface Chunks {
  /** The next chunk, or `undefined` at the end. */
  next(): Promise<unknown>
  /** Tells the producer that no more is wanted. Never throws, never waits. */
  cancel(): void
}

const nothing = (): void => {}

/** The chunk in a step of an iterator; one that is `undefined` is told from the end. */
function chunkIn(step: { readonly done?: boolean | undefined; readonly value?: unknown }): unknown {
  return step.done ? undefined : (step.value ?? null)
}

/** Chunks of a web stream, by its reader: not every platform can iterate over streams. */
export function fromWebStream(stream: ReadableStream<unknown>): Chunks {
  if (stream.locked) throw invalid('the stream is being read by another')
  const reader = stream.getReader()
  return {
    async next() {
      return chunkIn(await reader.read())
    },
    cancel() {
      reader.cancel().catch(nothing)
    },
  }
}

/** What Node's streams have beyond an async iterable. */
interface NodeStream {
  on?(event: 'error', listener: () => void): void
  destroy?(): void
  readonly destroyed?: boolean
  readonly errored?: Error | null
  readonly readableEnded?: boolean
}

/** Chunks of an async iterable, Node's streams among them. */
export function fromAsyncIterable(iterable: AsyncIterable<unknown>): Chunks {
  const stream = iterable as AsyncIterable<unknown> & NodeStream
  if (stream.readableEnded || (stream.destroyed && !stream.errored)) {
    throw invalid('the stream was read or destroyed already')
  }
  // An error before the first read would have no listener and end the process; the iterator reports it all the same.
  if (stream.destroy) stream.on?.('error', nothing)
  const iterator = iterable[Symbol.asyncIterator]()
  return {
    async next() {
      return chunkIn(await iterator.next())
    },
    cancel() {
      // A generator that is waiting itself hears `return` only afterwards; a stream can be told at once.
      stream.destroy?.()
      iterator.return?.().then(nothing, nothing)
    },
  }
}

/** Chunks of a plain iterable: an array, a generator. */
export function fromIterable(iterable: Iterable<unknown>): Chunks {
  const iterator = iterable[Symbol.iterator]()
  return {
    async next() {
      return chunkIn(iterator.next())
    },
    cancel() {
      try {
        iterator.return?.()
      } catch {
        // The producer's own clean-up failed; its data is no longer wanted.
      }
    },
  }
}

/** What is known of a stream beforehand. */
export interface StreamFacts {
  readonly name?: string | undefined
  readonly type?: string | undefined
  readonly size?: number | undefined
  /** What to call it in messages. */
  readonly label?: string | undefined
}

/** Makes a source of chunks. */
export function streamSource(chunks: Chunks, facts: StreamFacts): StreamSource {
  const label = facts.label ?? facts.name ?? 'the stream'
  let rest: Uint8Array = new Uint8Array()
  let over = false

  const pull = async (): Promise<void> => {
    let chunk: unknown
    try {
      chunk = await chunks.next()
    } catch (error) {
      over = true
      throw sourceError(label, error)
    }
    if (chunk === undefined) {
      over = true
      return
    }
    const bytes = asBytes(chunk)
    if (!bytes) {
      throw invalid(`${label} gave a chunk of type ${chunk === null ? 'null' : typeof chunk}, not bytes`)
    }
    rest = bytes
  }

  return {
    kind: 'stream',
    name: facts.name,
    type: facts.type,
    size: facts.size,
    async read(into) {
      let at = 0
      while (at < into.length) {
        if (rest.length === 0) {
          if (over) break
          await pull()
          continue
        }
        const length = Math.min(rest.length, into.length - at)
        into.set(length === rest.length ? rest : rest.subarray(0, length), at)
        rest = rest.subarray(length)
        at += length
      }
      return at
    },
    close() {
      rest = new Uint8Array()
      if (over) return
      over = true
      chunks.cancel()
    },
  }
}
