/**
 * The book of an upload's parts: which wait to be sent, are under way, are done.
 *
 * Pure bookkeeping: `now` goes in, part numbers come out; parts may be done in any order. A part that failed waits by
 * itself while the others go on; only it is sent again.
 */

/** A range of parts: the first, and the one behind the last. */
export type PartRange = readonly [from: number, to: number]

/** The book of the parts of one upload. */
export class Ledger {
  /** When each part that waits may be sent. */
  readonly #waiting = new Map<number, number>()
  readonly #inFlight = new Set<number>()
  /** How often each open part failed. */
  readonly #failures = new Map<number, number>()
  /** Done parts: sorted, disjoint, not touching. */
  readonly #done: [from: number, to: number][] = []
  #doneCount = 0
  #retries = 0

  /** Number of parts done. */
  get done(): number {
    return this.#doneCount
  }

  /** Number of parts under way. */
  get inFlight(): number {
    return this.#inFlight.size
  }

  /** Number of parts that wait to be sent, for the first time or again. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** How often a part was put down to be sent again because it had failed. */
  get retries(): number {
    return this.#retries
  }

  /** Done parts as sorted ranges. */
  get doneRanges(): readonly PartRange[] {
    return this.#done
  }

  /** A part has been read and can be sent. */
  add(part: number): void {
    this.#waiting.set(part, Number.NEGATIVE_INFINITY)
  }

  /** The part to send, under way from now on: the lowest that is due. `undefined` if none is. */
  take(now: number): number | undefined {
    let best: number | undefined
    for (const [part, due] of this.#waiting) {
      if (due <= now && (best === undefined || part < best)) best = part
    }
    if (best !== undefined) {
      this.#waiting.delete(best)
      this.#inFlight.add(best)
    }
    return best
  }

  /** When the next waiting part is due, -Infinity if one is ready; `undefined` if none waits. */
  nextDue(): number | undefined {
    return this.#waiting.size === 0 ? undefined : Math.min(...this.#waiting.values())
  }

  /** A part under way has arrived. Returns false, and changes nothing, for any other part. */
  acknowledge(part: number): boolean {
    if (!this.#inFlight.delete(part)) return false
    this.#failures.delete(part)
    this.#doneCount++
    const ranges = this.#done
    let at = ranges.length
    while (at > 0 && ranges[at - 1]![0] > part) at--
    const before = ranges[at - 1]
    const after = ranges[at]
    if (before?.[1] === part) {
      before[1]++
      if (after?.[0] === part + 1) {
        before[1] = after[1]
        ranges.splice(at, 1)
      }
    } else if (after?.[0] === part + 1) after[0]--
    else ranges.splice(at, 0, [part, part + 1])
    return true
  }

  /** A part under way failed. Returns how often it has so far; {@link retry} or {@link putOff} decides what becomes of it. */
  fail(part: number): number {
    const failures = (this.#failures.get(part) ?? 0) + 1
    this.#failures.set(part, failures)
    return failures
  }

  /** A part under way is to be sent again, from `due` on. */
  retry(part: number, due: number): void {
    this.putOff(part, due)
    this.#retries++
  }

  /** A part under way goes back among those that wait, through no fault of its own: a flood wait. */
  putOff(part: number, due: number = Number.NEGATIVE_INFINITY): void {
    if (this.#inFlight.delete(part)) this.#waiting.set(part, due)
  }
}
