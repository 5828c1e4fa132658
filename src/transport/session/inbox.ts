/**
 * What comes out of a decrypted packet: checks the message, opens containers and gzip, and hands out single messages.
 *
 * The checks stand in the order of the security guidelines. Whatever fails, the same error is raised with the same words,
 * so that nobody on the path learns which one it was.
 *
 * Source: https://core.telegram.org/mtproto/security_guidelines#mtproto-encrypted-messages
 */
import { hint } from '#explain'
import { readServerMessage } from '#messages'
import { view } from '../../bytes.ts'
import type { Crypto } from '../../crypto/crypto.ts'
import { SecurityError, TlError } from '../../errors.ts'
import type { ServerMessage } from '../../tl/generated/mtproto/types.ts'
import { TlReader } from '../../tl/reader.ts'
import { type ServerClock, timeOfMsgId } from './clock.ts'
import {
  BAD_MSG_NOTIFICATION,
  BAD_SERVER_SALT,
  GZIP_PACKED,
  MAX_AGE,
  MAX_AHEAD,
  MAX_MESSAGES,
  MAX_PADDING,
  MAX_UNPACKED,
  MIN_PADDING,
  MSG_CONTAINER,
  MSGS_ACK,
  PLAIN_HEAD,
  RPC_RESULT,
} from './limits.ts'
import { SeenIds } from './seen-ids.ts'

export { MAX_UNPACKED }

/** One message, ready to be read. */
export interface Incoming {
  readonly msgId: bigint
  /** Constructor id of the body; of what was packed, if it was packed. */
  readonly id: number
  /** Stands before the constructor id; behind the message where that has been read. */
  readonly reader: TlReader
  /** A service message; absent for an answer, and for what is none of MTProto's own messages. */
  readonly message?: ServerMessage
  /** The message itself, where the platform takes its time to unpack it; rejects if it cannot be unpacked. */
  readonly later?: Promise<Incoming>
}

/** What a packet held. */
export interface Opened {
  readonly messages: Incoming[]
  /** Ids to acknowledge: every content-related message, those seen before among them. */
  readonly acks: readonly bigint[]
}

/** The one error for every refusal of an encrypted message. */
export function refused(): SecurityError {
  return new SecurityError(
    'MESSAGE_REFUSED',
    `the server sent an encrypted message that breaks the protocol${hint('; it was discarded and the connection closed') ?? ''}`,
  )
}

export class Inbox {
  readonly seen: SeenIds = new SeenIds()
  /** A message of this session was too old. The server repeats it on the next connection: only a new session has none of it. */
  stale = false
  readonly #sessionId: bigint
  readonly #options: { readonly clock: ServerClock; readonly crypto: Crypto }

  constructor(sessionId: bigint, options: { readonly clock: ServerClock; readonly crypto: Crypto }) {
    this.#sessionId = sessionId
    this.#options = options
  }

  /**
   * Opens a decrypted packet whose msg_key has been verified.
   * @param plain salt, session_id, msg_id, seqno, length, body, padding
   * @throws SecurityError MESSAGE_REFUSED; nothing of the packet has been used then
   */
  open(plain: Uint8Array): Opened {
    if (plain.length < PLAIN_HEAD + MIN_PADDING) throw refused()
    const head = view(plain)
    const length = head.getInt32(28, true)
    const padding = plain.length - PLAIN_HEAD - length
    const ours = head.getBigInt64(8, true) === this.#sessionId
    if (!ours || length < 4 || length % 4 !== 0 || padding < MIN_PADDING || padding > MAX_PADDING) throw refused()
    const msgId = head.getBigUint64(16, true)
    const seqno = head.getInt32(24, true)
    // A packet has memory of its own, which nobody uses again: what is read from it need not be copied.
    const reader = new TlReader(plain, PLAIN_HEAD, PLAIN_HEAD + length, { views: true })

    // Everything in the packet is checked before the first of its messages is used. A message seen before is passed over
    // without harm to the connection: servers repeat what they think was lost.
    const container = reader.peekId() === MSG_CONTAINER
    const parts = container ? this.#unpack(msgId, seqno, reader) : [{ msgId, seqno, reader }]
    const acks = parts.filter((part) => (part.seqno & 1) === 1).map((part) => part.msgId)
    if (container && this.seen.has(msgId)) return { messages: [], acks }
    const fresh = parts.filter((part) => this.#check(part))
    if (container && !parts.some(({ reader }) => isNotice(reader.peekId()))) this.#checkTime(msgId)
    const room = { left: MAX_UNPACKED }
    const messages = fresh.map((part) => this.#open(part, room)).filter((message) => this.seen.add(message.msgId))
    if (container) this.seen.add(msgId)
    const { clock } = this.#options
    // What is repeated tells an old time.
    if (messages.length > 0) {
      if (!clock.synced) clock.sync(timeOfMsgId(msgId))
      // What may come at any time, and a container's own id, must not carry the clock away.
      else if (this.#age(msgId) >= -MAX_AHEAD) clock.refine(timeOfMsgId(msgId))
    }
    return { messages, acks }
  }

  /** The messages of a container, none of them read yet. */
  #unpack(containerId: bigint, seqno: number, reader: TlReader): Part[] {
    if ((containerId & 1n) !== 1n || (seqno & 1) !== 0) throw refused()
    const parts: Part[] = []
    reader.pos += 4
    if (reader.remaining < 4) throw refused()
    const count = reader.int()
    if (count < 0 || count > MAX_MESSAGES) throw refused()
    for (let i = 0; i < count; i++) {
      if (reader.remaining < 20) throw refused()
      const msgId = BigInt.asUintN(64, reader.long())
      const inner = reader.int()
      const length = reader.int()
      if (length < 4 || length % 4 !== 0 || length > reader.remaining || msgId >= containerId) throw refused()
      parts.push({ msgId, seqno: inner, reader: reader.part(length) })
    }
    return parts
  }

  /** The rules that hold for every message, inner ones too. False if it was seen before. */
  #check({ msgId, reader }: Part): boolean {
    const id = reader.peekId()
    if ((msgId & 1n) !== 1n || id === MSG_CONTAINER) throw refused()
    if (this.seen.has(msgId)) return false
    if (!isNotice(id)) this.#checkTime(msgId)
    return true
  }

  #checkTime(msgId: bigint): void {
    if (!this.#options.clock.synced) return
    const age = this.#age(msgId)
    // The server itself is never ahead of its time, nor is what somebody held back: then it is we who are behind.
    if (age < -MAX_AHEAD) this.#options.clock.doubt()
    this.stale = age > MAX_AGE
    if (age > MAX_AGE || age < -MAX_AHEAD) throw refused()
  }

  /** Milliseconds that a message is old, by its id; below 0 for one ahead of our clock. */
  #age(msgId: bigint): number {
    return this.#options.clock.serverTime() - timeOfMsgId(msgId)
  }

  /** @param room bytes to which what is packed in this packet may still unpack, all together */
  #open(part: Part, room: { left: number }): Incoming {
    const { msgId, reader } = part
    const id = reader.peekId()
    if (id !== GZIP_PACKED) return read(part)
    try {
      const unpacked = unpackGzip(this.#options.crypto, reader, room)
      if (unpacked instanceof TlReader) return read({ ...part, reader: unpacked })
      return { msgId, id, reader, later: unpacked.then((inner) => read({ ...part, reader: inner })) }
    } catch {
      throw refused()
    }
  }
}

/** A notification that our clock is wrong must get through although, by our clock, its own id is wrong. */
function isNotice(id: number): boolean {
  return id === BAD_MSG_NOTIFICATION || id === BAD_SERVER_SALT
}

/**
 * What is left to check of a message once it is unpacked: it is neither a container nor packed again, its seqno fits, and
 * a service message can be read.
 */
function read({ msgId, seqno, reader }: Part): Incoming {
  const start = reader.pos
  const id = reader.peekId()
  const content = (seqno & 1) === 1
  if (id === MSG_CONTAINER || id === GZIP_PACKED) throw refused()
  if (id === RPC_RESULT) {
    if (!content || reader.remaining < 16) throw refused()
    return { msgId, id, reader }
  }
  if (id === MSGS_ACK && content) throw refused()
  try {
    return { msgId, id, reader, message: readServerMessage(reader) }
  } catch (error) {
    // A constructor of a newer layer, or an update: acknowledged, handed on, not understood here.
    if (!(error instanceof TlError) || error.offset !== start) throw refused()
    reader.pos = start
    return { msgId, id, reader }
  }
}

interface Part {
  readonly msgId: bigint
  readonly seqno: number
  readonly reader: TlReader
}

/**
 * A reader over what a `gzip_packed` holds.
 * @param reader stands before the constructor id
 * @throws TlError when the data is damaged or would unpack to more than {@link MAX_UNPACKED}
 */
export function unpackGzip(
  crypto: Crypto,
  reader: TlReader,
  room: { left: number } = { left: MAX_UNPACKED },
): TlReader | Promise<TlReader> {
  reader.pos += 4
  const packed = reader.bytes()
  const failed = (): never => reader.fail(hint('damaged, or too large'), 'gzip_packed')
  // A gzip member ends with its size; whoever lies about it is refused by the limit, or by the check of the size.
  const size = packed.length < 4 ? MAX_UNPACKED : view(packed).getUint32(packed.length - 4, true)
  room.left -= size
  if (room.left < 0) failed()
  try {
    const data = crypto.gunzip(packed, size)
    return data instanceof Uint8Array ? new TlReader(data) : data.then((bytes) => new TlReader(bytes), failed)
  } catch {
    return failed()
  }
}
