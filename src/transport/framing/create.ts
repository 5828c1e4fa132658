/** Makes a codec by the framing's name. */
import type { RandomSource } from '../../host.ts'
import { abridged } from './abridged.ts'
import { FramedCodec, type FramingOptions } from './codec.ts'
import type { FramingName, PacketCodec, TaggedFraming } from './framing.ts'
import { full } from './full.ts'
import { intermediate, padded } from './intermediate.ts'
import { obfuscate } from './obfuscated.ts'
import type { ObfuscationOptions } from './obfuscation.ts'

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
  return new FramedCodec(framing, options)
}

/**
 * The client's codec for one obfuscated connection.
 * @param inner framing inside of the obfuscation
 * @throws UsageError for a DC id or secret out of range
 */
export function createObfuscated(inner: TaggedFraming, options: ObfuscationOptions): PacketCodec {
  return obfuscate(inner, createFraming(inner, options.random), options)
}
