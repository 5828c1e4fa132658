/**
 * Reads TL values from bytes.
 *
 * Every length and count is checked against the bytes that remain before anything is allocated, and every failure is a
 * `TlError` that names the offset. Source: https://core.telegram.org/mtproto/serialize
 */
import { TlError } from '../errors.ts'

/** Constructor id of a boxed `Vector t`. */
export const VECTOR_ID = 0x1cb5c415
/** Constructor id of `boolTrue`. */
export const BOOL_TRUE_ID = 0x997275b5
/** Constructor id of `boolFalse`. */
export const BOOL_FALSE_ID = 0xbc799737

/** Values nested deeper than this are refused: rich text and page blocks recurse, and a hostile server could exhaust the stack. */
export const MAX_DEPTH = 64

// A byte order mark is part of a string like any other character.
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Reads one value after another from a buffer; every method throws `TlError` when the bytes are not what it expects. */
export class TlReader {
  /** The buffer that is read. */
  readonly buffer: Uint8Array
  /** Offset of the next byte to read. */
  pos: number
  /** Offset behind the last byte that may be read. */
  readonly end: number
  readonly #view: DataView
  readonly #views: boolean
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
  constructor(buffer: Uint8Array, start = 0, end: number = buffer.length, options: { views?: boolean } = {}) {
    this.buffer = buffer
    this.pos = start
    this.end = end
    this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    this.#views = options.views === true
  }

  /** Number of bytes left. */
  get remaining(): number {
    return this.end - this.pos
  }

  /** Fails at the current offset. Without a name, the error names the type of the value that was begun last. */
  fail(message: string, constructorName: string | undefined = this.#type): never {
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
    if (length > this.end - at) this.fail(`needs ${length} bytes, ${this.end - at} left`)
    this.pos = at + length
    return at
  }

  /** Signed 32-bit integer. */
  int(): number {
    return this.#view.getInt32(this.#take(4), true)
  }

  /** Unsigned 32-bit integer: constructor ids and flags. */
  uint(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  /** The next constructor id, without moving on. */
  peekId(): number {
    const id = this.uint()
    this.pos -= 4
    return id
  }

  /** Signed 64-bit integer. */
  long(): bigint {
    return this.#view.getBigInt64(this.#take(8), true)
  }

  /** IEEE 754 double. */
  double(): number {
    return this.#view.getFloat64(this.#take(8), true)
  }

  /** `length` bytes as they stand, without padding: int128 (16) and int256 (32) among them. */
  raw(length: number): Uint8Array {
    const at = this.#take(length)
    return this.#views ? this.buffer.subarray(at, at + length) : this.buffer.slice(at, at + length)
  }

  /** Offset and length of a TL string; moves behind its padding. */
  #blob(): [start: number, length: number] {
    const at = this.#take(4)
    const first = this.buffer[at]!
    let start = at + 1
    let length = first
    if (first === 255) {
      this.pos = at
      this.fail('a string cannot start with 0xff')
    }
    if (first === 254) {
      start = at + 4
      length = this.buffer[at + 1]! | (this.buffer[at + 2]! << 8) | (this.buffer[at + 3]! << 16)
    }
    const size = (start - at + length + 3) & ~3
    this.pos = at
    this.#take(size)
    return [start, length]
  }

  /** A byte string. */
  bytes(): Uint8Array {
    const [start, length] = this.#blob()
    return this.#views ? this.buffer.subarray(start, start + length) : this.buffer.slice(start, start + length)
  }

  /** A string; bytes that are not UTF-8 become U+FFFD. */
  string(): string {
    const [start, length] = this.#blob()
    return utf8.decode(this.buffer.subarray(start, start + length))
  }

  /** Boxed `Bool`. */
  bool(): boolean {
    const id = this.uint()
    if (id === BOOL_TRUE_ID) return true
    if (id === BOOL_FALSE_ID) return false
    return this.unknown(id, 'Bool')
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
      this.fail(`a vector of ${count} does not fit in ${this.remaining} bytes`)
    const out: T[] = []
    for (let i = 0; i < count; i++) out.push(item(this))
    return out
  }

  /** Reads a value of a type that can contain itself. */
  nest<T>(read: (reader: TlReader) => T): T {
    try {
      this.enter()
      return read(this)
    } finally {
      this.leave()
    }
  }

  /** Called on entering a type that can contain itself; pairs with {@link leave}. */
  enter(): void {
    if (++this.#depth > MAX_DEPTH) this.fail(`nested deeper than ${MAX_DEPTH}`)
  }

  /** Called on leaving a type that {@link enter} was called for. */
  leave(): void {
    this.#depth--
  }
}

// What vectors of scalars are read with.

/** Reads an element of a vector: signed 32-bit integer. */
export const readInt = (r: TlReader): number => r.int()
/** Reads an element of a vector: signed 64-bit integer. */
export const readLong = (r: TlReader): bigint => r.long()
/** Reads an element of a vector: IEEE 754 double. */
export const readDouble = (r: TlReader): number => r.double()
/** Reads an element of a vector: UTF-8 string. */
export const readString = (r: TlReader): string => r.string()
/** Reads an element of a vector: byte string. */
export const readBytes = (r: TlReader): Uint8Array => r.bytes()
/** Reads an element of a vector: 16 bytes as they stand. */
export const readInt128 = (r: TlReader): Uint8Array => r.raw(16)
/** Reads an element of a vector: 32 bytes as they stand. */
export const readInt256 = (r: TlReader): Uint8Array => r.raw(32)
/** Reads an element of a vector: `boolTrue` or `boolFalse`. */
export const readBool = (r: TlReader): boolean => r.bool()
