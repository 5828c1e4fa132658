/**
 * What was seen before: whoever recorded a client's first bytes must not learn, by sending them again, that a proxy
 * listens here.
 */
import { toHex } from '../../../bytes.ts'

/** Most that is remembered; the oldest go first. A hello is too old soon afterwards anyway. */
const REMEMBERED = 100_000

/** A set of byte strings that forgets the oldest. */
export class Seen {
  readonly #known = new Set<string>()

  /** Remembers; false if it was there already. */
  add(bytes: Uint8Array): boolean {
    const name = toHex(bytes)
    if (this.#known.has(name)) return false
    this.#known.add(name)
    if (this.#known.size > REMEMBERED) {
      for (const oldest of this.#known) {
        this.#known.delete(oldest)
        break
      }
    }
    return true
  }
}
