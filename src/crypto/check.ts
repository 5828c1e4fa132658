/**
 * Checks of arguments, the same for every implementation of the primitives.
 */
import { hint } from '#explain'

/** @throws RangeError unless `bytes` has `length` bytes */
export function checkLength(name: string, bytes: { readonly length: number }, length: number): void {
  if (bytes.length !== length) {
    throw new RangeError(hint(() => `${name} has ${bytes.length} bytes, not ${length}`))
  }
}

/** @throws RangeError unless key, IV and data have the lengths that AES-256-IGE works on */
export function checkIge(key: Uint8Array, iv: Uint8Array, data: Uint8Array): void {
  checkLength('key', key, 32)
  checkLength('iv', iv, 32)
  if (data.length % 16 !== 0) {
    throw new RangeError(hint(() => `AES-IGE works on blocks of 16 bytes, not on ${data.length} bytes`))
  }
}

/** @throws RangeError unless the pieces have `length` bytes together */
export function checkFrom(from: readonly Uint8Array[], length: number): void {
  let given = 0
  for (const piece of from) given += piece.length
  checkLength('what is to be encrypted', { length: given }, length)
}
