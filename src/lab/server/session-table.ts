/**
 * The sessions of one DC, by authorization key and session id.
 */
import { identity, type KeyRecord } from './auth-keys.ts'
import type { Api } from './calls.ts'
import type { Dc } from './dc.ts'
import { ServerSession, type SessionOwner } from './session.ts'

/** Sessions that are remembered for one key. Clients begin new ones without ending the old. */
const MAX_SESSIONS = 64

export class SessionTable implements SessionOwner {
  readonly api: Api
  readonly #dc: Dc
  readonly #sessions = new Map<KeyRecord, Map<bigint, ServerSession>>()

  constructor(dc: Dc, api: Api) {
    this.#dc = dc
    this.api = api
  }

  /** Number of sessions. */
  get size(): number {
    let count = 0
    for (const sessions of this.#sessions.values()) count += sessions.size
    return count
  }

  /** The session of that id; made if there is none. */
  find(key: KeyRecord, id: bigint): ServerSession {
    let sessions = this.#sessions.get(key)
    if (sessions === undefined) {
      sessions = new Map()
      this.#sessions.set(key, sessions)
    }
    let session = sessions.get(id)
    if (session === undefined) {
      session = new ServerSession(this.#dc, this, key, id)
      sessions.set(id, session)
      if (sessions.size > MAX_SESSIONS) this.#forgetIdle(key, sessions)
    }
    return session
  }

  /** Forgets the session that has been without a connection and was begun first; those in use stay. */
  #forgetIdle(key: KeyRecord, sessions: ReadonlyMap<bigint, ServerSession>): void {
    for (const [id, session] of sessions) {
      if (session.link === undefined && this.destroySession(key, id)) return
    }
  }

  /** Whether clients at several addresses are connected under a key, or under temporary keys that are bound to it. */
  isShared(who: KeyRecord): boolean {
    const seen = new Map<boolean, string>()
    for (const [key, sessions] of this.#sessions) {
      if (identity(key) !== who) continue
      for (const { link } of sessions.values()) {
        const address = link?.address
        if (address === undefined) continue
        // A client may well have both an IPv4 and an IPv6 address.
        const other = seen.get(address.includes(':'))
        if (other !== undefined && other !== address) return true
        seen.set(address.includes(':'), address)
      }
    }
    return false
  }

  destroySession(key: KeyRecord, id: bigint): boolean {
    const sessions = this.#sessions.get(key)
    const session = sessions?.get(id)
    session?.destroy()
    return sessions?.delete(id) ?? false
  }

  /** Forgets the sessions of a key, or all of them. */
  forget(key?: KeyRecord): void {
    const doomed = key === undefined ? [...this.#sessions.keys()] : [key]
    for (const one of doomed) {
      for (const session of this.#sessions.get(one)?.values() ?? []) session.destroy()
      this.#sessions.delete(one)
    }
  }
}
