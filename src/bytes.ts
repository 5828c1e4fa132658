/**
 * Byte arrays: the few operations that every floor needs and the platform lacks.
 *
 * Everything here works on plain `Uint8Array`, never on Node's `Buffer`.
 */
import { hint } from '#explain'

/** Joins byte arrays into a new one. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const out = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/**
 * Compares two byte arrays in time that depends on their length alone.
 * Used for every nonce, hash and msg_key that comes from the other side.
 */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!
  return difference === 0
}

/** XOR of two byte arrays of the same length, as a new array. */
export function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length)
  for (let i = 0; i < a.length; i++) out[i] = a[i]! ^ b[i]!
  return out
}

/** A view over the same memory, for reading and writing numbers. */
export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Lower-case hex of `bytes`. */
export function toHex(bytes: Uint8Array): string {
  let out = ''
  for (const byte of bytes) out += byte.toString(16).padStart(2, '0')
  return out
}

/** Bytes of a hex string; throws `RangeError` on anything else. */
export function fromHex(hex: string): Uint8Array {
  if (hex.length % 2 !== 0 || /[^0-9a-f]/i.test(hex)) throw new RangeError(hint('not a hex string'))
  const out = new Uint8Array(hex.length / 2)
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16)
  return out
}

/** Big-endian unsigned number of `bytes`. The empty array is 0. */
export function toBigInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`)
}

/**
 * Big-endian bytes of an unsigned number, left-padded with zeros to `length`.
 * Without `length`, as short as possible. Throws `RangeError` when the number does not fit.
 */
export function fromBigInt(value: bigint, length?: number): Uint8Array {
  const hex = value.toString(16)
  const size = length ?? (hex.length + 1) >> 1
  if (value < 0n || hex.length > 2 * size) throw new RangeError(hint(() => `number does not fit in ${size} bytes`))
  return fromHex(hex.padStart(2 * size, '0'))
}
