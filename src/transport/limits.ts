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
