/**
 * Rules for connections: one that is dead is left, whoever is out of reach is not dialled without a pause, and no two
 * streams of obfuscation have the same keys.
 *
 * Sources: https://core.telegram.org/mtproto/service_messages#ping-messages-pingpong,
 * https://core.telegram.org/mtproto/mtproto-transports#transport-obfuscation
 */
import { toHex } from '../../../bytes.ts'

/**
 * Milliseconds within which a connection is left that brings nothing any more: a minute of silence, an unanswered ping, and
 * the time that a slow network would need for what was sent before.
 */
export const LEFT_WITHIN = 200_000
/** Most dials of a client within so many milliseconds: several lanes and some callers who try again, with pauses. */
const MOST_DIALS = 40
const DIALS_WITHIN = 5_000
/** Bytes that open a stream: those of the obfuscation's header. */
const HEADER = 64

export class LinkCheck {
  readonly #violate: (detail: string) => void
  /** When a client dialled last, so often. */
  readonly #dials = new Map<string, number[]>()
  /** What each link began with, until that is enough. */
  readonly #openings = new Map<number, number[]>()
  readonly #headers = new Set<string>()

  constructor(violate: (detail: string) => void) {
    this.#violate = violate
  }

  /** A client dials. */
  dialled(client: string, now: number): void {
    const dials = this.#dials.get(client) ?? []
    this.#dials.set(client, dials)
    dials.push(now)
    if (dials.length <= MOST_DIALS) return
    if (now - dials.shift()! > DIALS_WITHIN) return
    this.#violate(`${client} dialled ${MOST_DIALS + 1} times within ${DIALS_WITHIN} ms`)
    dials.length = 0
  }

  /** A link has brought nothing for long. */
  left(link: number, closed: boolean): void {
    if (!closed) this.#violate(`link ${link} was not left within ${LEFT_WITHIN} ms, although it is dead`)
  }

  /** A client handed bytes to a link. */
  written(link: number, bytes: Uint8Array): void {
    const opening = this.#openings.get(link) ?? []
    this.#openings.set(link, opening)
    if (opening.length === HEADER) return
    opening.push(...bytes.subarray(0, HEADER - opening.length))
    if (opening.length < HEADER) return
    const header = toHex(Uint8Array.from(opening))
    if (this.#headers.has(header)) this.#violate(`link ${link} begins as another one did`)
    this.#headers.add(header)
  }
}
