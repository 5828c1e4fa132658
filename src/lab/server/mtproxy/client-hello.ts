/**
 * Reads the ClientHello of a TLS client, forged or not: every length in it must fit, as a real server would demand.
 *
 * Source: RFC 8446, section 4.1.2; RFC 6066, section 3 (server name)
 */
import { view } from '../../../bytes.ts'
import { RANDOM_AT, RANDOM_LENGTH } from '../../../transport/proxy/fake-tls-digest.ts'
import { RECORD_HEAD } from '../../../transport/proxy/tls-records.ts'

/** What the proxy wants to know of a hello. */
export interface ClientHello {
  readonly random: Uint8Array
  readonly sessionId: Uint8Array
  readonly cipherSuites: readonly number[]
  /** Bodies of the extensions by their numbers. */
  readonly extensions: ReadonlyMap<number, Uint8Array>
  /** The first name of the server name extension. */
  readonly serverName: string | undefined
}

const CLIENT_HELLO = 1
const SERVER_NAME = 0
/** Length of the head of a handshake message, within its record. */
const MESSAGE_HEAD = 4

/**
 * Reads a hello.
 * @param record the whole record, head included
 * @returns undefined if anything in it is not as it must be
 */
export function readClientHello(record: Uint8Array): ClientHello | undefined {
  try {
    return read(new Cursor(record))
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function read(cursor: Cursor): ClientHello {
  cursor.expect(0x16, 3, 1)
  const message = cursor.vector(2)
  cursor.end()
  message.expect(CLIENT_HELLO)
  const body = message.vector(3)
  message.end()
  body.expect(3, 3)
  const random = body.take(RANDOM_LENGTH)
  const sessionId = body.vector(1).rest()
  const cipherSuites = body.vector(2).words()
  body.vector(1).expect(0)
  const list = body.vector(2)
  body.end()
  const extensions = new Map<number, Uint8Array>()
  while (list.left > 0) {
    const type = list.number(2)
    if (extensions.has(type)) throw new RangeError('an extension comes twice')
    extensions.set(type, list.vector(2).rest())
  }
  return { random, sessionId, cipherSuites, extensions, serverName: nameIn(extensions.get(SERVER_NAME)) }
}

function nameIn(extension: Uint8Array | undefined): string | undefined {
  if (!extension) return undefined
  const names = new Cursor(extension).vector(2)
  names.expect(0)
  return String.fromCharCode(...names.vector(2).rest())
}

/** Reads numbers and vectors one after another. @throws RangeError when bytes are missing, left over or others */
class Cursor {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  take(length: number): Uint8Array {
    if (length > this.left) throw new RangeError('bytes are missing')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  /** A number of 1 to 3 bytes, big-endian. */
  number(length: number): number {
    return this.take(length).reduce((sum, byte) => 256 * sum + byte, 0)
  }

  /** What stands behind its own length of so many bytes. */
  vector(lengthBytes: number): Cursor {
    return new Cursor(this.take(this.number(lengthBytes)))
  }

  rest(): Uint8Array {
    return this.take(this.left)
  }

  words(): number[] {
    const bytes = view(this.rest())
    if (bytes.byteLength % 2 !== 0) throw new RangeError('half a number')
    return Array.from({ length: bytes.byteLength / 2 }, (_, i) => bytes.getUint16(2 * i))
  }

  expect(...bytes: number[]): void {
    for (const byte of bytes) if (this.number(1) !== byte) throw new RangeError('another byte belongs here')
  }

  end(): void {
    if (this.left > 0) throw new RangeError('bytes are left over')
  }
}

/** Length of the shortest record that can hold a hello's random. */
export const SHORTEST_HELLO: number = RANDOM_AT + RANDOM_LENGTH - RECORD_HEAD
/** Most bytes that the record of a hello may have: those with post-quantum keys have some 1800. */
export const LONGEST_HELLO: number = 4096 + MESSAGE_HEAD
