/** Randomness that was written down before: for replaying vectors and for drawing what chance never would. */
import type { RandomSource } from '../../src/host.ts'

/**
 * Hands out `draws` in order; each must have the length that is asked for.
 * @param rest where further draws come from; without it they are an error
 */
export function scriptedRandom(draws: readonly Uint8Array[], rest?: RandomSource): RandomSource {
  const queue = [...draws]
  return (into) => {
    const draw = queue.shift()
    if (!draw) {
      if (rest) return rest(into)
      throw new Error(`an unexpected draw of ${into.length} bytes`)
    }
    if (draw.length !== into.length)
      throw new Error(`a draw of ${into.length} bytes where ${draw.length} were expected`)
    into.set(draw)
    return into
  }
}
