/** `length` bytes that repeat at no power of two, so that a part in another's place shows. */
export function pattern(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(length)
  let state = seed | 1
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0
    out[i] = state >>> 16
  }
  return out
}

/** Cuts bytes into chunks of the given sizes, the last size repeated. */
export function* cut(bytes: Uint8Array, ...sizes: number[]): Generator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[Math.min(i, sizes.length - 1)]!
    yield bytes.subarray(at, at + size)
    at += size
  }
}
