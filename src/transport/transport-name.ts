/**
 * The transports by the names people choose them with.
 */
import type { Crypto } from '../crypto/crypto.ts'
import type { RandomSource } from '../host.ts'
import type { PacketCodec } from './framing/framing.ts'

/**
 * `abridged`, `intermediate`, `padded` and `full` are framings over TCP; `obfuscated` is intermediate framing in an
 * AES-CTR stream; `ws` is the same over a WebSocket; `http` posts each packet by itself.
 */
export type TransportName = 'abridged' | 'intermediate' | 'padded' | 'full' | 'obfuscated' | 'ws' | 'http'

/** What a codec needs. */
export interface CodecOptions {
  readonly random: RandomSource
  readonly crypto: Crypto
  /** The datacenter's number as in the key exchange; goes into the obfuscated header. */
  readonly dc: number
}

/** Makes a codec for one connection. */
export type CodecFactory = (options: CodecOptions) => PacketCodec
