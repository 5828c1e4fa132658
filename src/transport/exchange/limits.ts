/**
 * The numbers of the key exchange.
 *
 * They stand in a module of their own because bundlers put a number in the place of its name only where the module that
 * defines it imports nothing: beside their use they would cost bytes.
 */

/** How often the server may ask for another key (`dh_gen_retry`). It happens once in 2^64 exchanges, if at all. */
export const MAX_RETRIES = 5
/** Draws of b before the group is called unusable; the chance to need a second is 2^-63. */
export const MAX_DRAWS = 8
/** Bytes in front of the body. */
export const PLAIN_MESSAGE_HEAD = 20
