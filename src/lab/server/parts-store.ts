/**
 * Where the bytes of uploaded parts are kept, behind one small interface; here the one in memory.
 *
 * A file is never put together: whoever reads it names the part and the range inside it, so a file of two gigabytes
 * costs no more memory than what is asked for. `parts-on-disk.ts` keeps the same in a spool file.
 * A store may answer at once or with a promise; the one in memory always answers at once, which keeps simulations
 * deterministic.
 */

/** The parts of one upload. */
export interface StoredParts {
  /**
   * Stores a part, replacing one of the same number.
   * @param bytes given away: the store may keep them without copying
   */
  put(part: number, bytes: Uint8Array): void | Promise<void>
  /** Length of a part in bytes, `undefined` when it is missing. */
  sizeOf(part: number): number | undefined
  /** `length` bytes of a stored part from `offset` on. The caller must not change them. */
  read(part: number, offset: number, length: number): Uint8Array | Promise<Uint8Array>
  /** Forgets one part: a later use of the file finds it missing. */
  forget(part: number): void
  /** Gives the room back; the parts are gone. */
  dispose(): void
}

/** Keeps the parts of any number of uploads. */
export interface PartsStore {
  /** A place for the parts of one upload. */
  create(): StoredParts
  /** Frees everything; pending writes end first. */
  close(): Promise<void>
}

/** Keeps parts in memory, in the very buffers they arrived in. */
export function memoryParts(): PartsStore {
  return {
    create: () => new MemoryParts(),
    close: async () => {},
  }
}

class MemoryParts implements StoredParts {
  readonly #parts = new Map<number, Uint8Array>()

  put(part: number, bytes: Uint8Array): void {
    this.#parts.set(part, bytes)
  }

  sizeOf(part: number): number | undefined {
    return this.#parts.get(part)?.length
  }

  read(part: number, offset: number, length: number): Uint8Array {
    const bytes = this.#parts.get(part)
    if (bytes === undefined || offset < 0 || offset + length > bytes.length)
      throw new RangeError(`part ${part} is not there`)
    return bytes.subarray(offset, offset + length)
  }

  forget(part: number): void {
    this.#parts.delete(part)
  }

  dispose(): void {
    this.#parts.clear()
  }
}
