/**
 * The gate through which the parts of all uploads of a client pass: one budget of bytes under way, one set of lanes,
 * one pause.
 *
 * Parts queue at it and pass in the order in which they came; an upload queues a few at a time, so uploads share the
 * budget evenly. A flood wait closes the gate for all of them together; it opens again by itself. The window decides how
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
  /** Bytes under way, of all uploads. */
  readonly inFlight: number
  /** When the gate opens again, on the host's monotonic clock; `undefined` while it is open. */
  readonly pausedUntil: number | undefined
  /** From now on the member hears of pauses. */
  join(member: GateMember): void
  /** The member hears nothing more, and nothing of it passes any more. What it has under way it still reports as settled. */
  leave(member: GateMember): void
  /** Waits until `bytes` may pass; resolves with their lane, or with `undefined` when the member left meanwhile. */
  enter(member: GateMember, bytes: number): Promise<number | undefined>
  /** What entered was acknowledged after `roundTrip` ms, or, without it, failed or is of no more interest. */
  settled(lane: number, bytes: number, roundTrip?: number): void
  /** Something sent failed through a fault of the connection or the server. */
  failed(): void
  /** Closes the gate for `ms` from now. */
  pause(ms: number): void
}

/** Makes a gate of which the window sets the width. */
export function createGate(host: Host, window: WindowPolicy): Gate {
  const members = new Set<GateMember>()
  /** Who waits, in order. */
  const queue = new Set<{ member: GateMember; bytes: number; pass(lane?: number): void }>()
  /** Bytes under way on each lane. */
  const load: number[] = []
  let inFlight = 0
  let opens = Number.NEGATIVE_INFINITY
  let timer: Timer | undefined

  /** Lets pass what may. A timer stands exactly while the gate is closed and someone waits. */
  const run = (): void => {
    timer?.cancel()
    const closed = opens - host.now()
    for (const waiter of queue) {
      const { bytes, pass } = waiter
      if (closed > 0) {
        timer = host.setTimer(closed, run)
        return
      }
      // A part larger than the allowance passes alone.
      if (inFlight && inFlight + bytes > window.allowed) return
      queue.delete(waiter)
      let lane = 0
      for (let i = 0; i < window.lanes; i++) {
        load[i] ??= 0
        if (load[i]! < load[lane]!) lane = i
      }
      load[lane]! += bytes
      inFlight += bytes
      pass(lane)
    }
  }

  return {
    get lanes() {
      return window.lanes
    },
    get inFlight() {
      return inFlight
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
    enter: (member, bytes) =>
      new Promise((pass) => {
        queue.add({ member, bytes, pass })
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
      const until = host.now() + ms
      window.failed(host.now())
      if (until <= opens) return
      opens = until
      for (const member of members) member.paused(until)
      run()
    },
  }
}
