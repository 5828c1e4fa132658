/**
 * The numbers of connections and datacenters, each with its reason.
 *
 * They stand in a module of their own because bundlers put a number in the place of its name only where the module that
 * defines it imports nothing: beside their use they would cost bytes.
 */

/** A lane without work for this many milliseconds is closed. */
export const LANE_IDLE = 10_000
/** Added to the number of a test datacenter in the key exchange. */
export const TEST_DC = 10_000

/** Bytes handed to the carrier and not yet to the system, beyond which nothing more is sealed. */
export const HIGH_WATER = 1_048_576
/** A carrier that has had bytes buffered for longer than this many milliseconds is slowed down by the other side. */
export const BACKLOG = 1000
/** A key exchange must be done within this many milliseconds. */
export const EXCHANGE_WITHIN = 20_000
/** Pauses before dialling again: the first, and the longest, in milliseconds. */
export const FIRST_PAUSE = 250
export const LONGEST_PAUSE = 15_000
/** A link that is lost before it was ready for this many milliseconds is one more attempt that failed. */
export const SETTLED = 1000
/** A server is given up after this many attempts, at least; one never reached after just as many. */
export const FEWEST_ATTEMPTS = 3
/** A server that was reached before is given up after this many milliseconds without success. */
export const PATIENCE = 60_000
/** The server must say this often in a row that it does not know our key: the message is not authenticated. */
export const KEY_UNKNOWN_TIMES = 2
/** Transport error "no such key". Source: https://core.telegram.org/mtproto/mtproto-transports#transport-errors */
export const AUTH_KEY_NOT_FOUND = -404
