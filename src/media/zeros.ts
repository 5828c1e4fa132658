/**
 * The packing of file ids: a run of zero bytes becomes a zero and its length. Ids have many.
 */

/** Longest run that is written as one; the length is a byte. */
const MAX_RUN = 250

/** Packs runs of zeros. */
export function packZeros(bytes: Uint8Array): Uint8Array {
  const out: number[] = []
  for (let at = 0; at < bytes.length; ) {
    let run = 0
    while (bytes[at + run] === 0 && run < MAX_RUN) run++
    if (run > 0) out.push(0, run)
    else out.push(bytes[at]!)
    at += run || 1
  }
  return Uint8Array.from(out)
}

/** Unpacks runs of zeros; undefined if the last one lacks its length, or a run is empty. */
export function unpackZeros(packed: Uint8Array): Uint8Array | undefined {
  const out: number[] = []
  for (let at = 0; at < packed.length; at++) {
    if (packed[at] !== 0) {
      out.push(packed[at]!)
      continue
    }
    const run = packed[++at]
    if (!run) return undefined
    for (let i = 0; i < run; i++) out.push(0)
  }
  return Uint8Array.from(out)
}
