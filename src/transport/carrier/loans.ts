/**
 * Memory for large packets, used over and over: one pool for all carriers of the process that know when the system has
 * taken their bytes.
 *
 * A packet of half a megabyte in fresh memory costs a fault for each of its pages and soon a collection of garbage. What
 * was lent comes back when the chunks that lie in it have been written, all of them by one call; what never does, as that
 * of a broken connection, is left to the garbage collector, so nothing has to be returned for sure. Free memory is kept as
 * long as the collector does not want it: after an upload it goes by itself.
 */

/** Most pieces that are kept free: of all connections few have more than one packet on its way to the system. */
const KEPT = 4

/** Free memory, what was used last at the end. */
const free: WeakRef<ArrayBuffer>[] = []
/** What is lent; forgotten where its borrower has forgotten it. */
const lent = new WeakSet<ArrayBufferLike>()

/** Lends at least `length` bytes of any content. */
export function lend(length: number): Uint8Array {
  let memory: ArrayBuffer | undefined
  for (let i = free.length - 1; i >= 0 && !memory; i--) {
    const one = free[i]!.deref()
    // Gone, or of a size that would be wasted.
    if (!one || (one.byteLength >= length && one.byteLength <= 2 * length)) {
      free.splice(i, 1)
      memory = one
    }
  }
  memory ??= new ArrayBuffer(length)
  lent.add(memory)
  return new Uint8Array(memory)
}

/** Tells which loans the chunks end once they have been written; the function takes them back. */
export function repayment(chunks: readonly Uint8Array[]): (() => void) | undefined {
  const loans = chunks.map(({ buffer }) => buffer).filter((buffer) => lent.delete(buffer)) as ArrayBuffer[]
  if (loans.length === 0) return undefined
  return () => {
    for (const memory of loans) free.push(new WeakRef(memory))
    if (free.length > KEPT) free.splice(0, free.length - KEPT)
  }
}
