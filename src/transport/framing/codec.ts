/**
 * Turns a framing's rules into a codec: one loop for all framings that collects packets from any split of the stream.
 *
 * A head of at most four bytes says how long the body is; the length is checked, memory is taken once, and every byte
 * that arrives is copied once, straight to its place. So a packet in a thousand pieces costs what it costs in one.
 */
import type { TransportError } from '../../errors.ts'
import { framingError, type PacketCodec } from './framing.ts'

/** What tells one framing from another; see {@link FramedCodec}. Stateful where the framing counts packets. */
export interface Framing {
  /** Bytes a client sends before anything else. */
  readonly tag: Uint8Array
  /** Chunks that carry one packet. */
  encode(packet: Uint8Array): Uint8Array[]
  /** Length of the head, 1 to 4 bytes, judged by its first byte. */
  headLength(first: number): number
  /** Length of what follows the head. Throws TransportError for one that cannot be, before memory is taken. */
  bodyLength(head: Uint8Array): number
  /** Whether the head asks for a quick acknowledgement. */
  quickAck?(head: Uint8Array): boolean
  /** The packet within a complete body. */
  open(body: Uint8Array, head: Uint8Array): Uint8Array
}

/** What the server's side needs beyond the client's. */
export interface FramingOptions {
  /**
   * Called with a packet whose sender asked for a quick acknowledgement, before `feed` returns that packet. A codec
   * without it belongs to a client that never asks, and refuses the bit.
   */
  onQuickAck?: (packet: Uint8Array) => void
  /** Most bytes of padding to send in padded framing, 0 to 15; 15 unless told. */
  maxPadding?: number
}

export class FramedCodec implements PacketCodec {
  readonly #framing: Framing
  readonly #onQuickAck: ((packet: Uint8Array) => void) | undefined
  readonly #head = new Uint8Array(4)
  #headFilled = 0
  #body: Uint8Array | undefined
  #bodyFilled = 0
  #failure: TransportError | undefined

  constructor(framing: Framing, options: FramingOptions = {}) {
    this.#framing = framing
    this.#onQuickAck = options.onQuickAck
  }

  start(): Uint8Array {
    return this.#framing.tag.slice()
  }

  encode(packet: Uint8Array): Uint8Array[] {
    return this.#framing.encode(packet)
  }

  feed(chunk: Uint8Array): Uint8Array[] {
    if (this.#failure) throw this.#failure
    try {
      return this.#collect(chunk)
    } catch (error) {
      this.#failure = error as TransportError
      this.#body = undefined
      throw error
    }
  }

  #collect(chunk: Uint8Array): Uint8Array[] {
    const framing = this.#framing
    const head = this.#head
    const packets: Uint8Array[] = []
    let at = 0
    while (at < chunk.length) {
      if (!this.#body) {
        head[this.#headFilled++] = chunk[at++]!
        if (this.#headFilled < framing.headLength(head[0]!)) continue
        if (!this.#onQuickAck && framing.quickAck?.(head)) {
          throw framingError('a quick acknowledgement came that nobody asked for')
        }
        this.#body = new Uint8Array(framing.bodyLength(head))
        this.#bodyFilled = 0
      }
      const body = this.#body
      const end = Math.min(chunk.length, at + body.length - this.#bodyFilled)
      body.set(at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end), this.#bodyFilled)
      this.#bodyFilled += end - at
      at = end
      if (this.#bodyFilled < body.length) break
      const packet = framing.open(body, head)
      this.#body = undefined
      this.#headFilled = 0
      if (framing.quickAck?.(head)) this.#onQuickAck?.(packet)
      packets.push(packet)
    }
    return packets
  }
}
