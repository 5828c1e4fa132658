/**
 * Rules for what a client sends, packet by packet as it goes to the wire.
 *
 * Source: https://core.telegram.org/mtproto/description, https://core.telegram.org/mtproto/service_messages#containers
 */
import { Id, type Packet } from '../packets.ts'

/** Most messages in a container, and most bytes of one that holds several. */
const MOST_MESSAGES = 1020
const MOST_BYTES = 1024 * 1024
const MIN_PADDING = 12
const MAX_PADDING = 1024

/** Messages that need no acknowledgement. */
const NOT_CONTENT: ReadonlySet<number> = new Set([
  Id.ACK,
  Id.STATE_INFO,
  Id.ALL_INFO,
  Id.HTTP_WAIT,
  Id.PONG,
  Id.CONTAINER,
])

interface SessionState {
  last: bigint
  content: number
}

/** What went over the wire of all clients so far. */
export class WireCheck {
  readonly #violate: (detail: string) => void
  readonly #sessions = new Map<bigint, SessionState>()
  readonly #msgKeys = new Set<string>()

  constructor(violate: (detail: string) => void) {
    this.#violate = violate
  }

  /**
   * A packet that a client sent.
   * @param msgKey of the packet, as hex digits
   */
  packet(packet: Packet, msgKey: string): void {
    const { sessionId, items, length, padding } = packet
    if (this.#msgKeys.has(msgKey)) this.#violate(`the same plaintext was encrypted twice (session ${sessionId})`)
    this.#msgKeys.add(msgKey)
    if (length < 0 || length % 4 !== 0) this.#violate('a packet states an impossible length')
    if (padding < MIN_PADDING || padding > MAX_PADDING) this.#violate(`a packet has ${padding} bytes of padding`)
    let state = this.#sessions.get(sessionId)
    if (state === undefined) {
      state = { last: 0n, content: 0 }
      this.#sessions.set(sessionId, state)
    }
    for (const { msgId, seqno, id } of items) this.#message(state, sessionId, msgId, seqno, id)
    if (!packet.container) return
    this.#message(state, sessionId, packet.msgId, packet.seqno, Id.CONTAINER)
    if (items.length < 1 || items.length > MOST_MESSAGES) this.#violate(`a container holds ${items.length} messages`)
    if (items.length > 1 && length > MOST_BYTES)
      this.#violate(`a container of ${items.length} messages has ${length} bytes`)
    if (items.some(({ id }) => id === Id.CONTAINER)) this.#violate('a container is in a container')
  }

  #message(state: SessionState, sessionId: bigint, msgId: bigint, seqno: number, id: number): void {
    if ((msgId & 3n) !== 0n) this.#violate(`msg_id ${msgId} is not divisible by 4`)
    // Messages of a container come before it, so this also keeps their ids below its own.
    if (msgId <= state.last) this.#violate(`msg_id ${msgId} follows ${state.last} in session ${sessionId}`)
    state.last = msgId
    const content = !NOT_CONTENT.has(id)
    const expected = 2 * state.content + (content ? 1 : 0)
    if (seqno !== expected) this.#violate(`seqno ${seqno} instead of ${expected} in session ${sessionId}`)
    if (content) state.content++
  }
}
