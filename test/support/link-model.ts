/**
 * A model of a path for tests of the window: a bottleneck of a rate behind which parts queue, and a round trip; no client, no
 * sockets. Time goes in steps; what arrives within one arrives together.
 */
import type { Flight, WindowPolicy } from '../../src/files/index.ts'

export interface LinkModelOptions {
  /** Bytes per ms at a time. */
  readonly rate: (now: number) => number
  /** Round trip without any queue, ms. */
  readonly roundTrip: (now: number) => number
  /** Bytes of a part; 512 KiB unless told. */
  readonly part?: number
  /** Whether a part that is sent at a time gets lost; that is told when it would have arrived. */
  readonly lost?: (now: number) => boolean
  /** Times at which there is nothing to send. */
  readonly idle?: (now: number) => boolean
  /** ms of a step; 1 unless told. */
  readonly step?: number
}

/** What was seen for a while. */
export interface Seen {
  /** Bytes that arrived, of those that the bottleneck could have carried. */
  readonly share: number
  /** Most ms that a part waited in the queue, and the mean. */
  readonly longest: number
  readonly wait: number
  /** Most bytes under way. */
  readonly most: number
}

/** A part under way: `left` bytes have not passed the bottleneck; then it arrives at a time. */
interface Part {
  readonly flight: Flight
  readonly ok: boolean
  left: number
  wait: number
  arrives: number
}

export class LinkModel {
  now = 0
  readonly #window: WindowPolicy
  readonly #options: LinkModelOptions
  #queue: Part[] = []
  #underWay: Part[] = []
  #mayAt = 0

  constructor(window: WindowPolicy, options: LinkModelOptions) {
    this.#window = window
    this.#options = options
  }

  /** Runs until a time, and says what was seen from now on. */
  run(until: number): Seen {
    const { step = 1, rate, roundTrip, idle } = this.#options
    const window = this.#window
    const waits: number[] = []
    let carried = 0
    let could = 0
    let most = 0
    for (; this.now < until; this.now += step) {
      if (!idle?.(this.now)) this.#send()
      most = Math.max(most, window.inFlight)
      let bytes = rate(this.now) * step
      could += bytes
      while (this.#queue[0] && bytes > 0) {
        const part = this.#queue[0]
        const taken = Math.min(part.left, bytes)
        bytes -= taken
        part.left -= taken
        if (part.wait < 0) part.wait = this.now - part.flight.at
        if (part.left > 0) continue
        part.arrives = this.now + roundTrip(this.now)
        this.#underWay.push(this.#queue.shift()!)
      }
      const end = this.now + step
      const arrived = this.#underWay.filter(({ arrives }) => arrives <= end)
      this.#underWay = this.#underWay.filter(({ arrives }) => arrives > end)
      for (const { flight, ok, wait } of arrived) {
        if (!ok) window.failed(flight, end)
        window.settled(flight, end, ok)
        carried += flight.bytes
        waits.push(wait)
      }
    }
    const mean = waits.reduce((all, one) => all + one, 0) / waits.length
    return { share: carried / could, longest: Math.max(...waits), wait: mean, most }
  }

  #send(): void {
    const { part = 512 * 1024, lost } = this.#options
    const window = this.#window
    while (this.now >= this.#mayAt && (!window.inFlight || window.inFlight + part <= window.allowed)) {
      this.#mayAt = this.now + window.gap(part, this.now)
      const flight = window.sent(part, this.now, false)
      this.#queue.push({ flight, ok: !lost?.(this.now), left: part, wait: -1, arrives: 0 })
    }
  }
}
