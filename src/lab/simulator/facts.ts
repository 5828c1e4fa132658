/**
 * What has happened to each client of a run: the faults that came over it, and what servers really said to it. The check of
 * errors asks here whether there was a reason.
 */
import type { RequestInfo } from '../server/faults.ts'
import { KEY_NOT_FOUND } from '../server/packet.ts'
import { BINDING_REFUSED, type Happened, NO_SUCH_KEY, NOT_LOGGED_IN, REFUSED_LINK } from './checks/errors.ts'

export class Facts {
  readonly #clients: readonly string[]
  readonly #happened: readonly { readonly faults: Map<string, number>; readonly errors: Map<string, number> }[]
  /** What is counted once, however often it is said: by client, fact and key. */
  readonly #once = new Set<string>()

  /** @param clients their names */
  constructor(clients: readonly string[]) {
    this.#clients = clients
    this.#happened = clients.map(() => ({ faults: new Map(), errors: new Map() }))
  }

  /** What has happened to a client so far. */
  of(client: number): Happened {
    return this.#happened[client]!
  }

  /**
   * A fault came about.
   * @param client whom it happened to; all unless told
   */
  fault(what: string, detail: string, client?: number): void {
    this.#happened.forEach(({ faults, errors }, index) => {
      if (client !== undefined && client !== index) return
      count(faults, what)
      if (what === 'error') count(errors, detail)
    })
  }

  /** A server sent a transport error. */
  said(status: number, client: string): void {
    const happened = this.#happened[this.#clients.indexOf(client)]
    if (!happened) return
    count(happened.faults, REFUSED_LINK)
    if (status === KEY_NOT_FOUND) count(happened.faults, NO_SUCH_KEY)
  }

  /**
   * A server has a request before it.
   * @param knows whether it knows a key
   */
  asked({ request, userId, keyId }: RequestInfo, client: string, knows: (keyId: bigint) => boolean): void {
    const { faults } = this.#happened[this.#clients.indexOf(client)]!
    const once = (fact: string, key: bigint): void => {
      const name = `${client} ${fact} ${key}`
      if (!this.#once.has(name)) count(faults, fact)
      this.#once.add(name)
    }
    const { _: method } = request
    if (method === 'auth.bindTempAuthKey' && !knows(request.permAuthKeyId)) once(BINDING_REFUSED, request.permAuthKeyId)
    if (!method.startsWith('auth.') && userId === undefined) once(NOT_LOGGED_IN, keyId)
  }
}

function count(map: Map<string, number>, name: string): void {
  map.set(name, (map.get(name) ?? 0) + 1)
}
