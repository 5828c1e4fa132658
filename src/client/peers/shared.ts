/**
 * Work that several want at once is done once: each waits for it, and it ends when nobody does any more.
 */
import { orAbort } from '../../files/abort.ts'

interface Shared {
  readonly result: Promise<unknown>
  readonly abort: AbortController
  waiting: number
}

/** What is under way, by name. */
export class SharedWork {
  readonly #all = new Map<string, Shared>()

  /**
   * Joins the work of this name, or begins it.
   * @param signal of this one alone: the others go on
   * @param begin does the work; its own signal is aborted when nobody waits any more
   */
  async join<T>(name: string, signal: AbortSignal | undefined, begin: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal?.throwIfAborted()
    const shared = this.#all.get(name) ?? this.#begin(name, begin)
    shared.waiting++
    try {
      // Work of the same name has the same kind of result.
      return (await orAbort(shared.result, signal)) as T
    } finally {
      if (--shared.waiting === 0) {
        this.#forget(name, shared)
        shared.abort.abort()
      }
    }
  }

  #begin(name: string, begin: (signal: AbortSignal) => Promise<unknown>): Shared {
    const abort = new AbortController()
    const shared: Shared = { abort, result: begin(abort.signal), waiting: 0 }
    this.#all.set(name, shared)
    // Who comes when it is done begins anew.
    const done = (): void => this.#forget(name, shared)
    shared.result.then(done, done)
    return shared
  }

  #forget(name: string, shared: Shared): void {
    if (this.#all.get(name) === shared) this.#all.delete(name)
  }
}
