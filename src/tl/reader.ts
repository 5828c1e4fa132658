/**
 * Reads TL values from bytes.
 *
 * Every length and count is checked against the bytes that remain before anything is allocated, and every failure is a
 * `TlError` that names the offset. Source: https://core.telegram.org/mtproto/serialize
 */

import { hint } from '#explain'
import { view } from '../bytes.ts'
import { TlError } from '../errors.ts'
import { BOOL_FALSE_ID, BOOL_TRUE_ID, MAX_DEPTH, VECTOR_ID } from './limits.ts'

export { BOOL_FALSE_ID, BOOL_TRUE_ID, MAX_DEPTH, VECTOR_ID } from './limits.ts'

// A byte order mark is part of a string like any other character.
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** The signed 32-bit integer at offset `at`. */
export function wordAt(buffer: Uint8Array, at: number): number {
  return buffer[at]! | (buffer[at + 1]! << 8) | (buffer[at + 2]! << 16) | (buffer[at + 3]! << 24)
}

/** Reads one value after another from a buffer; every method throws `TlError` when the bytes are not what it expects. */
export class TlReader {
  /** The buffer that is read. */
  readonly buffer: Uint8Array
  /** Offset of the next byte to read. */
  pos: number
  /** Offset behind the last byte that may be read. */
  readonly end: number
  /** Whether {@link bytes} and {@link raw} return views into the buffer instead of copies. */
  readonly views: boolean
  #depth = 0
  #id = 0
  #type: string | undefined

  /**
   * @param buffer bytes to read
   * @param start offset of the first byte, 0 unless told
   * @param end offset behind the last byte, the buffer's end unless told
   * @param options `views: true` makes {@link bytes} and {@link raw} return views into `buffer` instead of copies; only
   *   for callers that own the buffer and let go of the values before it is used again
   */
  constructor(buffer: Uint8Array, start = 0, end: number = buffer.length, options: { readonly views?: boolean } = {}) {
    this.buffer = buffer
    this.pos = start
    this.end = end
    this.views = options.views === true
  }

  /** Number of bytes left. */
  get remaining(): number {
    return this.end - this.pos
  }

  /** Fails at the current offset. Without a name, the error names the type of the value that was begun last. */
  fail(message: string | undefined = 'damaged', constructorName: string | undefined = this.#type): never {
    throw new TlError(message, this.pos, constructorName)
  }

  /** Reads the id of a boxed value of type `type`, which errors will name. */
  id(type: string): number {
    this.#type = type
    this.#id = this.uint()
    return this.#id
  }

  /** Reads the id of a type's only constructor, and returns the constructor's name. */
  only<Name extends string>(id: number, name: Name): Name {
    if (this.id(name) !== id) this.unknown()
    return name
  }

  /** Fails because constructor `id`, just read, is none of type `type`. */
  unknown(id: number = this.#id, type: string | undefined = this.#type): never {
    throw new TlError(`unknown constructor 0x${id.toString(16).padStart(8, '0')} for ${type}`, this.pos - 4)
  }

  /** Moves over `length` bytes and returns the offset they start at. */
  #take(length: number): number {
    const at = this.pos
    if (length > this.end - at) this.fail(hint(() => `needs ${length} bytes, ${this.end - at} left`))
    this.pos = at + length
    return at
  }

  /** Signed 32-bit integer. */
  int(): number {
    return wordAt(this.buffer, this.#take(4))
  }

  /** Unsigned 32-bit integer: constructor ids and flags. */
  uint(): number {
    return this.int() >>> 0
  }

  /** The next constructor id, without moving on. */
  peekId(): number {
    const id = this.uint()
    this.pos -= 4
    return id
  }

  /** Signed 64-bit integer. */
  long(): bigint {
    return view(this.buffer).getBigInt64(this.#take(8), true)
  }

  /** IEEE 754 double. */
  double(): number {
    return view(this.buffer).getFloat64(this.#take(8), true)
  }

  /** Bytes of the buffer, as a view or a copy. */
  #cut(start: number, length: number): Uint8Array {
    return this.buffer[this.views ? 'subarray' : 'slice'](start, start + length)
  }

  /** `length` bytes as they stand, without padding: int128 (16) and int256 (32) among them. */
  raw(length: number): Uint8Array {
    return this.#cut(this.#take(length), length)
  }

  /** Offset and length of a TL string; moves behind its padding. */
  #blob(): [start: number, length: number] {
    const at = this.pos
    const word = this.uint()
    const first = word & 255
    this.pos = at
    if (first === 255) this.fail(hint('a string cannot start with 0xff'))
    const [head, length] = first === 254 ? [4, word >>> 8] : [1, first]
    this.#take((head + length + 3) & ~3)
    return [at + head, length]
  }

  /** A byte string. */
  bytes(): Uint8Array {
    const [start, length] = this.#blob()
    return this.#cut(start, length)
  }

  /** A string; bytes that are not UTF-8 become U+FFFD. */
  string(): string {
    const [start, length] = this.#blob()
    return utf8.decode(this.buffer.subarray(start, start + length))
  }

  /** A reader of its own over the next `length` bytes, which this one moves over. */
  part(length: number): TlReader {
    const at = this.#take(length)
    return new TlReader(this.buffer, at, at + length, this)
  }

  /** Boxed `Bool`. */
  bool(): boolean {
    const id = this.uint()
    return id === BOOL_TRUE_ID || (id !== BOOL_FALSE_ID && this.unknown(id, 'Bool'))
  }

  /**
   * Boxed `Vector t`.
   * @param item reads one element from this reader
   * @param minSize the least number of bytes an element takes; bounds the count before the array grows
   */
  vector<T>(item: (reader: TlReader) => T, minSize = 4): T[] {
    const id = this.uint()
    if (id !== VECTOR_ID) this.unknown(id, 'Vector')
    return this.bareVector(item, minSize)
  }

  /** A vector without its constructor id. */
  bareVector<T>(item: (reader: TlReader) => T, minSize = 4): T[] {
    const count = this.int()
    if (count < 0 || count * minSize > this.remaining)
      this.fail(hint(() => `a vector of ${count} does not fit in ${this.remaining} bytes`))
    const out: T[] = []
    for (let i = 0; i < count; i++) out.push(item(this))
    return out
  }

  /** Reads a value of a type that can contain itself. */
  nest<T>(read: (reader: TlReader) => T): T {
    try {
      if (++this.#depth > MAX_DEPTH) this.fail(`nested deeper than ${MAX_DEPTH}`)
      return read(this)
    } finally {
      this.#depth--
    }
  }
}
