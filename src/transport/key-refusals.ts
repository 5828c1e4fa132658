/**
 * What to do when a temporary key could not be made or bound: which pause, and whether the permanent key is to blame.
 *
 * `ENCRYPTED_MESSAGE_INVALID` means that the server could not open the binding with the permanent key. One made a moment
 * ago may not have reached every server yet, so it gets a minute; an older one gets a second chance under a fresh temporary
 * key and is given up then: the server has forgotten it, and the login with it.
 *
 * Source: https://core.telegram.org/api/pfs
 */
import { RpcError, SecurityError, TransportError } from '../errors.ts'

/** A permanent key of this age, in milliseconds, is known to every server, or to none. */
const KNOWN_AFTER = 60_000
/** Pauses between attempts: the first, doubled each time, and the longest, in milliseconds. */
const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 16_000
/** Faults of the server, and refusals of another kind, are given up after this many attempts. */
const ATTEMPTS = 5
/** A server that was reached before is given up after this many milliseconds without success. */
const PATIENCE = 60_000
/** Longest wait in seconds that the server may ask for. */
const LONGEST_WAIT = 60

/** What follows a failure. */
export type NextStep = 'give up' | { readonly pause: number; readonly newPermanent: boolean }

/** Counts the failures of one renewal. */
export class Refusals {
  readonly #since: number
  readonly #reached: boolean
  #failures = 0
  #invalid = 0
  #dropped = false

  /** @param reached the server was reached before, and is worth waiting for */
  constructor(now: number, reached: boolean) {
    this.#since = now
    this.#reached = reached
  }

  /**
   * Takes a failure.
   * @param age of the permanent key, in milliseconds; Infinity for one that was stored
   */
  next(error: unknown, now: number, age: number): NextStep {
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.#failures++)
    if (error instanceof RpcError) return this.#refused(error, pause, age)
    // Each attempt was three already, with pauses between.
    if (error instanceof SecurityError || !(error instanceof TransportError) || !error.retryable) return 'give up'
    return this.#reached && now - this.#since < PATIENCE ? { pause, newPermanent: false } : 'give up'
  }

  #refused({ type, waitSeconds }: RpcError, pause: number, age: number): NextStep {
    if (waitSeconds !== undefined) {
      if (waitSeconds > LONGEST_WAIT || this.#failures > ATTEMPTS) return 'give up'
      return { pause: Math.max(pause, waitSeconds * 1000), newPermanent: false }
    }
    if (type !== 'ENCRYPTED_MESSAGE_INVALID') {
      return this.#failures < ATTEMPTS ? { pause, newPermanent: false } : 'give up'
    }
    this.#invalid++
    const newPermanent = this.#invalid > 1 && age > KNOWN_AFTER
    if (newPermanent) {
      if (this.#dropped) return 'give up'
      this.#dropped = true
      this.#invalid = 0
      this.#failures = 0
    }
    return { pause, newPermanent }
  }
}
