/**
 * Buffers for parts, shared by all uploads of a process.
 *
 * An upload of its own buffers gives a large file all it needs; of many small files each would need one, which the system
 * has to clear and the engine to collect. Here they go from one file to the next: sorted by length, a bounded number of
 * bytes kept. Where there is no such pool, each upload has its own: `reader.ts`.
 */
import type { BufferPool } from './reader.ts'

/** Lengths are rounded up to a multiple of this, so that files of about the same size share. */
const STEP = 16 * 1024

/**
 * A pool for parts of any size.
 * @param keep most bytes that it holds while nobody uses them
 */
export function sharedBuffers(keep: number): BufferPool {
  const free = new Map<number, Uint8Array[]>()
  let kept = 0
  return {
    take(length) {
      const size = Math.ceil(length / STEP) * STEP
      const found = free.get(size)?.pop()
      if (found) kept -= size
      return found ?? new Uint8Array(size)
    },
    give(buffer) {
      const { length } = buffer
      if (kept + length > keep) return
      kept += length
      const same = free.get(length)
      if (same) same.push(buffer)
      else free.set(length, [buffer])
    },
  }
}
