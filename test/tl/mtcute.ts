/**
 * A writer and a reader of the shape that the maps of `@mtcute/tl` are called with, so that an independent implementation
 * stands beside ours. Numbers are taken and given as our values have them: `long` and its `int53` as bigint.
 */
import { createRequire } from 'node:module'

type Entry<Args extends unknown[], Result> = ((...args: Args) => Result) | undefined

const require = createRequire(import.meta.url)
const { __tlWriterMap: writers } = require('@mtcute/tl/binary/writer.js') as {
  __tlWriterMap: Record<string, Entry<[w: unknown, v: unknown], void>> & { _bare: Record<number, unknown> }
}
const { __tlReaderMap: readers } = require('@mtcute/tl/binary/reader.js') as {
  __tlReaderMap: Record<number, Entry<[r: unknown], unknown>>
}

type Item = (this: Foreign, ...args: unknown[]) => unknown

/** A place in bytes: what both directions share. */
class Foreign {
  readonly view: DataView
  readonly data: Uint8Array
  pos = 0

  constructor(bytes: Uint8Array) {
    this.data = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  move(length: number): number {
    const at = this.pos
    this.pos += length
    return at
  }
}

class ForeignWriter extends Foreign {
  uint = (value: number): void => this.view.setUint32(this.move(4), value, true)
  int = (value: number): void => this.view.setInt32(this.move(4), value, true)
  long = (value: bigint): void => this.view.setBigInt64(this.move(8), value, true)
  int53 = (value: bigint): void => this.long(value)
  double = (value: number): void => this.view.setFloat64(this.move(8), value, true)
  boolean = (value: boolean): void => this.uint(value ? 0x997275b5 : 0xbc799737)
  raw = (value: Uint8Array): void => this.data.set(value, this.move(value.length))
  int128 = (value: Uint8Array): void => this.raw(value)
  int256 = (value: Uint8Array): void => this.raw(value)
  string = (value: string): void => this.bytes(new TextEncoder().encode(value))
  bytes = (value: Uint8Array): void => {
    if (value.length < 254) this.raw(Uint8Array.of(value.length))
    else this.raw(Uint8Array.of(254, value.length & 255, (value.length >> 8) & 255, value.length >> 16))
    this.raw(value)
    while (this.pos % 4 !== 0) this.raw(Uint8Array.of(0))
  }
  object = (value: { _: string }): void => {
    const write = writers[value._]
    if (!write) throw new Error(`the other implementation has no ${value._}`)
    write.call(this, this, value)
  }
  vector = (item: Item, values: unknown[], bare?: unknown): void => {
    if (!bare) this.uint(0x1cb5c415)
    this.uint(values.length)
    const isMapped = Object.values(writers._bare).includes(item)
    for (const value of values) item.call(this, ...(isMapped ? [this, value] : [value]))
  }
}

class ForeignReader extends Foreign {
  uint = (): number => this.view.getUint32(this.move(4), true)
  int = (): number => this.view.getInt32(this.move(4), true)
  long = (): bigint => this.view.getBigInt64(this.move(8), true)
  int53 = (): bigint => this.long()
  double = (): number => this.view.getFloat64(this.move(8), true)
  boolean = (): boolean => this.uint() === 0x997275b5
  raw = (length: number): Uint8Array => this.data.slice(this.move(length), this.pos)
  int128 = (): Uint8Array => this.raw(16)
  int256 = (): Uint8Array => this.raw(32)
  string = (): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.bytes())
  bytes = (): Uint8Array => {
    let length = this.raw(1)[0]!
    if (length === 254) {
      const [low, middle, high] = this.raw(3)
      length = low! | (middle! << 8) | (high! << 16)
    }
    const value = this.raw(length)
    while (this.pos % 4 !== 0) this.pos++
    return value
  }
  object = (): unknown => {
    const id = this.uint()
    if (id === 0x1cb5c415) return this.vector(this.object, true)
    const read = readers[id]
    if (!read) throw new Error(`the other implementation has no 0x${id.toString(16)}`)
    return read.call(this, this)
  }
  vector = (item: Item, bare?: unknown): unknown[] => {
    if (!bare && this.uint() !== 0x1cb5c415) throw new Error('no vector here')
    return Array.from({ length: this.uint() }, () => item.call(this, this))
  }
}

/** The bytes that the other implementation makes of a boxed value. */
export function foreignBytes(value: { _: string }, space: number): Uint8Array {
  const writer = new ForeignWriter(new Uint8Array(space))
  writer.object(value)
  return writer.data.slice(0, writer.pos)
}

/** What the other implementation reads from bytes: the value, and how many bytes it took. */
export function foreignValue(bytes: Uint8Array): { value: unknown; length: number } {
  const reader = new ForeignReader(bytes)
  return { value: reader.object(), length: reader.pos }
}
