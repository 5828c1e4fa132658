/**
 * Message ids and sequence numbers of one session.
 *
 * A client's msg_id is the server's time in units of 2^-32 s, divisible by 4, and rises strictly even when the clock does
 * not. A seqno is twice the number of content-related messages sent before, plus one if the message is one itself.
 * The two halves of both rules stand here for client and test DC alike: they differ in the id's residue modulo 4 only.
 *
 * Source: https://core.telegram.org/mtproto/description#message-identifier-msg-id
 */

/** Residues modulo 4: a client's messages; a server's answer to one of them; any other message of a server. */
export const CLIENT_RESIDUE = 0n
export const ANSWER_RESIDUE = 1n
export const SERVER_RESIDUE = 3n

/** Gives out the ids and sequence numbers of one session's messages. */
export class MessageIds {
  #last = 0n
  #content = 0

  /** The last id given out, 0 before the first. */
  get last(): bigint {
    return this.#last
  }

  /**
   * The next id.
   * @param serverTime milliseconds since 1970 on the server's clock; may stand still or go back
   * @param residue the id modulo 4, 0 for clients
   */
  next(serverTime: number, residue: bigint = CLIENT_RESIDUE): bigint {
    let id = atTime(serverTime) + residue
    if (id <= this.#last) id = this.#last - (this.#last & 3n) + 4n + residue
    this.#last = id
    return id
  }

  /** The sequence number of the next message. */
  seqno(contentRelated: boolean): number {
    const seqno = (2 * this.#content + (contentRelated ? 1 : 0)) | 0
    if (contentRelated) this.#content++
    return seqno
  }
}

/** The lowest id of a moment, divisible by 4. Ids begin anew in 2106: until they do, no id is beyond what 64 bits hold. */
export function atTime(serverTime: number): bigint {
  const seconds = Math.floor(serverTime / 1000)
  const fraction = Math.floor(((serverTime - seconds * 1000) / 1000) * 0x40000000)
  return BigInt.asUintN(64, (BigInt(seconds) << 32n) | (BigInt(fraction) << 2n))
}
