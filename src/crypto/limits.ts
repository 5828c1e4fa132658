/**
 * The numbers of the primitives, each with its source.
 *
 * They stand in a module of their own because bundlers put a number in the place of its name only where the module that
 * defines it imports nothing: beside their use they would cost bytes.
 */

/** Length of the modulus, and of everything encrypted with it, in bytes. */
export const RSA_LENGTH = 256
/** Most bytes that `rsaPad` takes. */
export const RSA_PAD_LIMIT = 144
/** What the data is padded to before it is hashed and encrypted. */
export const RSA_PADDED = 192
/** Draws of temp_key before a modulus is called unusable; the chance to need so many is below 2^-64. */
export const MAX_TEMP_KEYS = 64
/** Rounds of Miller-Rabin for a prime that is not known. */
export const PRIME_ROUNDS = 30
/** Primes remembered as good, for one source of randomness. */
export const REMEMBERED = 16
/** Most bytes the server may give pq. Source: https://core.telegram.org/mtproto/auth_key */
export const MAX_PQ_BYTES = 8
/** Bytes of key stream made at a time; those left over serve the next call. */
export const KEY_STREAM = 1024

/** Bytes that are taken at a time. */
export const BLOCK = 64
