/**
 * The transports by the names people choose them with.
 */
import type { Crypto } from '../crypto/crypto.ts'
import type { RandomSource } from '../host.ts'
import { createFraming, createObfuscated, type PacketCodec } from './framing/index.ts'

/**
 * `abridged`, `intermediate`, `padded` and `full` are framings over TCP; `obfuscated` is intermediate framing in an
 * AES-CTR stream; `ws` is the same over a WebSocket.
 */
export type TransportName = 'abridged' | 'intermediate' | 'padded' | 'full' | 'obfuscated' | 'ws'

/** All of them, for checks and help texts. */
export const TRANSPORTS: readonly TransportName[] = ['abridged', 'intermediate', 'padded', 'full', 'obfuscated', 'ws']

/**
 * A codec for one connection.
 * @param dc the datacenter's number as in the key exchange; goes into the obfuscated header
 */
export function createCodec(
  transport: TransportName,
  { random, crypto, dc }: { random: RandomSource; crypto: Crypto; dc: number },
): PacketCodec {
  if (transport === 'obfuscated' || transport === 'ws') return createObfuscated('intermediate', { random, crypto, dc })
  return createFraming(transport, random)
}
