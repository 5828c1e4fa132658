/**
 * Splits the number `pq` of the key exchange into its two primes: the client's proof of work.
 *
 * Shanks's square forms factorization (SQUFOF): about the fourth root of pq in steps, and every number in them below
 * 2^40 or so, hence exact as a JavaScript number. It needs no randomness, one to two milliseconds for 64 bits on average,
 * and ends after a bounded number of steps whatever it is given.
 * Sources: https://core.telegram.org/mtproto/auth_key; J. Gower, S. Wagstaff, "Square form factorization", Math. Comp. 77
 * (2008), with its multipliers.
 */
import { hint } from '#explain'
import { MAX_PQ_BYTES } from './limits.ts'
import { modPow } from './modpow.ts'
import { looksPrime } from './prime.ts'
import { refuse } from './refuse.ts'

export { MAX_PQ_BYTES } from './limits.ts'

/**
 * SQUFOF finds nothing for half of the numbers; then another multiple of them is tried. Those with more primes have shorter
 * cycles. In the order tried.
 */
const MULTIPLIERS = [1155, 385, 231, 165, 105, 77, 55, 35, 33, 21, 15, 11, 7, 5, 3, 1]

/** Bases that together decide primality below 2^64 for certain. Source: https://oeis.org/A014233 */
const BASES = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n]

function gcd(a: bigint, b: bigint): bigint {
  let x = a
  let y = b
  while (y) [x, y] = [y, x % y]
  return x
}

/** Integer square root of a number below 2^80. */
function squareRoot(n: bigint): bigint {
  let root = BigInt(Math.floor(Math.sqrt(Number(n))))
  while (root * root > n) root--
  while ((root + 1n) * (root + 1n) <= n) root++
  return root
}

/**
 * A factor of `n`, possibly a trivial one, by way of the form of discriminant 4 × multiple; 0 if none was found.
 *
 * Most clients split one number in their life, before the engine has compiled anything: a plain loop over local numbers is
 * several times as fast then as one that calls or takes arrays apart.
 */
function squareForms(n: bigint, multiple: bigint): bigint {
  const root = squareRoot(multiple)
  const floor = Number(root)
  let q = Number(multiple - root * root)
  if (q === 0) return gcd(n, root)
  let previous = 1
  let p = floor
  /** A square form was found: its root's cycle is followed until p repeats itself. */
  let found = false
  const limit = 6 * Math.ceil(Math.sqrt(2 * floor))
  for (let i = 1; i < limit; i++) {
    const b = Math.floor((floor + p) / q)
    const next = b * q - p
    if (found && next === p) return gcd(n, BigInt(p))
    const form = previous + b * (p - next)
    previous = q
    q = form
    p = next
    const square = Math.sqrt(q)
    if (found || !(i & 1) || square % 1) continue
    found = true
    p += square * Math.floor((floor - p) / square)
    q = Number((multiple - BigInt(p) ** 2n) / BigInt(square))
    previous = square
    i = 0
  }
  return 0n
}

/**
 * Splits `pq`.
 * @param pq an odd number of at most 64 bits, the product of two different primes
 * @returns p and q with 1 < p < q and p · q = pq
 * @throws SecurityError EXCHANGE_REFUSED if `pq` is no such number
 */
export function factorize(pq: bigint): [p: bigint, q: bigint] {
  if (pq >= 1n << 64n) refuse(hint(() => belied(pq, `it has more than ${MAX_PQ_BYTES} bytes`)))
  if (pq < 15n || pq % 2n === 0n) refuse(hint(() => belied(pq, 'it is not the product of two odd primes')))
  if (BASES.every((base) => base >= pq - 1n || looksPrime(pq, base, modPow)))
    refuse(hint(() => belied(pq, 'it is prime')))
  for (const multiplier of MULTIPLIERS) {
    const p = squareForms(pq, pq * BigInt(multiplier))
    if (p <= 1n || p >= pq) continue
    const q = pq / p
    if (p === q) break
    return p < q ? [p, q] : [q, p]
  }
  return refuse(hint(() => belied(pq, 'it is not')))
}

function belied(pq: bigint, fact: string): string {
  return `: the server gave ${pq} as a product of two primes, but ${fact}`
}
