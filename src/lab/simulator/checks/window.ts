/**
 * Rules for what uploads have under way: never more than the window allows, nothing left behind, and no part is left to a
 * lane that brings no answer while others move.
 *
 * The check stands around the window that it is told to watch, and keeps books of its own.
 */
import type { Flight, WindowPolicy } from '../../../files/window.ts'

/** A part that others overtake is given up within these milliseconds and so many times the longest that one has taken. */
const OVERTAKEN_FOR = 30_000
const LONGEST_TIMES = 10
/** Milliseconds within which that is seen. */
const LOOKED_AT_WITHIN = 10_000
/** Windows full of later parts that have to arrive meanwhile. */
const WINDOWS = 2

interface UnderWay {
  readonly at: number
  readonly bytes: number
  readonly inFlight: number
  /** Bytes that had been delivered when it was sent. */
  readonly delivered: number
  /** When others had overtaken it. */
  overtakenAt?: number
  told: boolean
}

export class WindowCheck {
  readonly #violate: (detail: string) => void
  readonly #flights = new Map<Flight, UnderWay>()
  #inFlight = 0
  #delivered = 0
  /** Milliseconds that the slowest part has taken. */
  #longest = 0

  constructor(violate: (detail: string) => void) {
    this.#violate = violate
  }

  /** The window, watched, and spread over so many lanes whatever it finds worth it. */
  around(window: WindowPolicy, lanes: number): WindowPolicy {
    return {
      get allowed() {
        return window.allowed
      },
      get inFlight() {
        return window.inFlight
      },
      get delivered() {
        return window.delivered
      },
      lanes,
      time: (bytes) => window.time(bytes),
      gap: (bytes, now) => window.gap(bytes, now),
      failed: (...about) => window.failed(...about),
      sent: (bytes, now, limited) => {
        const { allowed } = window
        const flight = window.sent(bytes, now, limited)
        this.#sent(flight, bytes, now, allowed)
        return flight
      },
      settled: (flight, now, ok) => {
        this.#settled(flight, now, ok)
        window.settled(flight, now, ok)
      },
    }
  }

  /** All uploads are over. */
  quiet(): void {
    if (this.#flights.size > 0) this.#violate(`${this.#flights.size} parts count as under way although all is done`)
  }

  #sent(flight: Flight, bytes: number, now: number, allowed: number): void {
    if (this.#inFlight > 0 && this.#inFlight + bytes > allowed)
      this.#violate(`${this.#inFlight} and ${bytes} bytes are under way where ${Math.round(allowed)} are allowed`)
    this.#inFlight += bytes
    const { inFlight } = this
    this.#flights.set(flight, { at: now, bytes, inFlight, delivered: this.#delivered, told: false })
  }

  /** Bytes under way. */
  get inFlight(): number {
    return this.#inFlight
  }

  #settled(flight: Flight, now: number, ok: boolean): void {
    const one = this.#flights.get(flight)
    if (one === undefined) {
      this.#violate('a part was settled that was not under way')
      return
    }
    this.#flights.delete(flight)
    this.#inFlight -= one.bytes
    if (!ok) return
    this.#delivered += one.bytes
    this.#longest = Math.max(this.#longest, now - one.at)
    const limit = OVERTAKEN_FOR + LONGEST_TIMES * this.#longest
    for (const other of this.#flights.values()) {
      const { at, inFlight, delivered, told } = other
      if (this.#delivered - delivered < WINDOWS * inFlight) continue
      other.overtakenAt ??= now
      // What comes in one burst after an outage is in order.
      if (told || now - at < limit || now - other.overtakenAt < LOOKED_AT_WITHIN) continue
      other.told = true
      this.#violate(`a part is under way for ${Math.round(now - at)} ms while others move`)
    }
  }
}
