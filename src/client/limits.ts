/**
 * The numbers of the client, each with its reason.
 *
 * They stand in a module of their own because bundlers put a number in the place of its name only where the module that
 * defines it imports nothing: beside their use they would cost bytes.
 */

/** Where a first connection goes; the server moves the account from there. */
export const FIRST_DC = 2
/** A call is moved or logged in again at most this often. */
export const MAX_TURNS = 3
/** Lanes open by need: this many only where a path holds tens of megabytes, or where each adds to the rate. */
export const MAX_LANES = 16
/** Seconds. */
export const DEFAULT_MAX_WAIT = 60
/** A file's parts are sent anew to the server that lost them at most this often. */
export const MAX_REPAIRS = 16
/** How often a call is repeated after a fault of the server. */
export const ATTEMPTS = 4
/** What calls share while it is under way: a login, and a move to another datacenter. */
export const LOGIN = 0
export const MOVE = 1
