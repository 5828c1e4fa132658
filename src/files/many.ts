/**
 * Many pieces of work, some at a time, their outcomes in the order of the pieces.
 *
 * The pieces are pulled one by one, and only while somebody waits for an outcome: so a list of any length, or one that is
 * made on the way, costs the memory of what is under way and of the outcomes that wait for one before them. A piece that
 * fails is an outcome like any other. An abort, or leaving the loop, ends all that is under way and closes the list.
 */
import { UsageError } from '../errors.ts'
import { quietly } from './abort.ts'

/** Pieces under way unless told. */
const CONCURRENCY = 4
/** Most outcomes that wait for one before them: a large file does not hold up the small ones behind it. */
const MAX_KEPT = 256

/** How many pieces are worked on. */
export interface ManyOptions {
  /** Most pieces under way at a time; 4 unless told. */
  readonly concurrency?: number | undefined
  /** Whether a failure (or this one) is the end: no other piece is begun then, and those under way are brought to theirs. */
  readonly stopOnError?: boolean | ((error: unknown) => boolean) | undefined
  /** Ends everything at once; the loop over the outcomes throws its reason. */
  readonly signal?: AbortSignal | undefined
  /** Told how many pieces there are, once no other comes. */
  readonly onEnd?: ((count: number) => void) | undefined
}

/** What became of one piece. */
export type Outcome<Item, Value extends object> =
  | ({ readonly status: 'fulfilled'; readonly index: number; readonly item: Item } & Readonly<Value>)
  | { readonly status: 'rejected'; readonly index: number; readonly item: Item; readonly error: unknown }

/** One piece, as the work on it sees it. */
export interface Task {
  /** Its place in the list, from 0 on. */
  readonly index: number
  /** Aborted when the work is not wanted any more. */
  readonly signal: AbortSignal
  /** Aborts that signal. */
  readonly abort: (reason: unknown) => void
}

/**
 * Does `work` on each item and yields the outcomes in the order of the items. Nothing is begun before the first is asked
 * for.
 *
 * @param items a list, a generator, anything that can be iterated over
 * @throws UsageError for a concurrency that cannot be
 * @throws what `items` throws, after the outcomes of what it gave before
 * @throws the reason of `signal` when that is aborted
 */
export async function* runMany<Item, Value extends object>(
  items: Iterable<Item> | AsyncIterable<Item>,
  work: (item: Item, task: Task) => Promise<Value>,
  { concurrency = CONCURRENCY, stopOnError, signal, onEnd }: ManyOptions = {},
): AsyncGenerator<Outcome<Item, Value>, void, undefined> {
  if (!(concurrency >= 1)) throw new UsageError(`concurrency cannot be ${concurrency}`)
  const given = items as Partial<Iterable<Item> & AsyncIterable<Item>>
  const iterator = given[Symbol.asyncIterator]?.() ?? given[Symbol.iterator]!()
  /** Begun and not handed out, in order; empty until it is over. */
  const slots: { outcome?: Outcome<Item, Value> }[] = []
  /** One for each piece: a single signal with many listeners makes Node warn of a leak. */
  const tasks = new Set<AbortController>()
  let count = 0
  let pulling = false
  let ended = false
  let failure: { readonly error: unknown } | undefined
  let wake = (): void => {}

  /** No other item comes, or is wanted. */
  const end = (unwanted: boolean): void => {
    if (ended) return
    ended = true
    // Not awaited: a generator that waits itself hears of it only afterwards.
    if (unwanted) void quietly(() => iterator.return?.())
    onEnd?.(count)
  }
  /** Does what is the caller's; what that throws ends the loop, once what is under way is over. */
  const guarded = async (step: () => unknown): Promise<void> => {
    try {
      await step()
    } catch (error) {
      failure ??= { error }
      // A list that threw is over by itself.
      if (!ended && step !== pull) void quietly(() => iterator.return?.())
      ended = true
    }
    wake()
  }
  const begin = async (item: Item): Promise<void> => {
    const slot: (typeof slots)[0] = {}
    const task = new AbortController()
    const index = count++
    slots.push(slot)
    tasks.add(task)
    const { signal: own } = task
    try {
      const value = await work(item, { index, signal: own, abort: (reason) => task.abort(reason) })
      slot.outcome = { status: 'fulfilled', index, item, ...value }
    } catch (error) {
      slot.outcome = { status: 'rejected', index, item, error }
      if (typeof stopOnError === 'function' ? stopOnError(error) : stopOnError) end(true)
    } finally {
      tasks.delete(task)
    }
  }
  const pull = async (): Promise<void> => {
    pulling = true
    try {
      const next: IteratorResult<Item, unknown> = await iterator.next()
      if (next.done) end(false)
      else if (!ended) void guarded(() => begin(next.value))
    } finally {
      pulling = false
    }
  }
  const stop = (): void => {
    void guarded(() => end(true))
    for (const task of tasks) task.abort(signal?.reason)
  }

  try {
    signal?.addEventListener('abort', stop)
    for (;;) {
      signal?.throwIfAborted()
      if (!pulling && !ended && tasks.size < concurrency && slots.length < MAX_KEPT) void guarded(pull)
      const outcome = slots[0]?.outcome
      if (outcome) {
        slots.shift()
        yield outcome
      } else if (ended && !pulling && !slots.length) {
        if (failure) throw failure.error
        return
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  } finally {
    signal?.removeEventListener('abort', stop)
    stop()
  }
}
