/**
 * Limits on how often an account may call a method; who calls more often is told how long to wait.
 *
 * Source: https://core.telegram.org/api/errors#420-flood
 */

/** So many calls in so many seconds. */
export interface CallLimit {
  readonly calls: number
  readonly seconds: number
}

export class Floods {
  /** Limits by method; none unless told. */
  readonly limits: Map<string, CallLimit> = new Map()
  /** When calls were made, in milliseconds, by method and account. */
  readonly #made = new Map<string, number[]>()

  /**
   * A call is about to be made.
   * @param account who makes it
   * @param now milliseconds on a clock that does not go back
   * @returns seconds to wait first, in which case it does not count as made; 0 if it may be made now
   */
  ask(method: string, account: bigint, now: number): number {
    const limit = this.limits.get(method)
    if (limit === undefined) return 0
    const key = `${method} ${account}`
    const made = (this.#made.get(key) ?? []).filter((at) => at > now - 1000 * limit.seconds)
    this.#made.set(key, made)
    const oldest = made[made.length - limit.calls]
    if (oldest !== undefined) return Math.ceil((oldest + 1000 * limit.seconds - now) / 1000)
    made.push(now)
    return 0
  }
}
