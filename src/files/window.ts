/**
 * How many bytes may be under way, and over how many lanes.
 *
 * What was sent and when it arrived goes in, an allowance comes out; no clock, no I/O. In the spirit of BBR
 * (https://www.ietf.org/archive/id/draft-cardwell-iccrg-bbr-congestion-control-02.html) it is made of two measures: the rate at which
 * bytes arrive, the best of late, and the least time that one part took. Their product is what the path holds; the
 * allowance is a little more, so that the path is always full, and a rate that rises shows. What waits in a queue makes
 * parts later without making the rate higher, so it does not make the allowance grow.
 *
 * - In the beginning the allowance doubles each round, until the rate has not grown for three of them.
 * - The least time is believed for a while; then the allowance falls below what the path holds, until the queue has run
 *   empty and the next part tells.
 * - What the sender did not hold back for the window's sake tells nothing against the rate.
 * - A wait that the server asks for halves the pace, and a failure lowers it a little, once for all that was under way; it
 *   recovers with time.
 * - There is a lane for every two MiB allowed; now and then one more is tried, and stays if the rate grows by it.
 */
import {
  BYTES_PER_LANE,
  CRUISE,
  DRAIN,
  FAILED,
  FLAT_ROUNDS,
  FLOOR,
  FLOOR_TIME,
  GROWTH,
  INITIAL,
  LANE_GROWTH,
  LANES,
  LEAST_FOR,
  LEAST_TIMES,
  LONGEST,
  LONGEST_GAP,
  MOST,
  PERIOD,
  PERIOD_ROUNDS,
  RECOVERY,
  REST,
  SLOWEST,
  STARTUP,
  TRIAL,
  WAITED,
} from './limits.ts'
import { MAX_PART_SIZE } from './plan.ts'

/** A part under way, as the window remembers it. */
export interface Flight {
  readonly bytes: number
  /** When it was sent, on the monotonic clock, in ms. */
  readonly at: number
  /** Bytes that had been delivered by then, and when the last of them. */
  readonly delivered: number
  readonly deliveredAt: number
  /** Bytes under way then, with its own. */
  readonly inFlight: number
  /** The sender had nothing more to send, or was held back by something else than the window. */
  readonly limited: boolean
}

/** What a policy is asked and told. All times are milliseconds on the monotonic clock. */
export interface WindowPolicy {
  /** Bytes that may be under way; one part may be in any case. */
  readonly allowed: number
  /** Bytes that are. */
  readonly inFlight: number
  /** Lanes worth using, from 1 on. */
  readonly lanes: number
  /** Bytes delivered so far. */
  readonly delivered: number
  /** Milliseconds in which so many bytes arrive, at the rate measured; infinite before anything has. */
  time(bytes: number): number
  /** Milliseconds to leave between the sending of so many bytes and of what follows. */
  gap(bytes: number, now: number): number
  /** A part is sent; `limited` unless more would have been sent at once if it had been allowed. */
  sent(bytes: number, now: number, limited: boolean): Flight
  /** It has arrived, or, if not `ok`, is of no more interest. To be called once. */
  settled(flight: Flight, now: number, ok: boolean): void
  /** It failed, or the server asked to wait until a time to come. */
  failed(flight: Flight, now: number, until?: number): void
}

/** Bounds of the window. */
export interface WindowOptions {
  /** Bytes allowed before anything is known: 1 MiB unless told. */
  readonly initial?: number
  /** Most bytes ever allowed: 64 MiB unless told, with which 1 Gbit/s at 300 ms are full. */
  readonly max?: number
  /** Most lanes: 4 unless told. */
  readonly maxLanes?: number
}

/** The window that uploads use unless told. */
export function createWindow({ initial = INITIAL, max = MOST, maxLanes = LANES }: WindowOptions = {}): WindowPolicy {
  let inFlight = 0
  let delivered = 0
  let deliveredAt = 0
  /** Nothing was sent for a while, and nothing has arrived since. */
  let resting = false
  /** Bytes per ms: the best of the last period and of this one, which began at a time. */
  let last = 0
  let best = 0
  let periodAt = 0
  /** The least ms that a part took, and when one did; since when the queue is to run empty, if it is. */
  let least = 0
  let leastAt = 0
  let drainAt = Number.NaN
  /** Startup: rounds in a row without growth, the rate to compare with, and what ends this round. */
  let flat = 0
  let fullRate = 0
  let roundEnd = 0
  /** The pace, as a share, and since when it recovers. */
  let pace = 1
  let pacedAt = 0
  /** Lanes that have proved worth it, and before; the rate before the trial; periods until its end, or the next. */
  let proved = 1
  let former = 1
  let before = 0
  let count = 1
  let rest = REST

  const rate = (): number => Math.max(last, best)
  const share = (now: number): number => Math.min(1, pace * 2 ** (Math.max(0, now - pacedAt) / RECOVERY))
  const allowed = (): number => {
    if (!least) return initial
    const holds = rate() * least
    if (drainAt) return DRAIN * holds
    const gain = flat < FLAT_ROUNDS ? STARTUP : CRUISE
    return Math.min(max, rate() * LONGEST, Math.max(gain * holds, Math.min(FLOOR, rate() * FLOOR_TIME)))
  }
  const lanes = (): number => Math.max(1, Math.min(maxLanes, Math.max(proved, Math.ceil(allowed() / BYTES_PER_LANE))))

  /** A period is over, with a rate that is to be believed: whether a lane on trial was worth it, or another is tried. */
  const judge = (): void => {
    if (flat < FLAT_ROUNDS || --count > 0) return
    if (!before) {
      const now = lanes()
      // More lanes than parts under way are of no use.
      if (now >= maxLanes || allowed() < (now + 1) * MAX_PART_SIZE) return
      before = rate()
      former = proved
      proved = now + 1
      count = TRIAL
      return
    }
    if (rate() < LANE_GROWTH * before) {
      proved = former
      count = rest
      rest *= 2
    }
    before = 0
  }

  return {
    get allowed() {
      return allowed()
    },
    get inFlight() {
      return inFlight
    },
    get delivered() {
      return delivered
    },
    get lanes() {
      return lanes()
    },
    time: (bytes) => bytes / rate(),
    gap: (bytes, now) => (share(now) < 1 && rate() ? Math.min(LONGEST_GAP, bytes / rate() / share(now)) : 0),
    sent(bytes, now, limited) {
      if (!inFlight) {
        resting = now > deliveredAt + PERIOD
        deliveredAt = now
      }
      inFlight += bytes
      return { bytes, at: now, delivered, deliveredAt, inFlight, limited: limited || resting || share(now) < 1 }
    },
    settled(flight, now, ok) {
      inFlight -= flight.bytes
      if (!ok) return
      delivered += flight.bytes
      deliveredAt = now
      resting = false
      const took = now - flight.at
      const sample = (delivered - flight.delivered) / Math.max(1, least, now - flight.deliveredAt)

      if (!least || took <= least || flight.at >= drainAt) {
        least = Math.max(1, took)
        leastAt = now
        drainAt = Number.NaN
      } else if (now > leastAt + Math.max(LEAST_FOR, LEAST_TIMES * least)) drainAt ||= now

      const period = Math.max(PERIOD, PERIOD_ROUNDS * least)
      if (!flight.limited && now > periodAt + period) {
        judge()
        last = now > periodAt + 2 * period ? 0 : best
        best = 0
        periodAt = now
      }
      best = Math.max(best, sample)

      if (flat === FLAT_ROUNDS || flight.delivered < roundEnd) return
      roundEnd = delivered
      if (rate() >= GROWTH * fullRate) {
        fullRate = rate()
        flat = 0
      } else if (!flight.limited) flat++
    },
    failed({ at }, now, until) {
      // What was under way together has one cause.
      if (at < pacedAt) return
      pace = Math.max(SLOWEST, share(now) * (until ? WAITED : FAILED))
      pacedAt = until ?? now
    },
  }
}
