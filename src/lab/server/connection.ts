/**
 * One connection at the server: bytes in, bytes out.
 *
 * The codec finds out what framing the client speaks. Plain packets belong to key exchanges, of which a connection may
 * carry several, before, between and after encrypted ones; encrypted packets go to the session that they name.
 *
 * Sources: https://core.telegram.org/mtproto/description, https://core.telegram.org/mtproto/mtproto-transports
 */
import { MtprotoError } from '../../errors.ts'
import type { Timer } from '../../host.ts'
import type { Carrier, CarrierHandlers } from '../../transport/carrier/carrier.ts'
import { createServerCodec, type ServerCodec, transportErrorPacket } from '../../transport/framing/index.ts'
import { sealMessage } from '../../transport/session/envelope.ts'
import type { KeyRecord } from './auth-keys.ts'
import type { Dc } from './dc.ts'
import { ExchangeRefused } from './exchange.ts'
import type { Link } from './link.ts'
import type { Load } from './outgoing.ts'
import { ExchangeDesk, isPlain, KEY_NOT_FOUND, openEncrypted, Refused, Unintelligible } from './packet.ts'
import type { ServerSession } from './session.ts'
import type { SessionTable } from './session-table.ts'

/**
 * Most bytes of padding to send in padded framing. Up to 15 are legal, but servers and proxies send no more than this, and
 * there are clients that take a packet's length modulo 4 for its padding.
 */
const MAX_PACKET_PADDING = 3
/** Most key exchanges that one connection carries at a time. */
const MAX_EXCHANGES = 8
/** Transport error. https://core.telegram.org/mtproto/mtproto-transports#transport-errors */
const UNKNOWN_DC = -444
/** Where the client's stretch of the key begins that goes into msg_key, and its length. */
const MSG_KEY_PART: readonly [number, number] = [88, 120]

export class ServerConnection implements CarrierHandlers, Link {
  readonly id: number
  readonly address: string | undefined
  readonly #dc: Dc
  readonly #carrier: Carrier
  readonly #sessions: SessionTable
  readonly #onGone: (connection: ServerConnection) => void
  readonly #codec: ServerCodec
  readonly #exchanges: ExchangeDesk
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
    address?: string,
  ) {
    this.id = id
    this.address = address
    this.#dc = dc
    this.#carrier = carrier
    this.#sessions = sessions
    this.#onGone = onGone
    this.#exchanges = new ExchangeDesk(dc, MAX_EXCHANGES)
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
    this.#dc.faults.onTransportError?.(status, this.id)
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
    if (isPlain(packet)) this.#write(this.#exchanges.answer(packet))
    else this.#encrypted(packet)
  }

  #encrypted(packet: Uint8Array): void {
    const { key, sessionId, salt, tag, plain, body } = openEncrypted(this.#dc, packet)
    if (this.#wantsQuickAck.delete(packet)) {
      const hash = this.#dc.crypto.sha256(key.authKey.bytes.subarray(...MSG_KEY_PART), plain)
      this.#carrier.write(this.#codec.quickAck(hash))
    }
    const session = this.#sessions.find(key, sessionId)
    this.#attached.add(session)
    session.receive(this, tag, salt, body)
  }
}
