/**
 * Records of TLS around a stream of bytes, without the encryption: that lies within, as obfuscation.
 *
 * A record is its type, the version 0303, and a length of two bytes big-endian. What is sent is cut into records of
 * application data of up to 16 KiB; of what is received, each byte is handed on as soon as it arrives, since no record
 * carries a checksum that it would have to wait for. The client's first record is a ChangeCipherSpec, as in TLS 1.3 with
 * its compatibility mode. Source: RFC 8446, sections 5.1, 5.2 and D.4
 */
import { view } from '../../bytes.ts'
import { framingError } from '../framing/framing.ts'

/** Types of records. RFC 8446, section 5.1 */
export const CHANGE_CIPHER_SPEC = 0x14
export const ALERT = 0x15
export const HANDSHAKE = 0x16
export const APPLICATION_DATA = 0x17

/** Bytes of a record's head. */
export const RECORD_HEAD = 5
/** Most bytes in a record sent, and in one received: encryption may add 256. RFC 8446, sections 5.1 and 5.2 */
export const MAX_SENT: number = 2 ** 14
export const MAX_RECEIVED: number = 2 ** 14 + 256

/** The whole of the record that says nothing. */
export const CHANGE_CIPHER_SPEC_RECORD: readonly number[] = [CHANGE_CIPHER_SPEC, 3, 3, 0, 1, 1]

/** The head of a record. */
export function recordHead(type: number, length: number): Uint8Array {
  return Uint8Array.of(type, 3, 3, length >> 8, length)
}

/** What comes out of the records of one connection, and goes into them. */
export interface RecordStream {
  /** Wraps chunks; the memory of the payload is not copied. */
  seal(chunks: readonly Uint8Array[]): Uint8Array[]
  /**
   * Unwraps received bytes, in any split; what is returned lies in the memory of `chunk`.
   * @throws TransportError `FRAMING` for bytes that are no such records
   */
  open(chunk: Uint8Array): Uint8Array[]
}

/**
 * The records behind the handshake.
 * @param end whose end this is: a client sends its ChangeCipherSpec before its first data, a server expects it there
 */
export function recordStream(end: 'client' | 'server'): RecordStream {
  const head = new Uint8Array(RECORD_HEAD)
  let filled = 0
  /** Bytes of the record that are still to come. */
  let left = 0
  let sendsSpec = end === 'client'
  let awaitsSpec = end === 'server'
  let failure: Error | undefined

  const unwrap = (chunk: Uint8Array): Uint8Array[] => {
    const out: Uint8Array[] = []
    for (let at = 0; at < chunk.length; ) {
      if (left === 0) {
        head[filled++] = chunk[at++]!
        checkHead(head, filled, awaitsSpec)
        if (filled < RECORD_HEAD) continue
        left = lengthOf(head)
        filled = 0
        continue
      }
      const taken = chunk.subarray(at, at + left)
      at += taken.length
      left -= taken.length
      if (!awaitsSpec) out.push(taken)
      else if (taken[0] === 1) awaitsSpec = false
      else throw framingError('a ChangeCipherSpec that is none')
    }
    return out
  }

  return {
    seal(chunks) {
      const out: Uint8Array[] = []
      if (sendsSpec) out.push(Uint8Array.from(CHANGE_CIPHER_SPEC_RECORD))
      sendsSpec = false
      let toCome = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
      let room = 0
      for (const chunk of chunks) {
        for (let at = 0; at < chunk.length; ) {
          if (room === 0) {
            room = Math.min(toCome, MAX_SENT)
            out.push(recordHead(APPLICATION_DATA, room))
          }
          const piece = chunk.subarray(at, at + room)
          out.push(piece)
          at += piece.length
          room -= piece.length
          toCome -= piece.length
        }
      }
      return out
    },
    open(chunk) {
      if (failure) throw failure
      try {
        return unwrap(chunk)
      } catch (error) {
        failure = error as Error
        throw error
      }
    },
  }
}

/** Looks at each byte of a head as it comes: `filled` of them are there. */
function checkHead(head: Uint8Array, filled: number, awaitsSpec: boolean): void {
  const type = head[0]!
  const expected = awaitsSpec ? CHANGE_CIPHER_SPEC : APPLICATION_DATA
  if (type === ALERT && !awaitsSpec) throw framingError('the other side ended the TLS connection with an alert')
  if (type !== expected) throw framingError(`a TLS record of type ${type} came where ${expected} belongs`)
  if ((filled > 1 && head[1] !== 3) || (filled > 2 && head[2] !== 3)) {
    throw framingError('a TLS record of another version than 0303 came')
  }
  if (filled < RECORD_HEAD) return
  const length = lengthOf(head)
  if (length < 1 || length > (awaitsSpec ? 1 : MAX_RECEIVED)) {
    throw framingError(`a TLS record of type ${type} has ${length} bytes`)
  }
}

/** The length that a head states. */
export function lengthOf(head: Uint8Array): number {
  return view(head).getUint16(3)
}
