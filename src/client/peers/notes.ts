/**
 * A session's book of peers, and when it is stored.
 *
 * The session is stored whenever something new was learnt. Many things that are learnt while one save is under way share the
 * next one; a client that is closed stores what is left (`flush`).
 */

import type { PeerSession } from '../peers.ts'
import { systemHost } from '../platform/system-host.ts'
import { PeerBook } from './book.ts'
import type { Named } from './named.ts'
import { SharedWork } from './shared.ts'

/** By session: they live as long as it does. */
const all = new WeakMap<PeerSession, Notes>()

/** The notes of a session. */
export function notesOf(session: PeerSession): Notes {
  let notes = all.get(session)
  if (!notes) {
    notes = new Notes(session)
    all.set(session, notes)
  }
  return notes
}

export class Notes {
  /** Look-ups that are under way. */
  readonly lookups: SharedWork = new SharedWork()
  /** How peers that were found had been named, to find them again. */
  readonly origins: WeakMap<object, Named> = new WeakMap()
  readonly #session: PeerSession
  #book: PeerBook | undefined
  #saving = false
  #isDirty = false

  constructor(session: PeerSession) {
    this.#session = session
  }

  /** The book of the account that is logged in: a new one after the login of another. */
  get book(): PeerBook {
    const { user, data } = this.#session
    if (!this.#book || (user && user.id !== this.#book.owner)) this.#book = new PeerBook(user?.id, data.peers)
    return this.#book
  }

  /** Seconds since 1970. */
  get now(): number {
    const { host = systemHost } = this.#session.options
    return Math.floor(host.wallClock() / 1000)
  }

  /** Notes whom a result tells about, and stores what is new. */
  learn(value: unknown, onlyNew = false): void {
    if (this.book.learn(value, this.now, onlyNew)) this.store()
  }

  /** Stores the book with the session. */
  store(): void {
    this.#isDirty = true
    if (this.#saving) return
    const saved = this.flush()
    if (!saved) return
    this.#saving = true
    const done = (): void => {
      this.#saving = false
      if (this.#isDirty) this.store()
    }
    // A storage that fails is told of when the client is closed.
    saved.then(done, done)
  }

  /** Begins to store what has not been stored; undefined if there is nothing, or nothing to store it with. */
  flush(): Promise<void> | undefined {
    const { user, data } = this.#session
    // Without keys the session is closed or logged out, without a user on its way elsewhere: then it is stored by itself.
    if (!this.#isDirty || !user || data.keys.size === 0) return undefined
    this.#isDirty = false
    data.peers = this.book.lines()
    return this.#session.save()
  }
}
