/**
 * Bytes that come in pieces, up to a limit, in one buffer that grows: a sender who cuts them into single bytes costs no
 * more than one who does not.
 */

/** Room at first, in bytes. */
const FIRST_ROOM = 4096

/** See {@link growing}. */
export interface Growing {
  /** Appends a piece; false, and nothing appended, when that would be more than the limit. */
  add(piece: Uint8Array): boolean
  /** What was appended, in memory of its own. */
  bytes(): Uint8Array
}

/** @param limit most bytes */
export function growing(limit: number): Growing {
  let room = new Uint8Array(Math.min(limit, FIRST_ROOM))
  let length = 0
  return {
    add(piece) {
      const end = length + piece.length
      if (end > limit) return false
      if (end > room.length) {
        const larger = new Uint8Array(Math.min(limit, Math.max(end, 2 * room.length)))
        larger.set(room.subarray(0, length))
        room = larger
      }
      room.set(piece, length)
      length = end
      return true
    },
    bytes: () => room.subarray(0, length),
  }
}
