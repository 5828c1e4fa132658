/**
 * Keeps two uploads of one file apart: only one at a time may take up what was noted of it.
 *
 * Within this process that is settled here, among processes by the store. A key that is just being left is waited for, so
 * that an upload which is aborted and begun again at once finds what it had noted.
 */
import { quietly } from '../abort.ts'
import { decodeJournal } from './journal.ts'
import type { ResumeStore } from './store.ts'

/** A key that is ours. */
export interface Claim {
  /** Gives it up when `work` is done, which must not fail. */
  leave(work: Promise<void>): Promise<void>
}

/** The keys of a store that this process has in use. */
export class Claims {
  readonly #store: ResumeStore
  readonly #held = new Map<string, { leaving?: Promise<void> }>()
  #pruning: Promise<void> | undefined
  #prunedAt = Number.NEGATIVE_INFINITY

  constructor(store: ResumeStore) {
    this.#store = store
  }

  /** Takes a key; `undefined` if it is in use. Throws what the store throws. */
  async take(key: string): Promise<Claim | undefined> {
    await this.#pruning
    for (let other = this.#held.get(key); other; other = this.#held.get(key)) {
      if (!other.leaving) return undefined
      await other.leaving
    }
    const mine: { leaving?: Promise<void> } = {}
    this.#held.set(key, mine)
    let release: (() => void) | undefined
    try {
      release = this.#store.claim ? await this.#store.claim(key) : () => {}
    } finally {
      if (!release) this.#held.delete(key)
    }
    return (
      release && {
        leave: (work) =>
          (mine.leaving = work.finally(() => {
            this.#held.delete(key)
            void quietly(release)
          })),
      }
    )
  }

  /**
   * Removes what is older than `lifetime` ms, or damaged; once in a lifetime. Failures are of no interest: it is tried
   * again the next time.
   */
  prune(now: number, lifetime: number): Promise<void> {
    if (now - this.#prunedAt < lifetime) return Promise.resolve()
    this.#prunedAt = now
    this.#pruning = this.#prune(now - lifetime)
      .catch(() => {})
      .finally(() => {
        this.#pruning = undefined
      })
    return this.#pruning
  }

  async #prune(oldest: number): Promise<void> {
    const store = this.#store
    for (const key of (await store.keys?.()) ?? []) {
      if (this.#held.has(key)) continue
      const release = store.claim ? await store.claim(key) : () => {}
      if (!release) continue
      try {
        const text = await store.load(key)
        const journal = text === undefined ? undefined : decodeJournal(text)
        // What a newer version has written it removes by itself.
        if (journal && journal !== 'newer' && (journal === 'damaged' || journal.touched < oldest))
          await store.remove(key)
      } finally {
        release()
      }
    }
  }
}
