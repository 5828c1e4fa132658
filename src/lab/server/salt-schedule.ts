/**
 * The server salts of one authorization key.
 *
 * Time is cut into windows of half an hour. Each window has its own random salt, valid from the window's start for an
 * hour, so that two are valid at any moment and a client never loses a message to the change. The first comes from the
 * key exchange.
 *
 * Source: https://core.telegram.org/mtproto/description#server-salt
 */
import { view } from '../../bytes.ts'
import { type RandomSource, randomBytes } from '../../host.ts'

/** Seconds from one salt's start to the next one's. */
export const SALT_PERIOD = 1800
/** Seconds for which a salt is valid. */
export const SALT_LIFETIME: number = 2 * SALT_PERIOD
/** Most salts that `get_future_salts` may ask for. */
export const MAX_FUTURE_SALTS = 64

/** A salt and the seconds between which it holds. */
export interface TimedSalt {
  readonly validSince: number
  readonly validUntil: number
  readonly salt: bigint
}

export class SaltSchedule {
  readonly #random: RandomSource
  /** In rising order of time, without gaps. */
  #salts: TimedSalt[]

  /**
   * @param first the salt that holds from `now` on
   * @param now server's time in seconds
   */
  constructor(random: RandomSource, first: bigint, now: number) {
    this.#random = random
    this.#salts = [timed(first, now)]
  }

  /** The salt that a client should use at `now`: the latest that has begun. */
  current(now: number): bigint {
    this.#begin(now)
    let current = this.#salts[0]!
    for (const salt of this.#salts) if (salt.validSince <= now) current = salt
    return current.salt
  }

  /** True if a message that carries `salt` is accepted at `now`. */
  accepts(salt: bigint, now: number): boolean {
    this.#begin(now)
    return this.#salts.some((one) => one.salt === salt && one.validSince <= now && now < one.validUntil)
  }

  /** The current salt and those that follow, at most `count` and at most {@link MAX_FUTURE_SALTS}. */
  future(count: number, now: number): TimedSalt[] {
    const wanted = Math.max(0, Math.min(count, MAX_FUTURE_SALTS))
    this.#begin(now)
    this.#extend(now + wanted * SALT_PERIOD)
    return this.#salts.filter((salt) => salt.validUntil > now).slice(0, wanted)
  }

  /** Throws all salts away and begins anew: every message sealed with an old one gets `bad_server_salt`. */
  rotate(now: number): void {
    this.#salts = [timed(this.#draw(), now)]
  }

  /** A clock that was set back to before the first salt has none that hold: there are new ones. */
  #begin(now: number): void {
    if (now < this.#salts[0]!.validSince) this.rotate(now)
    this.#extend(now)
  }

  /** Makes salts up to `until` and forgets those that ended an hour before it or earlier. */
  #extend(until: number): void {
    const last = this.#salts.at(-1)!
    // After a long sleep there is nothing to bridge: start over at the moment asked for.
    if (until - last.validSince > MAX_FUTURE_SALTS * 2 * SALT_PERIOD) this.rotate(until)
    for (let end = this.#salts.at(-1)!; end.validSince + SALT_PERIOD <= until; end = this.#salts.at(-1)!) {
      this.#salts.push(timed(this.#draw(), end.validSince + SALT_PERIOD))
    }
    if (this.#salts.length > MAX_FUTURE_SALTS * 4) this.#salts = this.#salts.slice(-MAX_FUTURE_SALTS * 2)
  }

  #draw(): bigint {
    return view(randomBytes(this.#random, 8)).getBigInt64(0, true)
  }
}

function timed(salt: bigint, since: number): TimedSalt {
  return { salt, validSince: since, validUntil: since + SALT_LIFETIME }
}
