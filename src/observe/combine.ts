/**
 * Several hooks as one: a logger and counters, say, for the one option that takes a hook.
 */
import type { ClientEvent } from '../client/events.ts'

/** What `onEvent` takes: a function that may answer with a promise. */
export type Hook = (event: ClientEvent) => unknown

/**
 * Makes one hook of several: each is called with every event, in order, also when one before it threw.
 *
 * ```ts
 * const counts = counters()
 * const client = await UploadClient.connect({ ...options, onEvent: combine(logger(), counts.onEvent) })
 * ```
 * @returns a hook that throws what the first that failed threw, and whose promise rejects so if it was asynchronous
 */
export function combine(...hooks: readonly (Hook | undefined)[]): (event: ClientEvent) => Promise<unknown> | undefined {
  return (event) => {
    const errors: unknown[] = []
    const promises: Promise<unknown>[] = []
    for (const hook of hooks) {
      try {
        const answer = hook?.(event)
        if (answer instanceof Promise) promises.push(answer)
      } catch (error) {
        errors.push(error)
      }
    }
    const all = promises.length > 0 ? Promise.all(promises) : undefined
    if (errors.length === 0) return all
    // One error is enough; what rejects besides must not go unheard of, nor be told as unheard.
    all?.catch(() => {})
    throw errors[0]
  }
}
