/**
 * One connection at the server: bytes in, bytes out.
 *
 * The codec finds out what framing the client speaks. Plain packets belong to key exchanges, of which a connection may
 * carry several, before, between and after encrypted ones; encrypted packets go to the session that they name.
 *
 * Sources: https://core.telegram.org/mtproto/description, https://core.telegram.org/mtproto/mtproto-transports
 */
import { toHex, view } from '../../bytes.ts'
import { MtprotoError, TlError } from '../../errors.ts'
import type { Timer } from '../../host.ts'
import { readClientMessage, writeServerMessage } from '../../tl/generated/mtproto/server.ts'
import type { ClientMessage, ServerMessage } from '../../tl/generated/mtproto/types.ts'
import { TlReader } from '../../tl/reader.ts'
import { TlWriter } from '../../tl/writer.ts'
import type { Carrier, CarrierHandlers } from '../../transport/carrier/carrier.ts'
import { unwrapPlain, wrapPlain } from '../../transport/exchange/plain.ts'
import { createServerCodec, type ServerCodec, transportErrorPacket } from '../../transport/framing/index.ts'
import { open, PLAIN_HEAD, sealMessage } from '../../transport/session/envelope.ts'
import { ANSWER_RESIDUE, MessageIds } from '../../transport/session/message-id.ts'
import { type KeyRecord, keyId } from './auth-keys.ts'
import type { Dc } from './dc.ts'
import { ExchangeRefused, ServerExchange } from './exchange.ts'
import type { Link } from './link.ts'
import type { Load } from './outgoing.ts'
import type { ServerSession } from './session.ts'
import type { SessionTable } from './session-table.ts'

/** Padding of an encrypted message in bytes, at least and at most. */
const MIN_PADDING = 12
const MAX_PADDING = 1024
/**
 * Most bytes of padding to send in padded framing. Up to 15 are legal, but servers and proxies send no more than this, and
 * there are clients that take a packet's length modulo 4 for its padding.
 */
const MAX_PACKET_PADDING = 3
/** Shortest packets that can be something: a plain message's head, and an encrypted one's with two blocks. */
const MIN_PLAIN = 20
const MIN_ENCRYPTED = 24 + 48
/** Most key exchanges that one connection carries at a time. */
const MAX_EXCHANGES = 8
/** Transport errors. https://core.telegram.org/mtproto/mtproto-transports#transport-errors */
const KEY_NOT_FOUND = -404
const UNKNOWN_DC = -444
/** Where the client's stretch of the key begins that goes into msg_key, and its length. */
const MSG_KEY_PART: readonly [number, number] = [88, 120]

/** Thrown at a packet that is answered with a transport error. */
class Refused extends Error {
  readonly status: number

  constructor(status: number) {
    super(`transport error ${status}`)
    this.status = status
  }
}

/** Thrown at a packet that no client of good faith sends: the connection is closed without a word. */
class Unintelligible extends Error {}

export class ServerConnection implements CarrierHandlers, Link {
  readonly id: number
  readonly #dc: Dc
  readonly #carrier: Carrier
  readonly #sessions: SessionTable
  readonly #onGone: (connection: ServerConnection) => void
  readonly #codec: ServerCodec
  readonly #plainIds = new MessageIds()
  readonly #exchanges = new Map<string, ServerExchange>()
  readonly #attached = new Set<ServerSession>()
  readonly #wantsQuickAck = new Set<Uint8Array>()
  #disconnectTimer: Timer | undefined
  #closed = false

  constructor(
    id: number,
    dc: Dc,
    carrier: Carrier,
    sessions: SessionTable,
    onGone: (connection: ServerConnection) => void,
  ) {
    this.id = id
    this.#dc = dc
    this.#carrier = carrier
    this.#sessions = sessions
    this.#onGone = onGone
    this.#codec = createServerCodec({
      random: dc.host.random,
      crypto: dc.crypto,
      secrets: dc.secrets,
      maxPadding: MAX_PACKET_PADDING,
      onQuickAck: (packet) => this.#wantsQuickAck.add(packet),
    })
  }

  /** How the client speaks, once that is known: `intermediate`, or `obfuscated padded`. */
  get framing(): string | undefined {
    const { framing, obfuscated } = this.#codec
    return framing && (obfuscated ? `obfuscated ${framing}` : framing)
  }

  onData(chunk: Uint8Array): void {
    if (this.#closed) return
    try {
      for (const packet of this.#codec.feed(chunk)) {
        if (this.#closed) return
        this.#packet(packet)
      }
    } catch (error) {
      if (error instanceof Refused) this.fail(error.status)
      else if (error instanceof ExchangeRefused) this.fail(KEY_NOT_FOUND)
      else if (error instanceof Unintelligible || error instanceof MtprotoError) this.close()
      else throw error
    }
  }

  onClose(): void {
    this.#closed = true
    this.#disconnectTimer?.cancel()
    for (const session of this.#attached) session.detach(this)
    this.#attached.clear()
    this.#onGone(this)
  }

  send(key: KeyRecord, sessionId: bigint, load: Load): void {
    if (this.#closed) return
    const { crypto, faults, host } = this.#dc
    const head = { salt: key.salts.current(this.#dc.seconds()), sessionId, msgId: load.msgId, seqno: load.seqno }
    const plain = faults.onSeal?.({ head, body: load.body }) ?? { head, body: load.body }
    const { authKey } = key
    this.#write(sealMessage({ crypto, authKey }, 'server', plain.head, plain.body, host.random, plain.padding))
  }

  fail(status: number): void {
    if (this.#closed) return
    this.#carrier.write(this.#codec.encode(transportErrorPacket(status)))
    this.close()
  }

  disconnectIn(seconds: number): void {
    this.#disconnectTimer?.cancel()
    this.#disconnectTimer = this.#dc.host.setTimer(Math.max(0, seconds) * 1000, () => this.close())
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#disconnectTimer?.cancel()
    this.#carrier.close()
  }

  #write(packet: Uint8Array): void {
    for (const one of this.#dc.faults.onSend?.(packet) ?? [packet]) this.#carrier.write(this.#codec.encode(one))
  }

  #packet(packet: Uint8Array): void {
    // The header of an obfuscated stream may name the DC. Clients that do not use the field leave chance bits in it.
    const { dc } = this.#codec
    if (this.#dc.strictDc && dc !== undefined && ![0, this.#dc.id].includes(Math.abs(dc) % 10_000)) {
      throw new Refused(UNKNOWN_DC)
    }
    if (packet.length < MIN_PLAIN) throw new Unintelligible('a packet is too short')
    if (view(packet).getBigInt64(0, true) === 0n) this.#plain(packet)
    else this.#encrypted(packet)
  }

  #plain(packet: Uint8Array): void {
    const { body } = unwrapPlain(packet)
    let message: ClientMessage
    try {
      message = readClientMessage(new TlReader(body))
    } catch (error) {
      throw error instanceof TlError ? new Refused(KEY_NOT_FOUND) : error
    }
    this.#answerPlain(this.#exchange(message, body))
  }

  #exchange(message: ClientMessage, body: Uint8Array): ServerMessage {
    if (message._ === 'req_pq_multi' || message._ === 'req_pq') {
      const exchange = new ServerExchange(this.#dc, message.nonce)
      const oldest = this.#exchanges.keys().next()
      if (this.#exchanges.size >= MAX_EXCHANGES && !oldest.done) this.#exchanges.delete(oldest.value)
      this.#exchanges.set(toHex(exchange.serverNonce), exchange)
      return exchange.challenge()
    }
    const exchange = 'serverNonce' in message ? this.#exchanges.get(toHex(message.serverNonce)) : undefined
    if (exchange === undefined) throw new ExchangeRefused(`${message._} belongs to no key exchange of this connection`)
    return exchange.receive(message, body)
  }

  #answerPlain(message: ServerMessage): void {
    const writer = new TlWriter(1024)
    writeServerMessage(writer, message)
    this.#write(wrapPlain(this.#plainIds.next(this.#dc.milliseconds(), ANSWER_RESIDUE), writer.finish()))
  }

  #encrypted(packet: Uint8Array): void {
    if (packet.length < MIN_ENCRYPTED) throw new Unintelligible('an encrypted packet is too short')
    const { crypto } = this.#dc
    const key = this.#dc.keys.find(keyId(packet), this.#dc.seconds())
    if (key === undefined) throw new Refused(KEY_NOT_FOUND)
    const plain = open({ crypto, authKey: key.authKey }, 'client', unpadded(packet))
    if (plain === undefined) throw new Unintelligible('msg_key is wrong')
    if (this.#wantsQuickAck.delete(packet)) {
      const hash = crypto.sha256(key.authKey.bytes.subarray(...MSG_KEY_PART), plain)
      this.#carrier.write(this.#codec.quickAck(hash))
    }
    const head = view(plain)
    const length = head.getInt32(28, true)
    const padding = plain.length - PLAIN_HEAD - length
    if (length < 0 || length % 4 !== 0 || padding < MIN_PADDING || padding > MAX_PADDING) {
      throw new Unintelligible('the length or the padding of a message is wrong')
    }
    const tag = { msgId: head.getBigUint64(16, true), seqno: head.getInt32(24, true) }
    const session = this.#sessions.find(key, head.getBigInt64(8, true))
    this.#attached.add(session)
    const body = new TlReader(plain, PLAIN_HEAD, PLAIN_HEAD + length, { views: true })
    session.receive(this, tag, head.getBigInt64(0, true), body)
  }
}

/** Padded framing leaves 0 to 15 bytes behind the last whole block. */
function unpadded(packet: Uint8Array): Uint8Array {
  return packet.subarray(0, packet.length - ((packet.length - 24) & 15))
}
