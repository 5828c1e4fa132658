/**
 * The server's time, as far as we know it.
 *
 * Message ids carry the server's time, and messages too far from it are refused, so both ends must agree on it. The
 * clock is an offset against the monotonic clock: a wall clock that is wrong, or set while we run, changes nothing once the
 * server has told its time. Until then the wall clock stands in for it.
 *
 * Source: https://core.telegram.org/mtproto/description#message-identifier-msg-id
 */
import { type Host, NEVER } from '../../host.ts'
import { JUMP } from './limits.ts'

/** Tells the server's time. */
export class ServerClock {
  readonly #host: Host
  /** Server time minus monotonic clock, in milliseconds. */
  #offset: number
  /** Wall clock minus monotonic clock when it last jumped: a change in it is a jump. */
  #drift = 0
  #synced = false

  constructor(host: Host) {
    this.#host = host
    this.#offset = host.wallClock() - host.now()
  }

  /** True once the server has told its time over an authenticated channel and no clock has jumped since. */
  get synced(): boolean {
    this.#lookForJump()
    return this.#synced
  }

  /** Milliseconds since 1970 on the server's clock. */
  serverTime(): number {
    this.#lookForJump()
    return this.#host.now() + this.#offset
  }

  /** Takes the server's time (milliseconds since 1970) from an authenticated message. */
  sync(serverTime: number): void {
    this.#lookForJump()
    this.#offset = serverTime - this.#host.now()
    this.#synced = true
  }

  /**
   * Narrows the offset by a message that was made between two moments of ours, so that clocks which drift apart over
   * weeks of uptime stay together.
   * @param serverTime when the server made the message, by its msg_id
   * @param notBefore when we sent what it answers, on the monotonic clock
   */
  refine(serverTime: number, notBefore: number = -NEVER): void {
    this.#offset = Math.max(serverTime - this.#host.now(), Math.min(this.#offset, serverTime - notBefore))
  }

  /** A genuine message came from beyond our future: our clock is behind. The next message sets it. */
  doubt(): void {
    this.#synced = false
  }

  /**
   * A machine that slept has a monotonic clock that stood still; a wall clock that was set has moved alone. We cannot tell
   * which, so the old offset stays as the best guess but no longer serves to refuse messages until the server speaks again.
   */
  #lookForJump(): void {
    const drift = this.#host.wallClock() - this.#host.now()
    if (Math.abs(drift - this.#drift) > JUMP) {
      this.#drift = drift
      this.#synced = false
    }
  }
}

/** Milliseconds since 1970 that a message id stands for. */
export function timeOfMsgId(msgId: bigint): number {
  return Number(msgId >> 32n) * 1000 + Number(((msgId & 0xffffffffn) * 1000n) >> 32n)
}
