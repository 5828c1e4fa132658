/**
 * A writer that does not copy a long byte string: it leaves the string's place free and remembers where the string stands.
 *
 * One string is borrowed at a time; others are copied, as are those that are not long. Whoever takes what was written takes
 * it in {@link BorrowingWriter.pieces}, or has the string copied at last by {@link BorrowingWriter.finish}.
 */
import { MAX_BYTES, TlWriter } from './writer.ts'

/** Strings from this length on are borrowed; shorter ones are copied sooner than remembered. */
const WORTH_BORROWING = 4096

export class BorrowingWriter extends TlWriter {
  /** The string, and where in {@link buffer} its place begins and ends. */
  #borrowed: { readonly bytes: Uint8Array; at: number; end: number } | undefined

  override bytes(value: Uint8Array): void {
    const length = value instanceof Uint8Array ? value.length : 0
    this.#check()
    if (this.#borrowed || length < WORTH_BORROWING || length > MAX_BYTES) {
      super.bytes(value)
      return
    }
    // The head of a long string: 254 and three bytes of length.
    this.uint(((length << 8) | 254) >>> 0)
    const at = this.claim((length + 3) & ~3)
    const end = at + length
    this.buffer.fill(0, end, this.pos)
    this.#borrowed = { bytes: value, at, end }
  }

  override claim(length: number): number {
    this.#check()
    return super.claim(length)
  }

  /** A string that {@link pos} was set back before counts no more. */
  #check(): void {
    if (this.#borrowed && this.pos < this.#borrowed.end) this.#borrowed = undefined
  }

  override drop(length: number): void {
    super.drop(length)
    if (!this.#borrowed) return
    this.#borrowed.at -= length
    this.#borrowed.end -= length
  }

  override pieces(from: number): Uint8Array[] {
    if (!this.#borrowed) return super.pieces(from)
    const { bytes, at, end } = this.#borrowed
    return [this.buffer.subarray(from, at), bytes, this.buffer.subarray(end, this.pos)]
  }

  override finish(): Uint8Array {
    if (this.#borrowed) this.buffer.set(this.#borrowed.bytes, this.#borrowed.at)
    return super.finish()
  }
}
