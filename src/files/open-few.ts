/**
 * Opens a bounded number of files at a time: a thousand uploads begun at once hold neither a thousand descriptors nor a
 * thousand parts in memory, of which the gate lets pass a few at a time anyway.
 *
 * A file counts from before it is opened until it is closed; whoever comes when there are too many waits for one to be
 * closed, in order. Pipes do not count: what fills one may depend on another being read.
 */
import type { Source } from './source.ts'

/** Opens a path as a source. */
export type OpenPath = (path: string | URL, signal?: AbortSignal) => Promise<Source>

/**
 * `open`, for at most `most` files at a time. Each must be closed by whoever opened it, without waiting for another: as an
 * upload does.
 */
export function openFew(open: OpenPath, most: number): OpenPath {
  let left = most
  const waiting: (() => void)[] = []
  const release = (): void => {
    const next = waiting.shift()
    if (next) next()
    else left++
  }
  return async (path, signal) => {
    if (left > 0) left--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    let counts = true
    const done = (): void => {
      if (counts) release()
      counts = false
    }
    try {
      signal?.throwIfAborted()
      const source = await open(path, signal)
      if (source.kind === 'stream') {
        done()
        return source
      }
      // It may be read, and closed, again after it was closed: that is one file more for a moment.
      return {
        ...source,
        close() {
          done()
          return source.close()
        },
      }
    } catch (error) {
      done()
      throw error
    }
  }
}
