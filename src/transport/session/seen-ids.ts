/**
 * The replay set: ids of messages already received in this session.
 *
 * Ids are kept in rising order. When the set is full the lowest is forgotten, and from then on everything up to it counts
 * as seen: an id is either remembered or refused, so no message is ever taken twice.
 *
 * Source: https://core.telegram.org/mtproto/security_guidelines#checking-msg-id
 */
import { SEEN_IDS } from './limits.ts'

export { SEEN_IDS } from './limits.ts'

/** Remembers which messages were received. */
export class SeenIds {
  readonly #ids: bigint[] = []
  readonly #capacity: number
  /** Everything up to this id has been forgotten and is refused. */
  #floor = -1n

  constructor(capacity: number = SEEN_IDS) {
    this.#capacity = capacity
  }

  /** Remembers `id`; false if it was seen before or is too old to tell. */
  add(id: bigint): boolean {
    const ids = this.#ids
    const at = this.#find(id)
    if (id <= this.#floor || ids[at] === id) return false
    ids.splice(at, 0, id)
    if (ids.length > this.#capacity) this.#floor = ids.shift()!
    return true
  }

  /** True if `id` was received, or is too old to tell. */
  has(id: bigint): boolean {
    return id <= this.#floor || this.stateOf(id) === 4
  }

  /**
   * What `msgs_state_info` says of `id`: 4 received, 3 above all that was received, 2 not received, 1 unknown because it
   * may have been forgotten.
   * Source: https://core.telegram.org/mtproto/service_messages_about_messages#informational-message-regarding-status-of-messages
   */
  stateOf(id: bigint): 1 | 2 | 3 | 4 {
    const at = this.#find(id)
    if (this.#ids[at] === id) return 4
    return at === this.#ids.length ? 3 : id <= this.#floor ? 1 : 2
  }

  /** Where `id` stands, or would stand, by halving: a message may ask about thousands. */
  #find(id: bigint): number {
    let from = 0
    let to = this.#ids.length
    while (from < to) {
      const middle = (from + to) >> 1
      if (this.#ids[middle]! < id) from = middle + 1
      else to = middle
    }
    return from
  }

  /** Number of ids remembered, at most the capacity. */
  get size(): number {
    return this.#ids.length
  }
}
