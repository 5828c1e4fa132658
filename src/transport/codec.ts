/**
 * The codec of each transport, for runtimes that have them all.
 */
import type { PacketCodec } from './framing/framing.ts'
import { bare, createFraming, createObfuscated } from './framing/index.ts'
import type { CodecOptions, TransportName } from './transport-name.ts'

/** All transports, for checks and help texts. */
export const TRANSPORTS: readonly TransportName[] = [
  'abridged',
  'intermediate',
  'padded',
  'full',
  'obfuscated',
  'ws',
  'http',
]

/** A codec for one connection. */
export function createCodec(transport: TransportName, options: CodecOptions): PacketCodec {
  if (transport === 'obfuscated' || transport === 'ws') return createObfuscated('intermediate', options)
  if (transport === 'http') return bare()
  return createFraming(transport, options.random)
}
