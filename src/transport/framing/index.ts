/** Framing: packets in a byte stream. See https://core.telegram.org/mtproto/mtproto-transports */
export { bare } from './bare.ts'
export { createFraming, createObfuscated } from './create.ts'
export { createServerCodec, type ServerCodec, type ServerCodecOptions } from './detect.ts'
export {
  type FramingName,
  type FramingOptions,
  MAX_PACKET,
  type PacketCodec,
  type TaggedFraming,
  transportErrorOf,
  transportErrorPacket,
} from './framing.ts'
export type { ObfuscationOptions } from './obfuscation.ts'
