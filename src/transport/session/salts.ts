/**
 * Server salts: the 64-bit number the server expects in each message, changed every half hour or so.
 *
 * The current salt comes from the key exchange, from `bad_server_salt` or from `new_session_created`; future ones are
 * asked for ahead of time, so that no message has to be sent twice when the salt changes.
 *
 * Source: https://core.telegram.org/mtproto/service_messages#request-for-several-future-salts
 */
import { MAX_FUTURE } from './limits.ts'

/** A salt and the server's seconds between which it holds. */
export interface FutureSalt {
  readonly validSince: number
  readonly validUntil: number
  readonly salt: bigint
}

/** The salts of one authorization key, as far as known. */
export class Salts {
  #current: bigint
  /** Sorted by the start of their validity. */
  #future: FutureSalt[] = []

  constructor(current: bigint) {
    this.#current = current
  }

  /** The salt for a message sent at `serverTime` (milliseconds since 1970). */
  at(serverTime: number): bigint {
    const seconds = serverTime / 1000
    while (this.#future.length > 0 && this.#future[0]!.validSince <= seconds) {
      const { validUntil, salt } = this.#future.shift()!
      if (validUntil > seconds) this.#current = salt
    }
    return this.#current
  }

  /**
   * Takes the salt that the server says holds now.
   * @param carried the salt of the message that the server says it of: when another has been taken since, what the server
   *   says is late, and changes nothing
   */
  set(salt: bigint, carried: bigint = this.#current): void {
    if (carried !== this.#current) return
    const at = this.#future.findIndex((one) => one.salt === salt)
    this.#current = salt
    // What held before it does not come again, whatever our clock says. A server that names one it has never announced has
    // made new ones.
    this.#future = at < 0 && salt !== carried ? [] : this.#future.slice(at + 1)
  }

  /** Takes the first salt of a new key; those of the key before are of no use. */
  begin(salt: bigint): void {
    this.#current = salt
    this.#future = []
  }

  /**
   * Takes the answer to `get_future_salts`.
   * @param carried the salt of the question: when another has been taken since, the answer may be older than that
   */
  learn(salts: readonly FutureSalt[], carried: bigint = this.#current): void {
    if (carried !== this.#current) return
    this.#future = salts.slice(0, MAX_FUTURE).sort((a, b) => a.validSince - b.validSince)
    this.set(carried)
  }

  /** The server's second until which salts are known; 0 when nothing is known. */
  get knownUntil(): number {
    return this.#future.at(-1)?.validUntil ?? 0
  }
}
