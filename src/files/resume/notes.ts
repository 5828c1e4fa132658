/**
 * The notes of one upload while it runs.
 *
 * A store that can append is told of every part at once, by a line of some thirty bytes. Any other is given the whole text,
 * in batches: when enough parts have come together, or when the first of them has waited long enough, and at the end.
 * Notes are a help, not a condition: when they cannot be written, that is told once, and the upload goes on without.
 */
import type { Timer } from '../../host.ts'
import { quietly } from '../abort.ts'
import type { Ledger } from '../ledger.ts'
import { ledgerBytes } from '../ledger.ts'
import type { NotedFile, ResumeOptions } from '../resumption.ts'
import type { Claim } from './claims.ts'
import { encodeJournal, encodeParts, type JournalEntry } from './journal.ts'
import type { ResumeStore } from './store.ts'

/** Where a store cannot append: parts after which the whole text is saved again, and ms after which it is in any case. */
const BATCH_PARTS = 32
const BATCH_DELAY = 250

export interface NotesOptions {
  readonly store: ResumeStore
  readonly key: string
  readonly claim: Claim
  readonly options: ResumeOptions
  readonly entry: JournalEntry
  /** Parts that have arrived already. */
  readonly done: Ledger
}

export class Notes implements NotedFile {
  readonly fileId: bigint
  readonly bytes: number
  readonly #facts: NotesOptions
  /** The first line, to which the others belong. */
  readonly #head: string
  /** Parts that have arrived, those of earlier uploads included. */
  readonly #done: Set<number>
  /** Parts not yet saved, where the store cannot append. */
  #unsaved = 0
  #timer: Timer | undefined
  #saving: Promise<void> = Promise.resolve()
  #over = false

  /** @param text what has been saved under the key */
  constructor(facts: NotesOptions, text: string) {
    const { entry, done } = facts
    this.#facts = facts
    this.#head = text
    this.#done = new Set(done)
    this.fileId = entry.fileId
    this.bytes = ledgerBytes(done, entry)
  }

  get size(): number {
    return this.#done.size
  }

  has(part: number): boolean {
    return this.#done.has(part)
  }

  add(part: number): void {
    const { store, key, options } = this.#facts
    this.#done.add(part)
    if (this.#over) return
    if (store.append) {
      try {
        store.append(key, encodeParts(this.#head, new Set([part]), options.host.wallClock()))
      } catch (error) {
        this.#giveUp(error)
      }
      return
    }
    if (++this.#unsaved >= BATCH_PARTS) this.#save()
    else this.#timer ??= options.host.setTimer(BATCH_DELAY, () => this.#save())
  }

  /** The upload is over. With `forget`, what was noted of it is removed. Never fails. */
  end(forget: boolean): Promise<void> {
    const { claim } = this.#facts
    if (this.#unsaved && !forget) this.#save()
    this.#over = true
    this.#timer?.cancel()
    return claim.leave(this.#saving.then(() => (forget ? this.#remove() : undefined)))
  }

  /** What remains after all is old some day; but whoever keeps the store should hear of it. */
  async #remove(): Promise<void> {
    const { store, key, options, entry } = this.#facts
    try {
      await store.remove(key)
    } catch (error) {
      // A watcher that throws cannot be heard from here.
      await quietly(() => options.onEvent?.({ type: 'unremoved', name: entry.name, error }))
    }
  }

  #save(): void {
    const { store, key, entry, options } = this.#facts
    this.#timer?.cancel()
    this.#timer = undefined
    this.#unsaved = 0
    this.#saving = this.#saving
      .then(() => store.save(key, encodeJournal({ entry, done: this.#done, touched: options.host.wallClock() })))
      .catch((error: unknown) => this.#giveUp(error))
      // A watcher that throws cannot be heard from here.
      .catch(() => {})
  }

  /** Nothing is noted any more. */
  #giveUp(error: unknown): void {
    if (this.#over) return
    this.#over = true
    const { options, entry } = this.#facts
    options.onEvent?.({ type: 'unnoted', name: entry.name, error })
  }
}
