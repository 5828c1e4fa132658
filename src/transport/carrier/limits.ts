/**
 * The numbers of carriers.
 *
 * They stand in a module of their own because bundlers put a number in the place of its name only where the module that
 * defines it imports nothing: beside their use they would cost bytes.
 */

/** Milliseconds between looks at `bufferedAmount`, which has no event. */
export const DRAIN_INTERVAL = 10
/** Close codes; https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
export const NORMAL_CLOSURE = 1000
export const UNSUPPORTED_DATA = 1003

/** Milliseconds that dialling may take. */
export const DIAL_TIMEOUT = 15_000
/** Milliseconds that what is buffered has to leave after {@link Carrier.close}. */
export const LINGER = 1_000
