/**
 * The big numbers of a key exchange without the platform's help, beside the platform's own: what a browser pays for a login.
 * Sends its parent the nanoseconds of each and ends.
 */
import { modPow } from '../src/crypto/modpow.ts'
import { nativeCrypto } from '../src/crypto/native.ts'
import { portableCrypto } from '../src/crypto/portable.ts'
import { factorize } from '../src/crypto/pq.ts'
import { PRODUCTION_PRIME } from '../src/crypto/production-prime.ts'
import { measureAll, type Tasks } from './measure.ts'

const ROUNDS = 10
/** Rounds of the check whether a prime is one: each client does as many for a prime that it does not know. */
const WITNESSES = 30

const base = PRODUCTION_PRIME >> 3n
const exponent = (1n << 2046n) + (PRODUCTION_PRIME >> 2n)
const witness = (into: Uint8Array): Uint8Array => into.fill(0x5c)

/** Products of two primes of 31 bits, as servers give them: how long one takes is a matter of luck. */
const PRODUCTS = [
  1073741827n * 2147483647n,
  1073741909n * 2147483029n,
  1500000001n * 1700000009n,
  1300000003n * 1900000043n,
  1234567891n * 1987654421n,
  1111111121n * 2111111137n,
  1400000023n * 2000000011n,
  1600000009n * 1800000011n,
]

const TASKS: Tasks = {
  'modPow, 2048 bits': {
    native: () => nativeCrypto.modPow(base, exponent, PRODUCTION_PRIME),
    portable: () => modPow(base, exponent, PRODUCTION_PRIME),
  },
  'is a number of 2048 bits prime': {
    native: () => nativeCrypto.isProbablePrime(PRODUCTION_PRIME, WITNESSES, witness),
    portable: () => portableCrypto.isProbablePrime(PRODUCTION_PRIME, WITNESSES, witness),
  },
  'factorize 8 numbers of 62 bits': {
    'native modPow, as a measure': () => nativeCrypto.modPow(base, exponent, PRODUCTION_PRIME),
    portable: () => PRODUCTS.map(factorize),
  },
}

process.send?.(measureAll(TASKS, ROUNDS), () => process.exit())
