/** Makes a codec by the framing's name. */
import type { RandomSource } from '../../host.ts'
import { abridged } from './abridged.ts'
import { FramedCodec, type FramingOptions } from './codec.ts'
import type { FramingName, PacketCodec } from './framing.ts'
import { full } from './full.ts'
import { intermediate, padded } from './intermediate.ts'

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
