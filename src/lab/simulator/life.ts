/**
 * One life of a client: the process that it runs in, which may be killed at any moment.
 *
 * A process that is killed does nothing more: its timers do not fire, its connections end for the other side, what the
 * network brings reaches nobody. Nothing is told to it, and nothing of it is waited for; whoever did hears of the kill.
 */
import type { Host, RandomSource, Timer } from '../../host.ts'
import type { CarrierHandlers, Dial } from '../../transport/carrier/carrier.ts'
import type { SimHost } from './host.ts'

/** Why something that a client was doing has no outcome. */
export class Killed extends Error {}

const NOTHING: CarrierHandlers = { onData() {}, onClose() {} }

/** A host and a network for one process. */
export class Life implements Host {
  readonly random: RandomSource
  readonly #host: SimHost
  readonly #timers = new Set<Timer>()
  readonly #mourners = new Set<(reason: Killed) => void>()
  #dead = false

  constructor(host: SimHost) {
    this.#host = host
    this.random = host.random
  }

  get dead(): boolean {
    return this.#dead
  }

  wallClock(): number {
    return this.#host.wallClock()
  }

  now(): number {
    return this.#host.now()
  }

  setTimer(delay: number, fire: () => void): Timer {
    if (this.#dead) return { cancel() {} }
    const timer = this.#host.setTimer(delay, () => {
      this.#timers.delete(timer)
      fire()
    })
    this.#timers.add(timer)
    return {
      cancel: () => {
        this.#timers.delete(timer)
        timer.cancel()
      },
    }
  }

  /** What the process dials with. */
  dialing(dial: Dial): Dial {
    return async (address, handlers, options) => {
      const heard = (): CarrierHandlers => (this.#dead ? NOTHING : handlers)
      const carrier = await dial(
        address,
        {
          onData: (chunk) => heard().onData(chunk),
          onClose: (error) => heard().onClose(error),
          onDrain: () => heard().onDrain?.(),
        },
        options,
      )
      if (!this.#dead) return carrier
      carrier.close()
      return new Promise(() => {})
    }
  }

  /** Waits for something that the process does. @throws Killed when it is killed meanwhile */
  outlive<T>(doing: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#dead) reject(new Killed())
      this.#mourners.add(reject)
      const over = (): void => void this.#mourners.delete(reject)
      doing.finally(over).then(resolve, reject)
    })
  }

  /** Ends it; the network has to be told, too. */
  kill(): void {
    this.#dead = true
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
    for (const mourn of [...this.#mourners]) mourn(new Killed())
    this.#mourners.clear()
  }
}
