/**
 * A session's link over HTTP: packets go to the client only as answers to its requests.
 *
 * Requests that wait are kept, the oldest first, whatever connections they came over; what the session has to say goes
 * into the oldest. Each may wait as long as its `http_wait` says, or 25 s without one; then it is answered with an empty
 * container. An answer that was lost on its way, as far as that can be seen, goes into the next one again.
 *
 * Sources: https://core.telegram.org/mtproto/transports#http,
 * https://core.telegram.org/mtproto/service_messages#http-wait-long-poll
 */
import type { Timer } from '../../host.ts'
import type { httpWait } from '../../tl/generated/mtproto/types.ts'
import { sealMessage } from '../../transport/session/envelope.ts'
import type { KeyRecord } from './auth-keys.ts'
import type { Dc } from './dc.ts'
import type { Link } from './link.ts'
import type { Load } from './outgoing.ts'
import type { Decrypted } from './packet.ts'
import type { ServerSession } from './session.ts'

/** What holds for a request without `http_wait`: answered as soon as there is something, and after 25 s. */
const DEFAULT_WAIT: httpWait = { _: 'http_wait', maxDelay: 0, waitAfter: 0, maxWait: 25_000 }
/** Longest wait that a client gets, in milliseconds. */
const LONGEST_WAIT = 60_000
/** Most requests of one session that wait; the oldest is answered with nothing when there are more. */
const MAX_WAITING = 64
/** A link without requests is given up after this many milliseconds. */
const IDLE = 60_000
/** What is unacknowledged for this many milliseconds is taken for lost, and sent again at most this often. */
const LOST_AFTER = 15_000

/** Where the answer to one request goes; used once. */
export interface HttpReply {
  /** Answers with a packet. */
  packet(packet: Uint8Array): void
  /** Answers with a transport error, -404 for instance. */
  error(status: number): void
  /** Breaks the connection off, without an answer. */
  drop(): void
  /** Set by whoever is to answer: called if the client is gone before it has the whole answer. */
  onGone: (() => void) | undefined
}

interface Waiting {
  readonly reply: HttpReply
  terms: httpWait
  timer: Timer | undefined
  /** A packet was given to it. */
  answered: boolean
}

export class HttpLink implements Link {
  readonly id: number
  readonly #dc: Dc
  readonly #session: ServerSession
  readonly #onEnd: () => void
  #waiting: Waiting[] = []
  /** The request whose packet the session is taking. */
  #current: Waiting | undefined
  /** What waits may go now: `max_delay` or `wait_after` is over. */
  #due = false
  #delay: Timer | undefined
  #after: Timer | undefined
  #idle: Timer | undefined
  #repeatedAt = Number.NEGATIVE_INFINITY
  #ended = false

  /** @param onEnd called once, when the link is over */
  constructor(id: number, dc: Dc, session: ServerSession, onEnd: () => void) {
    this.id = id
    this.#dc = dc
    this.#session = session
    this.#onEnd = onEnd
  }

  /** Number of requests that wait for an answer. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Takes a request with the packet that it brought. */
  take({ tag, salt, body }: Decrypted, reply: HttpReply): void {
    const { host } = this.#dc
    const request: Waiting = { reply, terms: DEFAULT_WAIT, timer: undefined, answered: false }
    reply.onGone = () => this.#gone(request)
    this.#idle?.cancel()
    this.#waiting.push(request)
    this.#current = request
    try {
      this.#session.receive(this, tag, salt, body)
    } finally {
      this.#current = undefined
    }
    if (host.now() - this.#repeatedAt > LOST_AFTER) {
      this.#repeatedAt = host.now()
      this.#session.repeatOlder(this.#dc.milliseconds() - LOST_AFTER)
    }
    if (this.#waiting.length > MAX_WAITING) this.#expire(this.#waiting[0]!)
    if (!this.#waiting.includes(request)) return
    const wait = Math.min(Math.max(0, request.terms.maxWait), LONGEST_WAIT)
    if (wait === 0) this.#expire(request)
    else request.timer = host.setTimer(wait, () => this.#expire(request))
  }

  wait(terms: httpWait): void {
    if (this.#current) this.#current.terms = terms
  }

  /** False without a request that waits, and while one is held back in case more comes. */
  mayCarry(): boolean {
    const [request] = this.#waiting
    if (!request) return false
    const { maxDelay, waitAfter } = request.terms
    if (this.#due || maxDelay <= 0 || waitAfter <= 0) return true
    const { host } = this.#dc
    const send = (): void => this.#flush()
    this.#delay ??= host.setTimer(maxDelay, send)
    this.#after?.cancel()
    this.#after = host.setTimer(waitAfter, send)
    return false
  }

  send(key: KeyRecord, sessionId: bigint, load: Load): void {
    const packet = this.#seal(key, sessionId, load)
    const packets = this.#dc.faults.onSend?.(packet) ?? [packet]
    for (const one of packets) this.#remove()?.reply.packet(one)
    // What the network loses takes the connection with it.
    if (packets.length === 0) this.#remove()?.reply.drop()
  }

  fail(status: number): void {
    this.#end((reply) => reply.error(status))
  }

  /** Nothing: it is the client that opens each connection, and it may have many. */
  disconnectIn(): void {}

  close(): void {
    this.#end((reply) => reply.drop())
  }

  #flush(): void {
    this.#due = true
    this.#session.flush()
    this.#due = false
    this.#cancelDelay()
  }

  /** The request has waited long enough: what is held back goes now, or a container with nothing in it. */
  #expire(request: Waiting): void {
    if (!this.#waiting.includes(request)) return
    this.#flush()
    if (!this.#waiting.includes(request)) return
    const { key, id, queue } = this.#session
    const nothing = this.#seal(key, id, queue.nothing(this.#dc.milliseconds()))
    this.#remove(request)?.reply.packet(nothing)
  }

  #seal(key: KeyRecord, sessionId: bigint, load: Load): Uint8Array {
    const { crypto, faults, host } = this.#dc
    const head = { salt: key.salts.current(this.#dc.seconds()), sessionId, msgId: load.msgId, seqno: load.seqno }
    const plain = faults.onSeal?.({ head, body: load.body }) ?? { head, body: load.body }
    const { authKey } = key
    return sealMessage({ crypto, authKey }, 'server', plain.head, plain.body, host.random, plain.padding)
  }

  /** Takes a request out to be answered: the oldest unless told. */
  #remove(request: Waiting | undefined = this.#waiting[0]): Waiting | undefined {
    if (!request) return undefined
    request.answered = true
    request.timer?.cancel()
    this.#waiting = this.#waiting.filter((other) => other !== request)
    if (this.#waiting.length === 0 && !this.#ended) {
      this.#cancelDelay()
      this.#idle?.cancel()
      this.#idle = this.#dc.host.setTimer(IDLE, () => this.close())
    }
    return request
  }

  /** The client has gone away from a request; what was in the answer may be lost. */
  #gone(request: Waiting): void {
    if (this.#ended) return
    const lost = request.answered
    this.#remove(request)
    if (lost) this.#session.repeatOlder(Number.POSITIVE_INFINITY)
  }

  #cancelDelay(): void {
    this.#delay?.cancel()
    this.#after?.cancel()
    this.#delay = undefined
    this.#after = undefined
  }

  #end(answer: (reply: HttpReply) => void): void {
    if (this.#ended) return
    this.#ended = true
    this.#session.detach(this)
    while (this.#waiting.length > 0) answer(this.#remove()!.reply)
    this.#cancelDelay()
    this.#idle?.cancel()
    this.#onEnd()
  }
}
