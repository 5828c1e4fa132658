/**
 * What the server makes of one packet, whatever carried it: a plain message of a key exchange is answered, an encrypted
 * one is opened and checked.
 *
 * Sources: https://core.telegram.org/mtproto/description, https://core.telegram.org/mtproto/auth_key
 */
import { toHex, view } from '../../bytes.ts'
import { TlError } from '../../errors.ts'
import { readClientMessage, writeServerMessage } from '../../tl/generated/mtproto/server.ts'
import type { ClientMessage, ServerMessage } from '../../tl/generated/mtproto/types.ts'
import { TlReader } from '../../tl/reader.ts'
import { TlWriter } from '../../tl/writer.ts'
import { unwrapPlain, wrapPlain } from '../../transport/exchange/plain.ts'
import { open, PLAIN_HEAD } from '../../transport/session/envelope.ts'
import { ANSWER_RESIDUE, MessageIds } from '../../transport/session/message-id.ts'
import { type KeyRecord, keyId } from './auth-keys.ts'
import type { Dc } from './dc.ts'
import { ExchangeRefused, ServerExchange } from './exchange.ts'
import type { MessageTag } from './session.ts'

/** Padding of an encrypted message in bytes, at least and at most. */
const MIN_PADDING = 12
const MAX_PADDING = 1024
/** Shortest packets that can be something: a plain message's head, and an encrypted one's with two blocks. */
const MIN_PLAIN = 20
const MIN_ENCRYPTED = 24 + 48
/** Transport error for a key that is not known. https://core.telegram.org/mtproto/mtproto-transports#transport-errors */
export const KEY_NOT_FOUND = -404

/** Thrown at a packet that is answered with a transport error. */
export class Refused extends Error {
  readonly status: number

  constructor(status: number) {
    super(`transport error ${status}`)
    this.status = status
  }
}

/** Thrown at a packet that no client of good faith sends: the connection is closed without a word. */
export class Unintelligible extends Error {}

/** @throws Unintelligible for a packet too short to be any */
export function isPlain(packet: Uint8Array): boolean {
  if (packet.length < MIN_PLAIN) throw new Unintelligible('a packet is too short')
  return view(packet).getBigInt64(0, true) === 0n
}

/** The key exchanges under way in one place: on a connection, or among all that come by HTTP. */
export class ExchangeDesk {
  readonly #dc: Dc
  readonly #max: number
  readonly #ids = new MessageIds()
  readonly #exchanges = new Map<string, ServerExchange>()

  /** @param max most exchanges under way; the oldest is forgotten when there are more */
  constructor(dc: Dc, max: number) {
    this.#dc = dc
    this.#max = max
  }

  /**
   * Answers a plain packet with a plain packet.
   * @throws Refused, ExchangeRefused, TlError for one that fits into no exchange
   */
  answer(packet: Uint8Array): Uint8Array {
    const { body } = unwrapPlain(packet)
    let message: ClientMessage
    try {
      message = readClientMessage(new TlReader(body))
    } catch (error) {
      throw error instanceof TlError ? new Refused(KEY_NOT_FOUND) : error
    }
    const writer = new TlWriter(1024)
    writeServerMessage(writer, this.#step(message, body))
    return wrapPlain(this.#ids.next(this.#dc.milliseconds(), ANSWER_RESIDUE), writer.finish())
  }

  #step(message: ClientMessage, body: Uint8Array): ServerMessage {
    if (message._ === 'req_pq_multi' || message._ === 'req_pq') {
      const exchange = new ServerExchange(this.#dc, message.nonce)
      const oldest = this.#exchanges.keys().next()
      if (this.#exchanges.size >= this.#max && !oldest.done) this.#exchanges.delete(oldest.value)
      this.#exchanges.set(toHex(exchange.serverNonce), exchange)
      return exchange.challenge()
    }
    const exchange = 'serverNonce' in message ? this.#exchanges.get(toHex(message.serverNonce)) : undefined
    if (exchange === undefined) throw new ExchangeRefused(`${message._} belongs to no key exchange of this connection`)
    return exchange.receive(message, body)
  }
}

/** An encrypted packet, opened and checked as far as no session is needed for it. */
export interface Decrypted {
  readonly key: KeyRecord
  readonly sessionId: bigint
  readonly salt: bigint
  readonly tag: MessageTag
  /** All that was encrypted, padding included. */
  readonly plain: Uint8Array
  readonly body: TlReader
}

/**
 * Opens an encrypted packet, in place.
 * @throws Refused for a key that is not known, Unintelligible for everything that no client sends
 */
export function openEncrypted(dc: Dc, packet: Uint8Array): Decrypted {
  if (packet.length < MIN_ENCRYPTED) throw new Unintelligible('an encrypted packet is too short')
  const key = dc.keys.find(keyId(packet), dc.seconds())
  if (key === undefined) throw new Refused(KEY_NOT_FOUND)
  const plain = open({ crypto: dc.crypto, authKey: key.authKey }, 'client', unpadded(packet))
  if (plain === undefined) throw new Unintelligible('msg_key is wrong')
  const head = view(plain)
  const length = head.getInt32(28, true)
  const padding = plain.length - PLAIN_HEAD - length
  if (length < 0 || length % 4 !== 0 || padding < MIN_PADDING || padding > MAX_PADDING) {
    throw new Unintelligible('the length or the padding of a message is wrong')
  }
  return {
    key,
    sessionId: head.getBigInt64(8, true),
    salt: head.getBigInt64(0, true),
    tag: { msgId: head.getBigUint64(16, true), seqno: head.getInt32(24, true) },
    plain,
    body: new TlReader(plain, PLAIN_HEAD, PLAIN_HEAD + length, { views: true }),
  }
}

/** Padded framing leaves 0 to 15 bytes behind the last whole block. */
function unpadded(packet: Uint8Array): Uint8Array {
  return packet.subarray(0, packet.length - ((packet.length - 24) & 15))
}
