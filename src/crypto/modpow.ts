/**
 * Modular exponentiation over BigInt, with fixed windows of four bits.
 *
 * Montgomery's and Barrett's reductions were measured: on BigInt neither is faster than the remainder.
 * Not constant in time, as nothing built on BigInt is; every secret exponent of the protocol is used once or twice.
 */
import { hint } from '#explain'

/**
 * base^exponent mod modulus.
 * @param exponent not negative
 * @param modulus positive
 * @throws RangeError for a negative exponent or a modulus below 1
 */
export function modPow(base: bigint, exponent: bigint, modulus: bigint): bigint {
  if (exponent < 0n || modulus < 1n) throw new RangeError(hint('modPow: exponent or modulus out of range'))
  const reduced = ((base % modulus) + modulus) % modulus
  const powers = [1n % modulus]
  for (let i = 1; i < 16; i++) powers.push((powers[i - 1]! * reduced) % modulus)
  let result = powers[0]!
  for (const digit of exponent.toString(16)) {
    // Squaring 1 costs next to nothing, so the leading digits need no case of their own.
    for (let i = 0; i < 4; i++) result = (result * result) % modulus
    if (digit !== '0') result = (result * powers[Number.parseInt(digit, 16)]!) % modulus
  }
  return result
}
