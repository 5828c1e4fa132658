/**
 * Rules for what a client takes: every plaintext that a session accepts is one that a server sealed for that session, to
 * the byte, padding included; and no message is acted on twice.
 *
 * Source: https://core.telegram.org/mtproto/security_guidelines#mtproto-encrypted-messages
 */
import { equal, view } from '../../../bytes.ts'

const HEAD = 32

/** A message as a server sealed it. */
export interface Sealed {
  readonly head: { readonly salt: bigint; readonly sessionId: bigint; readonly msgId: bigint; readonly seqno: number }
  readonly body: Uint8Array
  readonly padding: Uint8Array
}

export class InboxCheck {
  readonly #violate: (detail: string) => void
  readonly #sealed = new Map<string, Sealed[]>()
  readonly #fresh = new WeakMap<object, Set<bigint>>()

  constructor(violate: (detail: string) => void) {
    this.#violate = violate
  }

  /** A server sealed a message. */
  sealed(sealed: Sealed): void {
    const key = `${sealed.head.sessionId}:${sealed.head.msgId}`
    const same = this.#sealed.get(key)
    if (same) same.push(sealed)
    else this.#sealed.set(key, [sealed])
  }

  /** Whether a server sealed just this plaintext. */
  isGenuine(plain: Uint8Array): boolean {
    if (plain.length < HEAD) return false
    const fields = view(plain)
    const candidates = this.#sealed.get(`${fields.getBigInt64(8, true)}:${fields.getBigUint64(16, true)}`) ?? []
    return candidates.some(({ head, body, padding }) => {
      const end = HEAD + body.length
      return (
        fields.getBigInt64(0, true) === head.salt &&
        fields.getInt32(24, true) === head.seqno &&
        fields.getInt32(28, true) === body.length &&
        plain.length === end + padding.length &&
        equal(plain.subarray(HEAD, end), body) &&
        equal(plain.subarray(end), padding)
      )
    })
  }

  /** A session accepted a plaintext; `genuine` is what {@link isGenuine} said of it before. */
  accepted(genuine: boolean, msgId: bigint): void {
    if (!genuine) this.#violate(`a message was accepted that no server sealed (msg_id ${msgId})`)
  }

  /** A session's set of ids took one as new. */
  fresh(ids: object, id: bigint): void {
    let known = this.#fresh.get(ids)
    if (known === undefined) {
      known = new Set()
      this.#fresh.set(ids, known)
    }
    if (known.has(id)) this.#violate(`msg_id ${id} was accepted twice in a session`)
    known.add(id)
  }
}
