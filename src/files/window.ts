/**
 * How many bytes may be under way, and over how many lanes.
 *
 * Samples of round trips and failures go in, an allowance comes out; no clock, no I/O. The policy here is TCP's oldest:
 * the allowance grows by every byte delivered while it was used, is halved by a failure or a flood wait, and from there
 * on grows by a part each round trip. What depends on it sees `allowed` and `lanes` only, so another policy can take
 * its place.
 */
import { MAX_PART_SIZE } from './plan.ts'

/** What a policy is asked and told. */
export interface WindowPolicy {
  /** Bytes that may be under way. */
  readonly allowed: number
  /** Lanes worth using, from 1 on. */
  readonly lanes: number
  /** `bytes` were acknowledged `roundTrip` ms after they were sent, with `inFlight` bytes under way at that moment. */
  delivered(bytes: number, roundTrip: number, inFlight: number, now: number): void
  /** Something sent failed: the connection broke, or the server had a fault. */
  failed(now: number): void
  /** The server asked to wait. */
  flooded(now: number): void
}

/** Bounds of the window. */
export interface WindowOptions {
  /** Bytes allowed at first: 1 MiB unless told. */
  readonly initial?: number
  /** Most bytes ever allowed: 8 MiB unless told. */
  readonly max?: number
  /** Most lanes: 4 unless told. */
  readonly maxLanes?: number
}

/** Never less than this, or nothing of the largest part size could move. */
const MIN_ALLOWED = MAX_PART_SIZE
/** Bytes under way that are worth a lane. */
const BYTES_PER_LANE = 1024 * 1024

/** The window that uploads use unless told. */
export class UploadWindow implements WindowPolicy {
  #allowed: number
  #threshold = Number.POSITIVE_INFINITY
  #lastCut = Number.NEGATIVE_INFINITY
  #roundTrip = 0
  readonly #max: number
  readonly #maxLanes: number

  constructor(options: WindowOptions = {}) {
    this.#max = Math.max(MIN_ALLOWED, options.max ?? 8 * 1024 * 1024)
    this.#allowed = Math.min(this.#max, Math.max(MIN_ALLOWED, options.initial ?? 1024 * 1024))
    this.#maxLanes = Math.max(1, options.maxLanes ?? 4)
  }

  /** Bytes that may be under way. */
  get allowed(): number {
    return this.#allowed
  }

  /** One lane for each MiB allowed. */
  get lanes(): number {
    return Math.min(this.#maxLanes, Math.max(1, Math.ceil(this.#allowed / BYTES_PER_LANE)))
  }

  /** Grows, if the allowance was used. */
  delivered(bytes: number, roundTrip: number, inFlight: number, _now: number): void {
    this.#roundTrip = this.#roundTrip === 0 ? roundTrip : this.#roundTrip + (roundTrip - this.#roundTrip) / 8
    // An allowance that was not used says nothing about the path.
    if (2 * inFlight < this.#allowed) return
    const step = this.#allowed < this.#threshold ? bytes : (bytes * MAX_PART_SIZE) / this.#allowed
    this.#allowed = Math.min(this.#max, Math.ceil(this.#allowed + step))
  }

  /** Halves, at most once a round trip. */
  failed(now: number): void {
    this.#cut(now)
  }

  /** Halves, at most once a round trip. */
  flooded(now: number): void {
    this.#cut(now)
  }

  /** Halves once a round trip: what fails together has one cause. */
  #cut(now: number): void {
    if (now - this.#lastCut <= this.#roundTrip) return
    this.#lastCut = now
    this.#allowed = Math.max(MIN_ALLOWED, Math.floor(this.#allowed / 2))
    this.#threshold = this.#allowed
  }
}
