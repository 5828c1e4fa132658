/**
 * Random bytes in stock: each packet takes a few for its padding, and a call of the system for each is most of what they cost.
 *
 * What was handed out is wiped from the stock. Requests for more than a few bytes, as secrets are, go past it.
 */
import type { RandomSource } from '../../host.ts'

/** Bytes that are drawn at a time. */
const STOCK = 4096
/** Most bytes that are taken from the stock. */
const SMALL = 32

/** A source that draws from another in stock. */
export function inStock(random: RandomSource): RandomSource {
  const stock = new Uint8Array(STOCK)
  let used = STOCK
  return (into) => {
    const { length } = into
    if (length > SMALL) return random(into)
    if (used + length > STOCK) {
      random(stock)
      used = 0
    }
    into.set(stock.subarray(used, used + length))
    stock.fill(0, used, used + length)
    used += length
    return into
  }
}
