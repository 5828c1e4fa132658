/**
 * The sessions of one DC, by authorization key and session id.
 */
import type { KeyRecord } from './auth-keys.ts'
import type { Api } from './calls.ts'
import type { Dc } from './dc.ts'
import type { Link } from './link.ts'
import { ServerSession, type SessionOwner } from './session.ts'

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
    }
    return session
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

  /** A connection is gone: its sessions wait for another. */
  detach(link: Link): void {
    for (const sessions of this.#sessions.values()) for (const session of sessions.values()) session.detach(link)
  }
}
