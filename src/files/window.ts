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
  delivered(bytes: number, roundTrip: number, inFlight: number): void
  /** Something sent failed, or the server asked to wait. */
  failed(now: number): void
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

const MiB = 1024 * 1024
/** Bytes under way that are worth a lane. */
const BYTES_PER_LANE = MiB

/** The window that uploads use unless told. */
export class UploadWindow implements WindowPolicy {
  #allowed: number
  #threshold = Number.POSITIVE_INFINITY
  #lastCut = Number.NEGATIVE_INFINITY
  #roundTrip = 0
  readonly #max: number
  readonly #maxLanes: number

  constructor({ initial = MiB, max = 8 * MiB, maxLanes = 4 }: WindowOptions = {}) {
    this.#allowed = initial
    this.#max = max
    this.#maxLanes = maxLanes
  }

  /** Bytes that may be under way. */
  get allowed(): number {
    return this.#allowed
  }

  /** One lane for each MiB allowed. */
  get lanes(): number {
    return Math.min(this.#maxLanes, Math.ceil(this.#allowed / BYTES_PER_LANE))
  }

  /** Grows, if the allowance was used. */
  delivered(bytes: number, roundTrip: number, inFlight: number): void {
    this.#roundTrip += (roundTrip - this.#roundTrip) / (this.#roundTrip ? 8 : 1)
    // An allowance that was not used says nothing about the path.
    if (2 * inFlight < this.#allowed) return
    const step = this.#allowed < this.#threshold ? bytes : (bytes * MAX_PART_SIZE) / this.#allowed
    this.#allowed = Math.min(this.#max, this.#allowed + step)
  }

  /** Halves, at most once a round trip: what fails together has one cause. Never below a part of the largest size. */
  failed(now: number): void {
    if (now - this.#lastCut <= this.#roundTrip) return
    this.#lastCut = now
    this.#threshold = this.#allowed = Math.max(MAX_PART_SIZE, this.#allowed / 2)
  }
}
