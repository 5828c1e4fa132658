/**
 * The test DC's side of the HTTP transport, without HTTP: packets of requests in, answers out.
 *
 * Plain packets belong to key exchanges, each found by its nonce; encrypted ones go to the link of the session that they
 * name, whatever connection they come over. Source: https://core.telegram.org/mtproto/transports#http
 */
import { MtprotoError } from '../../errors.ts'
import type { Dc } from './dc.ts'
import { ExchangeRefused } from './exchange.ts'
import { HttpLink, type HttpReply } from './http-link.ts'
import { ExchangeDesk, isPlain, KEY_NOT_FOUND, openEncrypted, Refused, Unintelligible } from './packet.ts'
import type { ServerSession } from './session.ts'
import type { SessionTable } from './session-table.ts'

/** Most key exchanges under way by HTTP, of all clients together. */
const MAX_EXCHANGES = 256

export class HttpFront {
  readonly #dc: Dc
  readonly #sessions: SessionTable
  readonly #nextId: () => number
  readonly #exchanges: ExchangeDesk
  readonly #links = new Map<ServerSession, HttpLink>()

  /** @param nextId numbers a link among the connections of the DC */
  constructor(dc: Dc, sessions: SessionTable, nextId: () => number) {
    this.#dc = dc
    this.#sessions = sessions
    this.#nextId = nextId
    this.#exchanges = new ExchangeDesk(dc, MAX_EXCHANGES)
  }

  /** The links that sessions have by HTTP. */
  get links(): readonly HttpLink[] {
    return [...this.#links.values()]
  }

  /**
   * Takes one request.
   * @param packet the request's body; it is decrypted in place
   */
  post(packet: Uint8Array, reply: HttpReply): void {
    try {
      if (isPlain(packet)) this.#plain(packet, reply)
      else this.#encrypted(packet, reply)
    } catch (error) {
      if (error instanceof Refused) reply.error(error.status)
      else if (error instanceof ExchangeRefused) reply.error(KEY_NOT_FOUND)
      else if (error instanceof Unintelligible || error instanceof MtprotoError) reply.drop()
      else throw error
    }
  }

  #plain(packet: Uint8Array, reply: HttpReply): void {
    const answer = this.#exchanges.answer(packet)
    const [first] = this.#dc.faults.onSend?.(answer) ?? [answer]
    if (first) reply.packet(first)
    else reply.drop()
  }

  #encrypted(packet: Uint8Array, reply: HttpReply): void {
    const decrypted = openEncrypted(this.#dc, packet)
    const session = this.#sessions.find(decrypted.key, decrypted.sessionId)
    let link = this.#links.get(session)
    if (!link) {
      link = new HttpLink(this.#nextId(), this.#dc, session, () => this.#links.delete(session))
      this.#links.set(session, link)
    }
    link.take(decrypted, reply)
  }
}
