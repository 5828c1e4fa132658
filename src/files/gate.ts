/**
 * The gate through which the parts of all uploads of a client pass: one budget of bytes under way, one set of lanes,
 * one pause.
 *
 * Parts queue at it and pass in the order in which they came, those that failed not before their time; an upload queues a
 * few at a time, so uploads share the budget evenly. A flood wait closes the gate for all of them together; it opens again by itself. The window decides how
 * much and how many, the gate who and where.
 */
import type { Host, Timer } from '../host.ts'
import type { WindowPolicy } from './window.ts'

/** An upload, as the gate sees it. */
export interface GateMember {
  /** The gate closed until `until` on the host's monotonic clock. */
  paused(until: number): void
}

/** The budget, the lanes and the waits that uploads share. */
export interface Gate {
  /** Number of lanes in use. */
  readonly lanes: number
  /** When the gate opens again, on the host's monotonic clock; `undefined` while it is open. */
  readonly pausedUntil: number | undefined
  /** From now on the member hears of pauses. */
  join(member: GateMember): void
  /** The member hears nothing more, and nothing of it passes any more. What it has under way it still reports as settled. */
  leave(member: GateMember): void
  /**
   * Waits until `bytes` may pass, and for `delay` ms at least. Resolves with their lane, or with `undefined` when the member
   * left meanwhile.
   */
  enter(member: GateMember, bytes: number, delay: number): Promise<number | undefined>
  /** What entered was acknowledged after `roundTrip` ms, or, without it, failed or is of no more interest. */
  settled(lane: number, bytes: number, roundTrip?: number): void
  /** Something sent failed through a fault of the connection or the server. */
  failed(): void
  /** Closes the gate for `ms` from now. */
  pause(ms: number): void
}

/** One part that waits. */
interface Waiter {
  readonly member: GateMember
  readonly bytes: number
  readonly due: number
  readonly pass: (lane?: number) => void
}

/** Makes a gate of which the window sets the width. */
export function createGate(host: Host, window: WindowPolicy): Gate {
  const members = new Set<GateMember>()
  const queue = new Set<Waiter>()
  /** Bytes under way on each lane, and on all. */
  const load: number[] = []
  let inFlight = 0
  let opens = host.now()
  let timer: Timer | undefined

  /** Lets pass what may, in order. A timer stands exactly while someone waits for a time to come. */
  const run = (): void => {
    timer?.cancel()
    let soonest = Number.POSITIVE_INFINITY
    for (const waiter of queue) {
      const { bytes } = waiter
      const wait = Math.max(opens, waiter.due) - host.now()
      if (wait > 0) soonest = Math.min(soonest, wait)
      // A part larger than the allowance passes alone.
      else if (!inFlight || inFlight + bytes <= window.allowed) {
        queue.delete(waiter)
        while (load.length < window.lanes) load.push(0)
        const lane = load.indexOf(Math.min(...load.slice(0, window.lanes)))
        load[lane]! += bytes
        inFlight += bytes
        waiter.pass(lane)
      } else break
    }
    if (soonest < Number.POSITIVE_INFINITY) timer = host.setTimer(soonest, run)
  }

  return {
    get lanes() {
      return window.lanes
    },
    get pausedUntil() {
      return opens > host.now() ? opens : undefined
    },
    join: (member) => void members.add(member),
    leave(member) {
      members.delete(member)
      for (const waiter of queue) {
        if (waiter.member === member) {
          queue.delete(waiter)
          waiter.pass()
        }
      }
      run()
    },
    enter: (member, bytes, delay) =>
      new Promise((pass) => {
        queue.add({ member, bytes, due: host.now() + delay, pass })
        run()
      }),
    settled(lane, bytes, roundTrip) {
      if (roundTrip !== undefined) window.delivered(bytes, roundTrip, inFlight)
      load[lane]! -= bytes
      inFlight -= bytes
      run()
    },
    failed: () => window.failed(host.now()),
    pause(ms) {
      const now = host.now()
      window.failed(now)
      if (now + ms <= opens) return
      opens = now + ms
      for (const member of members) member.paused(opens)
      run()
    },
  }
}
