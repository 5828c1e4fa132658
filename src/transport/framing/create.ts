/** Makes a codec by the framing's name. */
import type { RandomSource } from '../../host.ts'
import { abridged } from './abridged.ts'
import { framedCodec } from './codec.ts'
import type { FramingName, FramingOptions, PacketCodec, TaggedFraming } from './framing.ts'
import { full } from './full.ts'
import { intermediate, padded } from './intermediate.ts'
import { obfuscate } from './obfuscated.ts'
import { keySecret, type ObfuscationOptions } from './obfuscation.ts'
import { withQuickAck } from './quick-ack.ts'

/**
 * A codec for one connection. Both ends are alike but for {@link PacketCodec.start}, which is the client's alone.
 * @param random source of the padding
 * @param options for the server's side, see {@link FramingOptions}
 */
export function createFraming(name: FramingName, random: RandomSource, options: FramingOptions = {}): PacketCodec {
  const framing =
    name === 'abridged'
      ? abridged()
      : name === 'intermediate'
        ? intermediate()
        : name === 'padded'
          ? padded(random, options)
          : full()
  return framedCodec(withQuickAck(name, framing, options.onQuickAck))
}

/**
 * The client's codec for one obfuscated connection.
 * @param inner framing inside of the obfuscation
 * @throws UsageError for a DC id or secret out of range
 */
export function createObfuscated(inner: TaggedFraming, options: ObfuscationOptions): PacketCodec {
  const codec = createFraming(inner, options.random)
  return obfuscate(inner, codec, { ...options, secret: keySecret(options.secret) })
}
