/**
 * Many uploads through one client, some at a time, their outcomes in order.
 */

import { UsageError } from '../errors.ts'
import { type ManyOptions, type Outcome, runMany, type Task } from '../files/many.ts'
import { type ManyProgress, manyMeter } from '../files/many-progress.ts'
import type { Host } from '../host.ts'
import type { MessageMedia } from '../tl/generated/api-types.ts'
import { systemHost } from './platform/system-host.ts'
import type { UploadMediaOptions } from './upload-options.ts'

/** One of many: all that `uploadMedia` can be told, or the media alone. */
export type ManyItem = UploadMediaOptions | UploadMediaOptions['media']

/** What became of one of many uploads. */
export type UploadOutcome<Item = ManyItem> = Outcome<Item, { readonly media: MessageMedia }>

/** What can be told about many uploads: how many at a time, and whatever all of them have in common. */
export interface UploadManyOptions
  extends Omit<UploadMediaOptions, 'media' | 'onProgress'>,
    Pick<ManyOptions, 'concurrency' | 'stopOnError'> {
  /** Told the progress of all together, some ten times a second, at the start and at the end. */
  readonly onProgress?: ((progress: ManyProgress) => void) | undefined
  /** The clock of the progress; the client's unless told. */
  readonly host?: Host | undefined
}

/** The one thing it takes of a client. */
export interface MediaClient {
  /** Uploads one. */
  uploadMedia(options: UploadMediaOptions): Promise<MessageMedia>
}

/** The outcomes of many uploads, in order; nothing is begun before the first is asked for. */
export interface ManyUploads<Item = ManyItem> extends AsyncGenerator<UploadOutcome<Item>, void, undefined> {
  /** All outcomes, as an array. */
  all(): Promise<UploadOutcome<Item>[]>
}

/**
 * Uploads many files through a client, some at a time (4 unless told), and turns each into media. The items are pulled only
 * as fast as they are uploaded and the outcomes taken, so there may be any number of them; one that fails does not stop the
 * others. Nothing is begun before the first outcome is asked for. Leaving the loop ends all uploads and closes the items.
 *
 * @param client an `UploadClient`
 * @param items what `uploadMedia` takes, or what `photo()` and `document()` make; an array, a generator, an async iterable
 * @param options what all items have in common; an item's own options come before it
 * @returns the outcomes, in the order of the items; `all()` collects them
 * @throws in the loop: the reason of `signal`, or whatever the items throw
 */
export function uploadMany<Item extends ManyItem>(
  client: MediaClient,
  items: Iterable<Item> | AsyncIterable<Item>,
  options: UploadManyOptions = {},
): ManyUploads<Item> {
  const { concurrency, stopOnError, signal, onProgress, host = systemHost, ...common } = options
  if (typeof items !== 'object' || items === null || !(Symbol.iterator in items || Symbol.asyncIterator in items)) {
    throw new UsageError(
      'uploadMany takes an array, a generator or an async iterable of items; a Promise has to be awaited first',
    )
  }
  const { length, size } = items as { readonly length?: number; readonly size?: number }
  const meter = onProgress && manyMeter(host, onProgress, length ?? size)
  const work = async (item: ManyItem, task: Task): Promise<{ readonly media: MessageMedia }> => {
    const given = item as Partial<UploadMediaOptions> | undefined
    const told = { ...common, ...(given?.media ? given : { media: item }) } as UploadMediaOptions
    const { signal: own, onProgress: tell } = told
    const watch = meter?.watch()
    const stop = (): void => task.abort(own!.reason)
    let media: MessageMedia | undefined
    try {
      if (own?.aborted) stop()
      own?.addEventListener('abort', stop)
      media = await client.uploadMedia({
        ...told,
        signal: task.signal,
        onProgress: (progress) => {
          watch?.update(progress)
          tell?.(progress)
        },
      })
      return { media }
    } finally {
      own?.removeEventListener('abort', stop)
      watch?.end(!media)
    }
  }
  const outcomes = runMany(items, work, { concurrency, stopOnError, signal, onEnd: meter?.complete })
  return Object.assign(outcomes, {
    async all() {
      const all: UploadOutcome<Item>[] = []
      for await (const outcome of outcomes) all.push(outcome)
      return all
    },
  })
}
