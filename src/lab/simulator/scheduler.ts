/**
 * Virtual time: one queue of timers for all machines of a simulation.
 *
 * Timers fire in order of time, and among those of one instant in the order in which they were set. Between two of them
 * every promise chain runs dry. Nothing real is waited for, so a simulated hour takes as long as its events do.
 *
 * Instants are multiples of 1/1024 ms: sums of them are exact, so that no order depends on rounding.
 */

/** Most timers of a run: beyond that, somebody sets one after another without getting on. */
const MOST_TIMERS = 2_000_000
/** Most timers that fire at one instant. */
const MOST_AT_ONCE = 50_000
/** Instants in a millisecond. */
const GRAIN = 1024

interface Entry {
  readonly at: number
  readonly order: number
  readonly owner: string
  fire: (() => void) | undefined
}

/** A timer that has been set. */
export interface Scheduled {
  cancel(): void
}

/** The queue. */
export class Scheduler {
  /** Binary heap: the earliest entry first. */
  readonly #heap: Entry[] = []
  readonly #pending = new Map<string, number>()
  #now = 0
  #order = 0
  #fired = 0
  #atOnce = 0

  /** Virtual milliseconds since the start. */
  get now(): number {
    return this.#now
  }

  /** Timers that have fired. */
  get fired(): number {
    return this.#fired
  }

  /** Timers of a machine that are set and have neither fired nor been cancelled. */
  pending(owner: string): number {
    return this.#pending.get(owner) ?? 0
  }

  /** Calls `fire` at an instant, or at once if that has passed; never within this call. */
  at(at: number, owner: string, fire: () => void): Scheduled {
    const instant = Math.max(this.#now, Math.ceil(at * GRAIN) / GRAIN)
    const entry: Entry = { at: instant, order: this.#order++, owner, fire }
    this.#count(owner, 1)
    this.#push(entry)
    return {
      cancel: () => {
        if (entry.fire === undefined) return
        entry.fire = undefined
        this.#count(owner, -1)
      },
    }
  }

  /** Resolves so many milliseconds from now. */
  sleep(ms: number, owner: string): Promise<void> {
    return new Promise((resolve) => {
      this.at(this.#now + ms, owner, resolve)
    })
  }

  /**
   * Fires timers one after another, until `done` says so or none is left.
   * @throws what a timer's function throws
   */
  run(done: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const step = (): void => {
        try {
          // The queue of ticks is looked at when there are no promise reactions left, new ones included.
          if (!done() && this.#fireNext()) queueMicrotask(later)
          else resolve()
        } catch (error) {
          reject(error)
        }
      }
      const later = (): void => process.nextTick(step)
      later()
    })
  }

  #fireNext(): boolean {
    for (let entry = this.#pop(); entry !== undefined; entry = this.#pop()) {
      const { fire } = entry
      if (fire === undefined) continue
      entry.fire = undefined
      this.#count(entry.owner, -1)
      this.#atOnce = entry.at === this.#now ? this.#atOnce + 1 : 0
      this.#now = entry.at
      if (++this.#fired > MOST_TIMERS || this.#atOnce > MOST_AT_ONCE) {
        throw new Error(`${this.#fired} timers, ${this.#atOnce} of them at one instant, the last of ${entry.owner}`)
      }
      fire()
      return true
    }
    return false
  }

  #count(owner: string, by: number): void {
    this.#pending.set(owner, (this.#pending.get(owner) ?? 0) + by)
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(entry)
    while (at > 0) {
      const up = (at - 1) >> 1
      if (!before(entry, heap[up]!)) break
      heap[at] = heap[up]!
      at = up
    }
    heap[at] = entry
  }

  #pop(): Entry | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    let at = 0
    for (;;) {
      let down = 2 * at + 1
      if (down >= heap.length) break
      if (down + 1 < heap.length && before(heap[down + 1]!, heap[down]!)) down++
      if (!before(heap[down]!, last)) break
      heap[at] = heap[down]!
      at = down
    }
    heap[at] = last
    return first
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
