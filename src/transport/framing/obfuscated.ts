/**
 * Any tagged framing under obfuscation: the stream looks random from its first byte to its last.
 *
 * WebSocket demands it, proxies too. The framing's own tag is not sent; the header names it.
 * Source: https://core.telegram.org/mtproto/mtproto-transports#transport-obfuscation
 */
import type { PacketCodec, TaggedFraming } from './framing.ts'
import { type Obfuscation, type ObfuscationOptions, openObfuscation } from './obfuscation.ts'

/**
 * The client's codec for one obfuscated connection, around the codec of a framing.
 * @param name what the header calls the framing
 * @throws UsageError for a DC id or secret out of range
 */
export function obfuscate(name: TaggedFraming, inner: PacketCodec, options: ObfuscationOptions): PacketCodec {
  const { header, ...streams } = openObfuscation(name, options)
  return new ObfuscatedCodec(header, streams, inner)
}

/** The server's codec behind a header that `acceptObfuscation` took. */
export function acceptObfuscated(streams: Obfuscation, inner: PacketCodec): PacketCodec {
  return new ObfuscatedCodec(new Uint8Array(0), streams, inner)
}

class ObfuscatedCodec implements PacketCodec {
  readonly #header: Uint8Array
  readonly #streams: Obfuscation
  readonly #inner: PacketCodec

  constructor(header: Uint8Array, streams: Obfuscation, inner: PacketCodec) {
    this.#header = header
    this.#streams = streams
    this.#inner = inner
  }

  start(): Uint8Array {
    return this.#header
  }

  encode(packet: Uint8Array): Uint8Array[] {
    const chunks = this.#inner.encode(packet)
    for (const chunk of chunks) this.#streams.encrypt.apply(chunk)
    return chunks
  }

  feed(chunk: Uint8Array): Uint8Array[] {
    return this.#inner.feed(this.#streams.decrypt.apply(chunk))
  }
}
