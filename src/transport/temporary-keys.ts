/**
 * Makes temporary keys, one after another, each bound to the same permanent key: in as many attempts as it takes and as
 * make sense. The permanent key is made first where there is none, and anew when the server has forgotten it.
 *
 * Source: https://core.telegram.org/api/pfs
 */
import { type AuthKey, createAuthKey } from '../crypto/auth-key.ts'
import type { DatacenterOptions } from './datacenter.ts'
import type { ExchangeResult } from './exchange/exchange.ts'
import { type KeyMaking, makeKey } from './key-maker.ts'
import { Refusals } from './key-refusals.ts'
import type { ServerClock } from './session/clock.ts'

export class TemporaryKeys {
  readonly #options: DatacenterOptions
  readonly #clock: ServerClock
  /** Seconds. */
  readonly #lifetime: number
  #permanent: AuthKey | undefined
  /** When the permanent key was made, on the monotonic clock; long ago for one that was stored. */
  #madeAt = Number.NEGATIVE_INFINITY
  #salt: bigint
  #making: KeyMaking | undefined
  /** Ends the pause between two attempts. */
  #endPause: (() => void) | undefined
  /** A temporary key was had before: the server is there, and is waited for. */
  #reached = false
  #closed: Error | undefined

  constructor(options: DatacenterOptions, clock: ServerClock, lifetime: number) {
    const { authKey, crypto, salt = 0n } = options
    this.#options = options
    this.#clock = clock
    this.#lifetime = lifetime
    this.#salt = salt
    if (authKey) this.#permanent = createAuthKey(crypto, authKey.slice())
  }

  /** The salt that belongs to the permanent key. */
  get salt(): bigint {
    return this.#salt
  }

  /**
   * Makes the next key; its bytes are the caller's, also when it was closed just then. One at a time.
   * @throws the error of the last attempt, or that of {@link close}
   */
  async next(): Promise<ExchangeResult> {
    const { host, onAuthKey } = this.#options
    const refusals = new Refusals(host.now(), this.#reached)
    for (;;) {
      try {
        const result = await this.#attempt()
        this.#reached = true
        return result
      } catch (error) {
        this.#checkOpen()
        const step = refusals.next(error, host.now(), host.now() - this.#madeAt)
        if (step === 'give up') throw error
        if (step.newPermanent) {
          this.#dropPermanent()
          onAuthKey?.(undefined, 0n)
        }
        await this.#pause(step.pause)
        this.#checkOpen()
      }
    }
  }

  /** Tries at once what waits for its time. */
  networkChanged(): void {
    this.#endPause?.()
    this.#making?.networkChanged()
  }

  /** Gives up and wipes the permanent key. */
  close(error: Error): void {
    this.#closed = error
    this.#making?.close(error)
    this.#endPause?.()
    this.#dropPermanent()
  }

  #checkOpen(): void {
    if (this.#closed) throw this.#closed
  }

  /** One attempt: the permanent key, where there is none, and a temporary one bound to it. */
  async #attempt(): Promise<ExchangeResult> {
    const { crypto, host, onAuthKey } = this.#options
    if (!this.#permanent) {
      const { authKey, salt } = await this.#make()
      if (this.#closed) authKey.fill(0)
      this.#checkOpen()
      this.#permanent = createAuthKey(crypto, authKey.slice())
      this.#madeAt = host.now()
      this.#salt = salt
      onAuthKey?.(authKey, salt)
    }
    return this.#make({ permanent: this.#permanent, lifetime: this.#lifetime })
  }

  async #make(temporary?: Parameters<typeof makeKey>[2]): Promise<ExchangeResult> {
    this.#checkOpen()
    this.#making = makeKey(this.#options, this.#clock, temporary)
    try {
      return await this.#making.done
    } finally {
      this.#making = undefined
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel()
        this.#endPause = undefined
        resolve()
      }
      const timer = this.#options.host.setTimer(ms, end)
      this.#endPause = end
    })
  }

  #dropPermanent(): void {
    this.#permanent?.bytes.fill(0)
    this.#permanent = undefined
  }
}
