/**
 * A `Host` for tests: the clock stands still until it is moved, timers fire in order, randomness comes from a seed.
 *
 * `advance` and `runUntil` give the event loop a turn before each timer, so promise chains (and, with a few turns more,
 * real files and sockets) catch up at the virtual instant at which they were started.
 */
import type { Host, Timer } from '../../src/host.ts'

interface Entry {
  readonly at: number
  readonly order: number
  readonly fire: () => void
}

/** Seeded generator (xorshift64*, seeded through splitmix64): not strong, the same on every machine. */
export function seededRandom(seed: number | bigint): (into: Uint8Array) => Uint8Array {
  let state = BigInt.asUintN(64, BigInt(seed) + 0x9e3779b97f4a7c15n)
  state = BigInt.asUintN(64, (state ^ (state >> 30n)) * 0xbf58476d1ce4e5b9n)
  state = BigInt.asUintN(64, (state ^ (state >> 27n)) * 0x94d049bb133111ebn)
  state ^= state >> 31n
  if (state === 0n) state = 1n
  const word = new DataView(new ArrayBuffer(8))
  let left = 0
  return (into) => {
    for (let i = 0; i < into.length; i++) {
      if (left === 0) {
        state ^= state >> 12n
        state ^= BigInt.asUintN(64, state << 25n)
        state ^= state >> 27n
        word.setBigUint64(0, BigInt.asUintN(64, state * 0x2545f4914f6cdd1dn))
        left = 8
      }
      into[i] = word.getUint8(--left)
    }
    return into
  }
}

export interface VirtualHostOptions {
  /** Seed of the random bytes; 1 unless told. */
  seed?: number | bigint
  /** Wall clock at the start, in ms since 1970; 2024-01-01 unless told. */
  wallClock?: number
  /** Turns of the event loop before each timer; raise it where real I/O goes on beside. 1 unless told. */
  turns?: number
}

export class VirtualHost implements Host {
  readonly random: (into: Uint8Array) => Uint8Array
  readonly #entries = new Set<Entry>()
  readonly #turns: number
  #now = 0
  #wallOffset: number
  #order = 0

  constructor(options: VirtualHostOptions = {}) {
    this.random = seededRandom(options.seed ?? 1)
    this.#turns = options.turns ?? 1
    this.#wallOffset = options.wallClock ?? Date.UTC(2024, 0, 1)
  }

  now(): number {
    return this.#now
  }

  wallClock(): number {
    return this.#wallOffset + this.#now
  }

  /** Moves the wall clock alone, by `ms` in either direction: what a user or NTP does to a machine. */
  jumpWallClock(ms: number): void {
    this.#wallOffset += ms
  }

  setTimer(delay: number, fire: () => void): Timer {
    const entry: Entry = { at: this.#now + Math.max(0, delay), order: this.#order++, fire }
    this.#entries.add(entry)
    return {
      cancel: () => {
        this.#entries.delete(entry)
      },
    }
  }

  /** Number of timers that are set and have neither fired nor been cancelled. */
  get pendingTimers(): number {
    return this.#entries.size
  }

  /** Lets everything run that needs no time: promise chains, and I/O as far as it is ready. */
  async settle(turns: number = this.#turns): Promise<void> {
    for (let i = 0; i < turns; i++) await new Promise<void>((resolve) => setImmediate(resolve))
  }

  /** Moves the clock by `ms`, firing every timer due on the way at its own instant. */
  async advance(ms: number): Promise<void> {
    const target = this.#now + ms
    await this.settle()
    for (let next = this.#next(); next !== undefined && next.at <= target; next = this.#next()) {
      this.#fire(next)
      await this.settle()
    }
    this.#now = target
  }

  /**
   * Moves the clock from timer to timer until `promise` settles, and returns or throws what it did.
   * @param options.limit most virtual ms to pass (a day unless told)
   * @param options.patience real ms to wait for I/O when no timer is set (5000 unless told)
   */
  async runUntil<T>(promise: Promise<T>, options: { limit?: number; patience?: number } = {}): Promise<T> {
    let settled = false
    const mark = (): void => {
      settled = true
    }
    promise.then(mark, mark)
    const limit = this.#now + (options.limit ?? 86_400_000)
    let idleSince: number | undefined
    for (;;) {
      await this.settle()
      if (settled) return promise
      const next = this.#next()
      if (next !== undefined) {
        idleSince = undefined
        if (next.at > limit) throw new Error(`not settled at ${limit} ms of virtual time`)
        this.#fire(next)
        continue
      }
      idleSince ??= Date.now()
      if (Date.now() - idleSince > (options.patience ?? 5_000)) {
        throw new Error(`stuck at ${this.#now} ms of virtual time: no timer is set and the promise is pending`)
      }
    }
  }

  #next(): Entry | undefined {
    let best: Entry | undefined
    for (const entry of this.#entries) {
      if (best === undefined || entry.at < best.at || (entry.at === best.at && entry.order < best.order)) best = entry
    }
    return best
  }

  #fire(entry: Entry): void {
    this.#entries.delete(entry)
    this.#now = Math.max(this.#now, entry.at)
    entry.fire()
  }
}
