/**
 * Makes inputs smaller without losing what they are kept for.
 */

/** Tells whether an input still does what it is kept for. */
export type Keeps = (input: Uint8Array) => boolean | Promise<boolean>

/** Most inputs that one {@link shrink} tries, unless told. */
const MAX_TRIES = 2000

function without(bytes: Uint8Array, at: number, count: number): Uint8Array {
  const out = new Uint8Array(bytes.length - count)
  out.set(bytes.subarray(0, at))
  out.set(bytes.subarray(at + count), at)
  return out
}

/**
 * A smaller input for which `keeps` still holds: pieces are cut out, half of it at first and down to a byte at last, then
 * bytes are set to zero.
 * @param tries how often `keeps` may be asked
 */
export async function shrink(input: Uint8Array, keeps: Keeps, tries: number = MAX_TRIES): Promise<Uint8Array> {
  let best = input
  let left = tries
  for (let size = Math.ceil(input.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at + size <= best.length && left > 0; ) {
      left--
      const shorter = without(best, at, size)
      if (await keeps(shorter)) best = shorter
      else at += size
    }
  }
  for (let at = 0; at < best.length && left > 0; at++) {
    if (best[at] === 0) continue
    left--
    const simpler = best.slice()
    simpler[at] = 0
    if (await keeps(simpler)) best = simpler
  }
  return best
}
