/**
 * Checks of arguments, the same for every implementation of the primitives.
 */

/** @throws RangeError unless `bytes` has `length` bytes */
export function checkLength(name: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new RangeError(`${name} has ${bytes.length} bytes, not ${length}`)
}

/** @throws RangeError unless key, IV and data have the lengths that AES-256-IGE works on */
export function checkIge(key: Uint8Array, iv: Uint8Array, data: Uint8Array): void {
  checkLength('key', key, 32)
  checkLength('iv', iv, 32)
  if (data.length % 16 !== 0) throw new RangeError(`AES-IGE works on blocks of 16 bytes, not on ${data.length} bytes`)
}
