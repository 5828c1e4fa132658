/**
 * What every framing has in common: the interface of a codec, the limits, and the four-byte transport errors.
 *
 * A framing cuts the carrier's byte stream into packets. One packet is one MTProto payload: an encrypted message, a
 * plain one of the key exchange, or a transport error. Codecs are state machines without I/O: bytes in, packets out.
 * Source: https://core.telegram.org/mtproto/mtproto-transports
 */
import { hint } from '#explain'
import { view } from '../../bytes.ts'
import { TransportError } from '../../errors.ts'
import { MAX_PACKET, MIN_PACKET } from './limits.ts'

export { MAX_PACKET } from './limits.ts'

/** The four framings; each but `full` may also run under obfuscation. */
export type FramingName = 'abridged' | 'intermediate' | 'padded' | 'full'

/** The framings that obfuscation can carry: those with a tag to name them by. */
export type TaggedFraming = Exclude<FramingName, 'full'>

/** One connection's framing, both directions. */
export interface PacketCodec {
  /** Bytes that open the stream (a tag, or the obfuscated header); sent before the first packet, often empty. Call once. */
  start(): Uint8Array
  /**
   * One packet as chunks ready for the carrier, in order. The codec takes `packet` over: it may travel without a copy
   * and may be encrypted in place.
   * @param packet 4 bytes to 16 MiB; a multiple of 4 in abridged framing
   * @throws TransportError `FRAMING` for a packet that this framing cannot carry
   */
  encode(packet: Uint8Array): Uint8Array[]
  /**
   * Takes received bytes, in any split, and returns the packets they complete, each in memory of its own. The codec
   * takes `chunk` over: obfuscation decrypts it in place.
   * @throws TransportError `FRAMING` for bytes that are no packets. The stream is lost then: packets that the same
   *   chunk completed before are lost with it, as if the link had broken a moment earlier, and every later call throws
   *   the same error.
   */
  feed(chunk: Uint8Array): Uint8Array[]
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

/** The bytes on the wire are not what the framing allows; the connection is to be dropped. */
export function framingError(message: string | undefined = 'a packet of a wrong length'): TransportError {
  return new TransportError('FRAMING', message)
}

/**
 * The status of a transport error: -404 auth key not found, -429 too many connections or requests, -444 unknown DC.
 * Returns `undefined` for any packet that is not four bytes holding a negative number.
 */
export function transportErrorOf(packet: Uint8Array): number | undefined {
  if (packet.length !== 4) return undefined
  const status = view(packet).getInt32(0, true)
  return status < 0 ? status : undefined
}

/** The packet of a transport error, for the server's side. */
export function transportErrorPacket(status: number): Uint8Array {
  return int32(status)
}

/** A number as four bytes, little-endian. */
export function int32(value: number): Uint8Array {
  const out = new Uint8Array(4)
  view(out).setInt32(0, value, true)
  return out
}

/** @throws TransportError `FRAMING` if `length` is out of the range of a packet. */
export function checkLength(length: number): number {
  if (length < MIN_PACKET || length > MAX_PACKET) {
    throw framingError(hint(() => `a packet of ${length} bytes is not between ${MIN_PACKET} bytes and 16 MiB`))
  }
  return length
}
