/**
 * One number for everything that went over the wires of a run: two runs with the same digest sent the same bytes at the
 * same instants.
 */
import { createHash } from 'node:crypto'
import { view } from '../../bytes.ts'

export class Digest {
  readonly #hash = createHash('sha256')
  readonly #head = new Uint8Array(24)
  #bytes = 0

  /** Bytes taken. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Takes bytes as they are handed to a wire.
   * @param time virtual milliseconds
   * @param link number of the link
   * @param direction 0 to the server, 1 to the client
   */
  add(time: number, link: number, direction: 0 | 1, bytes: Uint8Array): void {
    const head = view(this.#head)
    head.setFloat64(0, time)
    head.setUint32(8, link)
    head.setUint32(12, direction)
    head.setUint32(16, bytes.length)
    this.#hash.update(this.#head).update(bytes)
    this.#bytes += bytes.length
  }

  /** The digest, 64 hexadecimal digits; nothing may follow. */
  finish(): string {
    return this.#hash.digest('hex')
  }
}

/** One digest over many, in their order. */
export function digestOf(digests: Iterable<string>): string {
  const hash = createHash('sha256')
  for (const one of digests) hash.update(one)
  return hash.digest('hex')
}
