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
 * @throws UsageError for a DC id out of range
 */
export function obfuscate(name: TaggedFraming, inner: PacketCodec, options: ObfuscationOptions): PacketCodec {
  const { header, ...streams } = openObfuscation(name, options)
  return within(header, streams, inner)
}

/** The server's codec behind a header that `acceptObfuscation` took. */
export function acceptObfuscated(streams: Obfuscation, inner: PacketCodec): PacketCodec {
  return within(new Uint8Array(0), streams, inner)
}

function within(header: Uint8Array, { encrypt, decrypt }: Obfuscation, inner: PacketCodec): PacketCodec {
  return {
    start: () => header,
    encode: (packet) => inner.encode(packet).map((chunk) => encrypt.apply(chunk)),
    feed: (chunk) => inner.feed(decrypt.apply(chunk)),
  }
}
