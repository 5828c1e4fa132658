/**
 * The gate through which the parts of all uploads of a client pass: one budget of bytes under way, one set of lanes,
 * one pause.
 *
 * Parts queue at it and pass in the order in which they came, those that failed not before their time; an upload queues a
 * few at a time, so uploads share the budget evenly. A flood wait closes the gate for all of them together; it opens again
 * by itself. The window decides how much and how many, the gate who and where: a part takes the lane that has the least to
 * do, in the time that its parts take. Every few seconds the gate looks for parts that are overdue: others that were sent
 * after them have long arrived, or one is alone and takes many times as long as others did. They are sent again; a lane on
 * which nothing has arrived meanwhile is given up, and left alone for a while.
 */
import { hint } from '#explain'
import { TransportError } from '../errors.ts'
import { type Host, NEVER, type Timer } from '../host.ts'
import { LEFT_ALONE, LONELY, LOOK_EVERY, OVERDUE, OVERDUE_TIMES } from './limits.ts'
import type { Flight, WindowPolicy } from './window.ts'

/** An upload, as the gate sees it. */
export interface GateMember {
  /** The gate closed until `until` on the host's monotonic clock. */
  paused(until: number): void
  /** Nothing arrives over a lane while others move: its connection is to be closed with `error`. */
  stalled(lane: number, error: Error): void
}

/** Leave to send a part. */
export interface Pass extends Flight {
  readonly lane: number
  /** Called when the part is to be given up, and sent anew; set by whoever sends it. */
  overdue: (error: Error) => void
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
   * Waits until `bytes` may pass, and for `delay` ms at least. Resolves with `undefined` when the member left meanwhile.
   */
  enter(member: GateMember, bytes: number, delay: number): Promise<Pass | undefined>
  /** What entered was acknowledged, or, if not `ok`, failed or is of no more interest. */
  settled(pass: Pass, ok: boolean): void
  /**
   * A part failed through a fault of the server, or, if `lost`, of its lane. Returns whether another may do better: a lane
   * that does not carry is left alone for a while, and what the main one did not carry others may.
   */
  failed(pass: Pass, lost: boolean): boolean
  /** The server asks to wait: closes the gate for `ms` from now. */
  pause(pass: Pass, ms: number): void
}

/** One part that waits. */
interface Waiter {
  readonly member: GateMember
  readonly bytes: number
  readonly due: number
  readonly pass: (pass?: Pass) => void
}

interface Lane {
  /** Bytes and parts under way, in the order in which they were sent. */
  load: number
  readonly passes: Set<Pass>
  /** What a part takes, smoothed, in ms; 0 while unknown. */
  took: number
  /** When something arrived over it. */
  movedAt: number
  /** Not to be used before this time. */
  restsUntil: number
}

/** Makes a gate of which the window sets the width. */
export function createGate(host: Host, window: WindowPolicy): Gate {
  const members = new Set<GateMember>()
  const queue = new Set<Waiter>()
  const lanes: Lane[] = []
  /** Not before these times anything passes: the server asked to wait; the pace is to be kept. */
  let opens = host.now()
  let paced = opens
  let timer: Timer | undefined
  let watch: Timer | undefined
  /** How much later still a part that is alone is overdue: there is nothing to tell by whether the line is only slow. */
  let patience = LONELY

  /** Lets pass what may, in order. A timer stands exactly while someone waits for a time to come. */
  const run = (): void => {
    timer?.cancel()
    let soonest = NEVER
    for (const waiter of queue) {
      const { bytes } = waiter
      const now = host.now()
      const wait = Math.max(opens, paced, waiter.due) - now
      if (wait > 0) soonest = Math.min(soonest, wait)
      // A part larger than the allowance passes alone.
      else if (!window.inFlight || window.inFlight + bytes <= window.allowed) {
        queue.delete(waiter)
        const lane = choose(bytes, now)
        const limited = !queue.size && window.inFlight + 2 * bytes <= window.allowed
        const pass: Pass = Object.assign(window.sent(bytes, now, limited), { lane, overdue() {} })
        lanes[lane]!.load += bytes
        lanes[lane]!.passes.add(pass)
        paced = now + window.gap(bytes, now)
        watch ??= host.setTimer(LOOK_EVERY, look)
        waiter.pass(pass)
      } else break
    }
    if (soonest < NEVER) timer = host.setTimer(soonest, run)
  }

  /** The lane that will have delivered so many bytes first, the main one if none of the others is to be used. */
  const choose = (bytes: number, now: number): number => {
    let choice = 0
    let least = NEVER
    for (let i = 0; i < window.lanes; i++) {
      lanes[i] ??= { load: 0, passes: new Set(), took: 0, movedAt: 0, restsUntil: 0 }
      const { load, passes, took, restsUntil } = lanes[i]!
      const [oldest] = passes
      const score = (load + bytes) * Math.max(1, took, oldest ? now - oldest.at : 0)
      if (restsUntil <= now && score < least) {
        choice = i
        least = score
      }
    }
    return choice
  }

  /** Gives up what is overdue. */
  const look = (): void => {
    watch = window.inFlight ? host.setTimer(LOOK_EVERY, look) : undefined
    const now = host.now()
    lanes.forEach((lane, index) => {
      for (const pass of lane.passes) {
        const { at, delivered, inFlight } = pass
        const late = now - OVERDUE - OVERDUE_TIMES * (lane.took + window.time(inFlight))
        const since = window.delivered - delivered
        const stalls = lane.movedAt < late
        // Others have moved: a whole window's worth and another, or all that there was. Or there are none.
        const alone = lane.passes.size < 2 && at < late - patience
        const overtaken = since >= 2 * inFlight || (stalls && (since > 0 || alone) && lane.load === window.inFlight)
        if (!overtaken || at >= late) continue
        const error = new TransportError(
          'NO_ANSWER',
          `lane ${index} stalls${hint(': nothing arrives over it while others move') ?? ''}`,
        )
        for (const one of stalls ? [...lane.passes] : [pass]) one.overdue(error)
        if (!stalls) continue
        rest(lane)
        for (const member of [...members]) member.stalled(index, error)
        break
      }
    })
  }

  /** Leaves a lane alone for a while; then it is as good as new. Where nothing arrives, parts are given up later and later. */
  const rest = (lane: Lane): void => {
    patience *= 2
    lane.took = 0
    lane.restsUntil = host.now() + LEFT_ALONE
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
    settled(pass, ok) {
      const now = host.now()
      const { bytes, at } = pass
      const lane = lanes[pass.lane]!
      lane.load -= bytes
      lane.passes.delete(pass)
      if (ok) {
        patience = LONELY
        lane.movedAt = now
        lane.took += (now - at - lane.took) / (lane.took ? 4 : 1)
      }
      window.settled(pass, now, ok)
      if (!window.inFlight) {
        watch?.cancel()
        watch = undefined
      }
      run()
    },
    failed(pass, lost) {
      window.failed(pass, host.now())
      if (lost) rest(lanes[pass.lane]!)
      return lost && (pass.lane > 0 || window.delivered > pass.delivered)
    },
    pause(pass, ms) {
      const now = host.now()
      const until = now + ms
      window.failed(pass, now, until)
      if (until <= opens) return
      opens = until
      for (const member of members) member.paused(opens)
      run()
    },
  }
}
