/**
 * The only door to time and randomness.
 *
 * Nothing in the core reads a clock, sets a timer or draws a random number by itself: state machines take `now` as an
 * argument and random bytes from a {@link RandomSource}; the drivers around them (connection, datacenter, client) take a
 * {@link Host}. Give both ends a host made from one seed and a whole upload replays byte for byte.
 */

/** A moment that never comes, on any clock. */
export const NEVER: number = Number.POSITIVE_INFINITY

/** Fills `into` with random bytes and returns it. Must be cryptographically strong outside of simulations. */
export type RandomSource = (into: Uint8Array) => Uint8Array

/** A pending timer; cancelling one that has fired or was cancelled does nothing. */
export interface Timer {
  cancel(): void
}

/** Clock, timers and randomness. */
export interface Host {
  /** Wall clock: milliseconds since 1970-01-01 UTC. May jump in both directions. */
  wallClock(): number
  /** Monotonic clock in milliseconds from any origin. Never goes back; every deadline is on this clock. */
  now(): number
  /** Calls `fire` once, `delay` milliseconds from now (0 = as soon as possible, never synchronously). */
  setTimer(delay: number, fire: () => void): Timer
  /** Source of random bytes. */
  random: RandomSource
}

/** `length` fresh random bytes. */
export function randomBytes(random: RandomSource, length: number): Uint8Array {
  return random(new Uint8Array(length))
}
