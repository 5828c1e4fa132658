/**
 * One machine of the simulation: its clocks, its timers, its chance.
 *
 * Every machine has a wall clock of its own, which may be wrong, be set while it runs, and run fast or slow. The monotonic
 * clock runs as fast as the wall clock, but never jumps.
 */
import type { Host, RandomSource, Timer } from '../../host.ts'
import type { Stream } from './random.ts'
import type { Scheduler } from './scheduler.ts'

/** Wall clock at the start of every simulation: 2026-01-01 UTC, in milliseconds since 1970. */
export const EPOCH = 1_767_225_600_000

/** How wrong a machine's clocks are. */
export interface ClockFault {
  /** Milliseconds by which the wall clock is ahead at the start. */
  readonly skew: number
  /** Parts in a million by which both clocks run fast. */
  readonly drift: number
}

/** One machine. */
export class SimHost implements Host {
  readonly name: string
  readonly random: RandomSource
  readonly #scheduler: Scheduler
  readonly #rate: number
  #ahead: number

  constructor(name: string, scheduler: Scheduler, stream: Stream, { skew, drift }: ClockFault) {
    this.name = name
    this.random = stream.fill
    this.#scheduler = scheduler
    this.#rate = 1 + drift / 1_000_000
    this.#ahead = EPOCH + skew
  }

  wallClock(): number {
    return this.#ahead + this.now()
  }

  now(): number {
    return this.#scheduler.now * this.#rate
  }

  setTimer(delay: number, fire: () => void): Timer {
    const scheduler = this.#scheduler
    if (delay <= 0) return scheduler.at(scheduler.now, this.name, fire)
    const due = this.now() + delay
    let at = due / this.#rate
    // A timer never fires early on its machine's clock, whatever the division lost.
    while (at * this.#rate < due) at += 1 / 1024
    return scheduler.at(at, this.name, fire)
  }

  /** Sets the wall clock, by so many milliseconds in either direction. */
  jump(ms: number): void {
    this.#ahead += ms
  }

  /** Timers that are set. */
  get pendingTimers(): number {
    return this.#scheduler.pending(this.name)
  }
}
