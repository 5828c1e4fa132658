/**
 * Several files of one media as one: their progress is one total, and when one fails the others end.
 */

import type { InputMedia } from '../tl/generated/api-types.ts'
import { type ManyMeter, manyMeter } from './many-progress.ts'
import { resolveMedia } from './media.ts'
import type { MediaLike, MediaTools, MediaWatch, TotalItem } from './media-types.ts'

/** Tools whose progress is part of a total already. */
const counted = new WeakSet<MediaTools>()

/**
 * Tools for so many media, whose files are told of as one. Its length is known when each of them has begun its last file: the
 * one that is no thumbnail and no cover.
 */
export function oneTotal(tools: MediaTools, count: number): TotalItem[] {
  const { onProgress } = tools
  const plain = (): TotalItem => ({ tools, close() {} })
  if (!onProgress || counted.has(tools)) return Array.from({ length: count }, plain)
  /** Tells of itself from the start, so it is made when there is more than one file to tell of. */
  let meter: ManyMeter | undefined
  let begun = 0
  let open = count
  const watched = async <T>(work: (watch: MediaWatch) => Promise<T>): Promise<T> => {
    meter ??= manyMeter(tools.host, onProgress, undefined)
    const watch = meter.watch()
    begun++
    let failed = true
    try {
      const done = await work({ onProgress: watch.update })
      failed = false
      return done
    } finally {
      watch.end(failed)
    }
  }
  return Array.from({ length: count }, (): TotalItem => {
    let last = false
    const close = (): void => {
      if (last) return
      last = true
      if (--open === 0) meter?.complete(begun)
    }
    const all: MediaTools = {
      ...tools,
      upload(file, options) {
        const isLast = options.kind !== 'thumb'
        // A file that stays alone is its own total, known from the start.
        if (isLast && count === 1 && begun === 0) {
          last = true
          return tools.upload(file, options)
        }
        return watched((watch) => {
          if (isLast) close()
          return tools.upload(file, { ...options, ...watch })
        })
      },
      make: (media, options) => watched((watch) => tools.make(media, { ...options, ...watch })),
    }
    counted.add(all)
    return { tools: all, close }
  })
}

/**
 * Resolves several media at a time. When one fails, the others are aborted, and have ended before this rejects.
 */
export async function resolveAll(media: readonly MediaLike[], tools: MediaTools): Promise<InputMedia[]> {
  // One for each: many listeners at one signal look like a leak to the platform.
  const stops = media.map(() => new AbortController())
  const stop = (reason: unknown): void => {
    for (const one of stops) one.abort(reason)
  }
  const end = (): void => stop(tools.signal?.reason)
  if (tools.signal?.aborted) end()
  tools.signal?.addEventListener('abort', end)
  let failure: { readonly error: unknown } | undefined
  try {
    const items = oneTotal(tools, media.length)
    const made = await Promise.all(
      media.map(async (one, i) => {
        const { tools, close } = items[i]!
        try {
          return await resolveMedia(one, within(tools, stops[i]!.signal))
        } catch (error) {
          failure ??= { error }
          stop(error)
          return undefined
        } finally {
          close()
        }
      }),
    )
    if (failure) throw failure.error
    return made as InputMedia[]
  } finally {
    tools.signal?.removeEventListener('abort', end)
  }
}

/** The same tools, that end when `signal` says so, and give none of several files the name that one was to have. */
function within(tools: MediaTools, signal: AbortSignal): MediaTools {
  const bound: MediaTools = {
    ...tools,
    signal,
    upload: (file, options) => tools.upload(file, { fileName: undefined, ...options, signal }),
    make: (media, options) => tools.make(media, { ...options, signal }),
  }
  if (counted.has(tools)) counted.add(bound)
  return bound
}
