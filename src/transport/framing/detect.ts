/**
 * The server's codec: finds out from the first bytes which framing a client speaks, obfuscated or not.
 *
 * In this order: `ef` is abridged; four bytes `ee` or `dd` are intermediate, plain or padded; a second int of zero is
 * the sequence number of a first packet in full framing; anything else is the 64-byte header of an obfuscated stream,
 * which is tried without a secret and then with each known one. Bytes that belong to HTTP or TLS are refused by name:
 * the listener sorts those out before. Source: https://core.telegram.org/mtproto/mtproto-transports
 */
import { view } from '../../bytes.ts'
import type { Crypto } from '../../crypto/crypto.ts'
import type { TransportError } from '../../errors.ts'
import type { RandomSource } from '../../host.ts'
import { ABRIDGED_TAG } from './abridged.ts'
import { createFraming } from './create.ts'
import { type FramingName, type FramingOptions, framingError, type PacketCodec } from './framing.ts'
import { INTERMEDIATE_TAG, PADDED_TAG } from './intermediate.ts'
import { acceptObfuscated } from './obfuscated.ts'
import { acceptObfuscation, HEADER_LENGTH, type Obfuscation, RESERVED_FIRST_INTS } from './obfuscation.ts'
import { encodeQuickAck } from './quick-ack.ts'

/** What the server side needs to find out what a client speaks. */
export interface ServerCodecOptions extends FramingOptions {
  random: RandomSource
  crypto: Crypto
  /** Secrets under which an obfuscated stream is accepted, besides none at all. */
  secrets?: readonly Uint8Array[]
}

/** A codec for the server's end of one connection. */
export interface ServerCodec extends PacketCodec {
  /** What the client speaks; `undefined` until enough bytes arrived. Packets can be sent only after that. */
  readonly framing: FramingName | undefined
  readonly obfuscated: boolean
  /** The DC id in the obfuscated header: chance bits from clients that do not set it. */
  readonly dc: number | undefined
  /** The secret under which the obfuscated header made sense. */
  readonly secret: Uint8Array | undefined
  /**
   * Bytes that answer a packet given to `onQuickAck`.
   * @param hash SHA-256 from which the packet's msg_key was taken
   */
  quickAck(hash: Uint8Array): Uint8Array[]
}

/** A codec for the server side: finds out framing and obfuscation from the first bytes it is fed. */
export function createServerCodec(options: ServerCodecOptions): ServerCodec {
  return new DetectingCodec({ onQuickAck: () => {}, ...options })
}

class DetectingCodec implements ServerCodec {
  framing: FramingName | undefined
  obfuscated = false
  dc: number | undefined
  secret: Uint8Array | undefined
  readonly #options: ServerCodecOptions
  /** The first bytes, until they are understood. */
  readonly #opening = new Uint8Array(HEADER_LENGTH)
  #filled = 0
  #inner: PacketCodec | undefined
  #streams: Obfuscation | undefined
  #failure: TransportError | undefined

  constructor(options: ServerCodecOptions) {
    this.#options = options
  }

  start(): Uint8Array {
    return new Uint8Array(0)
  }

  encode(packet: Uint8Array): Uint8Array[] {
    return this.#known().encode(packet)
  }

  quickAck(hash: Uint8Array): Uint8Array[] {
    this.#known()
    const bytes = encodeQuickAck(this.framing!, hash, this.#options.random)
    return [this.#streams?.encrypt.apply(bytes) ?? bytes]
  }

  feed(chunk: Uint8Array): Uint8Array[] {
    if (this.#inner) return this.#inner.feed(chunk)
    if (this.#failure) throw this.#failure
    const taken = Math.min(chunk.length, HEADER_LENGTH - this.#filled)
    this.#opening.set(chunk.subarray(0, taken), this.#filled)
    this.#filled += taken
    try {
      const used = this.#detect()
      if (used === undefined) return []
      const inner = this.#known()
      const packets = inner.feed(this.#opening.slice(used, this.#filled))
      return taken < chunk.length ? packets.concat(inner.feed(chunk.subarray(taken))) : packets
    } catch (error) {
      this.#failure = error as TransportError
      throw error
    }
  }

  #known(): PacketCodec {
    if (!this.#inner) throw framingError('the client has not yet shown which framing it speaks')
    return this.#inner
  }

  /** Looks at the first bytes; returns how many of them named the framing, or `undefined` while they are too few. */
  #detect(): number | undefined {
    const opening = this.#opening
    const filled = this.#filled
    if (filled > 0 && opening[0] === ABRIDGED_TAG) return this.#settle('abridged', 1)
    if (filled < 4) return undefined
    const numbers = view(opening)
    const first = numbers.getUint32(0, true)
    if (first === 0x01010101 * INTERMEDIATE_TAG) return this.#settle('intermediate', 4)
    if (first === 0x01010101 * PADDED_TAG) return this.#settle('padded', 4)
    if (RESERVED_FIRST_INTS.includes(first)) throw framingError('the client speaks HTTP or TLS, not MTProto')
    if (filled < 8) return undefined
    if (numbers.getUint32(4, true) === 0) return this.#settle('full', 0)
    if (filled < HEADER_LENGTH) return undefined
    return this.#deobfuscate()
  }

  #settle(framing: FramingName, used: number): number {
    this.framing = framing
    this.#inner = createFraming(framing, this.#options.random, this.#options)
    return used
  }

  #deobfuscate(): number {
    const { crypto, random, secrets = [] } = this.#options
    for (const secret of [undefined, ...secrets]) {
      const streams = acceptObfuscation(this.#opening, crypto, secret)
      if (!streams) continue
      this.framing = streams.framing
      this.obfuscated = true
      this.dc = streams.dc
      this.secret = secret
      this.#streams = streams
      this.#inner = acceptObfuscated(streams, createFraming(streams.framing, random, this.#options))
      return HEADER_LENGTH
    }
    throw framingError('the first 64 bytes belong to no framing, or are obfuscated under a secret not known here')
  }
}
