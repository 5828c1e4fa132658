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

/** After round trips longer than this many milliseconds nothing is gained by more under way: it would only wait longer. */
const LONG = 20_000

/** The window that uploads use unless told. */
export function createWindow({ initial = MiB, max = 8 * MiB, maxLanes = 4 }: WindowOptions = {}): WindowPolicy {
  let allowed = initial
  // Not set before the first failure: until then, comparisons with them are false.
  let threshold: number | undefined
  let lastCut: number | undefined
  let smoothed = 0
  return {
    get allowed() {
      return allowed
    },
    // One for each MiB allowed.
    get lanes() {
      return Math.min(maxLanes, Math.ceil(allowed / BYTES_PER_LANE))
    },
    delivered(bytes, roundTrip, inFlight) {
      smoothed += (roundTrip - smoothed) / (smoothed ? 8 : 1)
      // An allowance that was not used says nothing about the path.
      if (2 * inFlight < allowed || roundTrip > LONG) return
      allowed = Math.min(max, allowed + (allowed >= threshold! ? (bytes * MAX_PART_SIZE) / allowed : bytes))
    },
    failed(now) {
      // What fails together has one cause: at most one cut a round trip, never below a part of the largest size.
      if (now - lastCut! <= smoothed) return
      lastCut = now
      allowed = Math.max(MAX_PART_SIZE, allowed / 2)
      threshold = allowed
    },
  }
}
