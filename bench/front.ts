/**
 * Primitives for a server that has to be faster than every client it measures: of a message that holds a file part, only
 * the front is decrypted.
 *
 * AES-IGE decrypts from the front, so a few blocks show the head of the message, the method, and the length of the part. If
 * the part is all there is up to the message's end, nothing of interest follows, and the rest stays as it is: the msg_key is
 * vouched for instead of computed. Everything else, as a message that is short, packed, or goes on behind the part, is
 * decrypted and checked as a server must. Nothing that protects a user may be made of this.
 */
import type { Crypto } from '../src/crypto/index.ts'

/** Messages shorter than this are decrypted whole. */
const SHORTEST = 8 * 1024
/**
 * How much of the others is looked at: mostly the part's head is all there is; then room for a container, for
 * acknowledgements and for `initConnection` before the part.
 */
const FRONTS = [192, 1024]
const BLOCK = 16
/** Salt, session id, msg_id, seqno and length stand before the body; the length at 28. */
const PLAIN_HEAD = 32
const BODY_LENGTH_AT = 28
/** Where the bytes begin behind the constructor id: file_id and file_part, for big files file_total_parts too. */
const PART_HEADS: ReadonlyMap<number, number> = new Map([
  [0xb304a621, 4 + 8 + 4],
  [0xde7b673d, 4 + 8 + 4 + 4],
])
/** First byte of a TL string of 254 bytes or more; three bytes of length follow. */
const LONG_STRING = 254
const MSG_KEY_LENGTH = 16
/** Where msg_key stands in the SHA-256 it is taken from. */
const MSG_KEY_AT = 8

/** Whether the plaintext, of which `front` bytes are there, ends with a file part. */
function endsWithPart(plain: Uint8Array, front: number): boolean {
  const fields = new DataView(plain.buffer, plain.byteOffset, plain.length)
  const end = PLAIN_HEAD + fields.getInt32(BODY_LENGTH_AT, true)
  for (let at = PLAIN_HEAD; at < front - 32; at += 4) {
    const bytesAt = PART_HEADS.get(fields.getUint32(at, true))
    if (bytesAt === undefined) continue
    const length = fields.getUint32(at + bytesAt, true)
    if ((length & 0xff) === LONG_STRING && at + bytesAt + 4 + (((length >>> 8) + 3) & ~3) === end) return true
  }
  return false
}

/** `crypto`, with decryption that stops behind the front of a file part. */
export function frontOnly<C extends Crypto>(crypto: C): C {
  let msgKey: Uint8Array = new Uint8Array(MSG_KEY_LENGTH)
  let halfDone: Uint8Array | undefined
  return {
    ...crypto,

    sha256(...parts) {
      const [first, second] = parts
      // The key of a message is derived from its msg_key right before it is decrypted.
      if (parts.length === 2 && first?.length === MSG_KEY_LENGTH) msgKey = first
      if (parts.length !== 2 || second === undefined || second !== halfDone) return crypto.sha256(...parts)
      const vouched = new Uint8Array(32)
      vouched.set(msgKey, MSG_KEY_AT)
      return vouched
    },

    igeDecrypt(key, iv, data) {
      halfDone = undefined
      if (data.length < SHORTEST) {
        crypto.igeDecrypt(key, iv, data)
        return
      }
      // Of each further stretch, the IV is the last block before it: encrypted, then plain.
      let next = iv
      let from = 0
      for (const front of [...FRONTS, data.length]) {
        const last = data.slice(front - BLOCK, front)
        crypto.igeDecrypt(key, next, data.subarray(from, front))
        if (front < data.length && endsWithPart(data, front)) {
          halfDone = data
          return
        }
        next = new Uint8Array(2 * BLOCK)
        next.set(last)
        next.set(data.subarray(front - BLOCK, front), BLOCK)
        from = front
      }
    },
  }
}
