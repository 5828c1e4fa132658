/**
 * The gate through which the parts of all uploads of a client pass: one budget of bytes under way, one set of lanes,
 * one pause.
 *
 * Uploads queue for a turn and send one part in each, so they share the budget evenly. A flood wait closes the gate for
 * all of them together; it opens again by itself. The window decides how much and how many, the gate who and where.
 */
import type { Host, Timer } from '../host.ts'
import type { WindowPolicy } from './window.ts'

/** An upload, as the gate sees it. */
export interface GateMember {
  /** It is this member's turn: it sends at most one part over `lane` and returns its bytes, 0 if it has none to send. */
  turn(lane: number): number
  /** The gate closed until `until` on the host's monotonic clock. */
  paused(until: number): void
}

/** The budget, the lanes and the waits that uploads share. */
export class Gate {
  readonly #host: Host
  readonly #window: WindowPolicy
  readonly #members = new Set<GateMember>()
  /** Who waits for a turn, in order, and for how many bytes. */
  readonly #queue = new Map<GateMember, number>()
  /** Bytes under way on each lane. */
  readonly #load: number[] = []
  #inFlight = 0
  #pausedUntil = Number.NEGATIVE_INFINITY
  #timer: Timer | undefined
  #running = false

  constructor(host: Host, window: WindowPolicy) {
    this.#host = host
    this.#window = window
  }

  /** Number of lanes in use. */
  get lanes(): number {
    return this.#window.lanes
  }

  /** Bytes under way, of all uploads. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** When the gate opens again, on the host's monotonic clock; `undefined` while it is open. */
  get pausedUntil(): number | undefined {
    return this.#pausedUntil > this.#host.now() ? this.#pausedUntil : undefined
  }

  /** From now on the member hears of pauses. */
  join(member: GateMember): void {
    this.#members.add(member)
  }

  /** The member wants no more turns and hears nothing more. What it has under way it still reports as settled. */
  leave(member: GateMember): void {
    this.#members.delete(member)
    this.#queue.delete(member)
    this.#run()
  }

  /** Asks for one turn, to send `bytes`. It may come at once. */
  request(member: GateMember, bytes: number): void {
    this.#queue.set(member, bytes)
    this.#run()
  }

  /** What was sent in a turn was acknowledged after `roundTrip` ms, or, without it, failed or is of no more interest. */
  settled(lane: number, bytes: number, roundTrip?: number): void {
    if (roundTrip !== undefined) this.#window.delivered(bytes, roundTrip, this.#inFlight, this.#host.now())
    this.#load[lane]! -= bytes
    this.#inFlight -= bytes
    this.#run()
  }

  /** Something sent failed through a fault of the connection or the server. */
  failed(): void {
    this.#window.failed(this.#host.now())
  }

  /** Closes the gate for `ms` from now. */
  pause(ms: number): void {
    const now = this.#host.now()
    this.#window.flooded(now)
    if (now + ms <= this.#pausedUntil) return
    this.#pausedUntil = now + ms
    this.#timer?.cancel()
    this.#timer = undefined
    for (const member of this.#members) member.paused(this.#pausedUntil)
    this.#run()
  }

  #run(): void {
    if (this.#running) return
    this.#running = true
    try {
      for (const [member, bytes] of this.#queue) {
        if (this.pausedUntil !== undefined) break
        // A part larger than the allowance passes alone.
        if (this.#inFlight > 0 && this.#inFlight + bytes > this.#window.allowed) break
        this.#queue.delete(member)
        const lane = this.#idlest()
        const sent = member.turn(lane)
        this.#load[lane] = (this.#load[lane] ?? 0) + sent
        this.#inFlight += sent
      }
    } finally {
      this.#running = false
    }
    this.#arm()
  }

  /** The lane with the fewest bytes under way. */
  #idlest(): number {
    let best = 0
    for (let lane = 1; lane < this.#window.lanes; lane++) {
      if ((this.#load[lane] ?? 0) < (this.#load[best] ?? 0)) best = lane
    }
    return best
  }

  /** A timer stands exactly while the gate is closed and someone waits. */
  #arm(): void {
    const until = this.pausedUntil
    if (until === undefined || this.#queue.size === 0) {
      this.#timer?.cancel()
      this.#timer = undefined
    } else {
      this.#timer ??= this.#host.setTimer(until - this.#host.now(), () => {
        this.#timer = undefined
        this.#run()
      })
    }
  }
}
