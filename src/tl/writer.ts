/**
 * Writes TL values into a growing buffer.
 *
 * Source: https://core.telegram.org/mtproto/serialize
 */

import { instead } from '#explain'
import { view } from '../bytes.ts'
import { TlError } from '../errors.ts'
import { MAX_BYTES, SHORT } from './limits.ts'
import { BOOL_FALSE_ID, BOOL_TRUE_ID, MAX_DEPTH, VECTOR_ID } from './reader.ts'

export { MAX_BYTES } from './limits.ts'

const utf8 = new TextEncoder()

/** Writes one value after another into a buffer that grows; every method throws `TlError` for a value of another type. */
export class TlWriter {
  /** The buffer that is written to; replaced by a larger one when it is full. */
  buffer: Uint8Array
  /** Offset of the next byte to write. */
  pos: number
  /** Offset of the first byte written. What lies before is the caller's, for headers filled in later. */
  readonly start: number
  #view: DataView
  #depth = 0

  /**
   * @param capacity bytes to allocate at first, behind the headroom
   * @param headroom bytes to leave free in front
   * @param buffer memory to begin with, instead of fresh
   */
  constructor(capacity = 256, headroom = 0, buffer: Uint8Array = new Uint8Array(headroom + capacity)) {
    this.buffer = buffer
    this.#view = view(buffer)
    this.start = headroom
    this.pos = headroom
  }

  /** Number of bytes written. */
  get length(): number {
    return this.pos - this.start
  }

  /** What was written, as a view: valid until the next write. */
  finish(): Uint8Array {
    return this.buffer.subarray(this.start, this.pos)
  }

  /** Throws a `TlError` at the present offset. */
  fail(message: string, constructorName?: string): never {
    throw new TlError(message, this.pos - this.start, constructorName)
  }

  #wrong(expected: string, value: unknown): never {
    this.fail(`expected ${expected}${instead(value) ?? ''}`)
  }

  /** Makes room for `length` bytes, moves over them and returns their offset in {@link buffer}. */
  claim(length: number): number {
    const at = this.pos
    const needed = at + length
    if (needed > this.buffer.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.buffer.length))
      larger.set(this.buffer.subarray(0, at))
      this.buffer = larger
      this.#view = view(larger)
    }
    this.pos = needed
    return at
  }

  /** What was written from offset `from` on, in order, as views: valid until the next write. */
  pieces(from: number): Uint8Array[] {
    return [this.buffer.subarray(from, this.pos)]
  }

  /** Takes `length` bytes away from the front of the buffer, with what was written there. */
  drop(length: number): void {
    this.buffer = this.buffer.subarray(length)
    this.#view = view(this.buffer)
    this.pos -= length
  }

  /** Signed 32-bit integer. */
  int(value: number): void {
    if (typeof value !== 'number' || (value | 0) !== value) this.#wrong('a 32-bit integer', value)
    const at = this.claim(4)
    this.#view.setInt32(at, value, true)
  }

  /** Unsigned 32-bit integer: constructor ids and flags. */
  uint(value: number): void {
    const at = this.claim(4)
    this.#view.setUint32(at, value, true)
  }

  /** Signed 64-bit integer; unsigned values up to 2^64-1 are accepted for their bits. */
  long(value: bigint): void {
    if (typeof value !== 'bigint' || (BigInt.asIntN(64, value) !== value && BigInt.asUintN(64, value) !== value)) {
      this.#wrong('a 64-bit bigint', value)
    }
    const at = this.claim(8)
    this.#view.setBigUint64(at, value, true)
  }

  /** IEEE 754 double. */
  double(value: number): void {
    if (typeof value !== 'number') this.#wrong('a number', value)
    const at = this.claim(8)
    this.#view.setFloat64(at, value, true)
  }

  /** Bytes as they stand, without length or padding. With `length`, anything else is an error (int128, int256). */
  raw(value: Uint8Array, length?: number): void {
    if (!(value instanceof Uint8Array)) this.#wrong('a Uint8Array', value)
    if (length !== undefined && value.length !== length) this.fail(`expected ${length} bytes, got ${value.length}`)
    const at = this.claim(value.length)
    this.buffer.set(value, at)
  }

  /** A byte string with length and padding. */
  bytes(value: Uint8Array): void {
    if (!(value instanceof Uint8Array)) this.#wrong('a Uint8Array', value)
    const length = value.length
    if (length > MAX_BYTES) this.fail(`a string of ${length} bytes is longer than ${MAX_BYTES}`)
    const head = length < 254 ? 1 : 4
    const size = (head + length + 3) & ~3
    const at = this.claim(size)
    if (head === 1) this.buffer[at] = length
    else this.#view.setUint32(at, ((length << 8) | 254) >>> 0, true)
    this.buffer.set(value, at + head)
    for (let i = at + head + length; i < at + size; i++) this.buffer[i] = 0
  }

  /** A string, as UTF-8. */
  string(value: string): void {
    if (typeof value !== 'string') this.#wrong('a string', value)
    if (value.length > SHORT || !this.#ascii(value)) this.bytes(utf8.encode(value))
  }

  /** Writes a short string if it is ASCII: several times faster than the encoder. Else writes nothing. */
  #ascii(value: string): boolean {
    const length = value.length
    const size = (length + 4) & ~3
    const at = this.claim(size)
    const { buffer } = this
    buffer[at] = length
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i)
      if (code > 127) {
        this.pos = at
        return false
      }
      buffer[at + 1 + i] = code
    }
    for (let i = at + 1 + length; i < at + size; i++) buffer[i] = 0
    return true
  }

  /** Boxed `Bool`. */
  bool(value: boolean): void {
    if (typeof value !== 'boolean') this.#wrong('a boolean', value)
    this.uint(value ? BOOL_TRUE_ID : BOOL_FALSE_ID)
  }

  /** Boxed `Vector t`; `item` writes one element. */
  vector<T>(items: readonly T[], item: (writer: TlWriter, value: T) => void): void {
    this.uint(VECTOR_ID)
    this.bareVector(items, item)
  }

  /** A vector without its constructor id. */
  bareVector<T>(items: readonly T[], item: (writer: TlWriter, value: T) => void): void {
    const isArray: boolean = Array.isArray(items)
    if (!isArray) this.#wrong('an array', items)
    this.int(items.length)
    for (const value of items) item(this, value)
  }

  /** A query: `!X`. */
  query(encode: (writer: TlWriter) => void): void {
    if (typeof encode !== 'function') this.#wrong('a function that writes a query', encode)
    encode(this)
  }

  /** Begins a value of a type with one constructor: checks that it is one and writes the id. */
  begin(id: number, value: { readonly _: string }, name: string): void {
    if (value?._ !== name) this.unexpected(value, name)
    this.uint(id)
  }

  /** Writes a value of a type that can contain itself; what no reader would take is refused, circles among it. */
  nest<T>(write: (writer: TlWriter, value: T) => void, value: T): void {
    try {
      if (++this.#depth > MAX_DEPTH) this.fail(`nested deeper than ${MAX_DEPTH}`)
      write(this, value)
    } finally {
      this.#depth--
    }
  }

  /** Fails because `value` is none of the constructors of `type`. */
  unexpected(value: unknown, type: string): never {
    this.#wrong(`a value of type ${type}`, value)
  }
}

// What vectors of scalars are written with.

/** Writes an element of a vector: signed 32-bit integer. */
export const writeInt = (w: TlWriter, v: number): void => w.int(v)
/** Writes an element of a vector: signed 64-bit integer. */
export const writeLong = (w: TlWriter, v: bigint): void => w.long(v)
/** Writes an element of a vector: IEEE 754 double. */
export const writeDouble = (w: TlWriter, v: number): void => w.double(v)
/** Writes an element of a vector: UTF-8 string. */
export const writeString = (w: TlWriter, v: string): void => w.string(v)
/** Writes an element of a vector: byte string. */
export const writeBytes = (w: TlWriter, v: Uint8Array): void => w.bytes(v)
/** Writes an element of a vector: 16 bytes as they stand. */
export const writeInt128 = (w: TlWriter, v: Uint8Array): void => w.raw(v, 16)
/** Writes an element of a vector: 32 bytes as they stand. */
export const writeInt256 = (w: TlWriter, v: Uint8Array): void => w.raw(v, 32)
/** Writes an element of a vector: `boolTrue` or `boolFalse`. */
export const writeBool = (w: TlWriter, v: boolean): void => w.bool(v)
