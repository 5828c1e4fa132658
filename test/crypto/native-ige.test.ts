/** IGE by native CBC between two XORs: from anywhere, in any pieces, by either kernel. */
import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { concat } from '../../src/bytes.ts'
import { ige } from '../../src/crypto/ige.ts'
import { type Kernels, nativeIgeEncrypt } from '../../src/crypto/native-ige.ts'
import { portableCrypto } from '../../src/crypto/portable.ts'
import { OVERRUN, plainKernel, wasmKernel, type XorKernel } from '../../src/crypto/xor-kernel.ts'

/** Whole pages, and enough for IGE. */
const SIZE = 128 * 1024
const KEY = Uint8Array.from({ length: 32 }, (_, i) => 7 * i + 1)
const IV = Uint8Array.from({ length: 32 }, (_, i) => 11 * i + 3)
const patterned = (length: number, step: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => step * i + (i >> 8))

function expected(plain: Uint8Array): Uint8Array {
  const data = plain.slice()
  ige(KEY, IV, data, false)
  return data
}

/** Cuts bytes at these places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [0, ...places.map((one) => one % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return at.slice(1).map((end, i) => bytes.slice(at[i], end))
}

const both: readonly (readonly [string, () => XorKernel])[] = [
  ['WebAssembly', () => wasmKernel(SIZE)!],
  ['JavaScript', () => plainKernel(SIZE)],
]

test('this platform has the fast kernel', () => {
  expect(wasmKernel(1)?.memory.length).toBe(65_536)
})

test('a platform without WebAssembly has none, and IGE does without', () => {
  const { WebAssembly } = globalThis
  // @ts-expect-error: as with `node --jitless`
  delete globalThis.WebAssembly
  try {
    expect(wasmKernel(SIZE)).toBeUndefined()
    const data = patterned(100_000, 13)
    const wanted = expected(data)
    nativeIgeEncrypt(KEY, IV, data, [data], {})
    expect(Buffer.compare(data, wanted)).toBe(0)
  } finally {
    globalThis.WebAssembly = WebAssembly
  }
})

describe.each(both)('%s', (_, make) => {
  test.prop([fc.integer({ min: 1, max: 5000 }), fc.nat(63), fc.nat(63), fc.nat(63), fc.boolean()])(
    'XORs what it is told, and touches no more than the overrun behind it',
    (words, to, a, b, inPlace) => {
      const { memory, xor } = make()
      memory.set(patterned(SIZE, 5))
      const length = 4 * words
      const from = 4 * a
      const second = 32_768 + 4 * b
      const target = inPlace ? from : 65_536 + 4 * to
      const before = memory.slice()
      xor(target, from, second, length)
      const wanted = before.slice(from, from + length).map((byte, i) => byte ^ before[second + i]!)
      expect(Buffer.compare(memory.subarray(target, target + length), wanted)).toBe(0)
      expect(Buffer.compare(memory.subarray(0, target), before.subarray(0, target))).toBe(0)
      const end = target + length + OVERRUN
      expect(Buffer.compare(memory.subarray(end), before.subarray(end))).toBe(0)
    },
  )

  test.prop([fc.integer({ min: 0, max: 7000 }), fc.array(fc.nat(), { maxLength: 5 }), fc.nat(255)], { numRuns: 40 })(
    'encrypts pieces into other memory as IGE does, and leaves them as they are',
    (blocks, places, step) => {
      const kernel = make()
      const kernels: Kernels = { short: kernel, long: kernel }
      const plain = patterned(16 * blocks, step)
      const pieces = cut(plain, places)
      const data = new Uint8Array(plain.length).fill(0xee)
      nativeIgeEncrypt(KEY, IV, data, pieces, kernels)
      expect(Buffer.compare(data, expected(plain))).toBe(0)
      expect(Buffer.compare(concat(...pieces), plain)).toBe(0)
    },
  )

  test('encrypts in place around a piece from elsewhere', () => {
    const plain = patterned(16 * 5000, 3)
    const wanted = expected(plain)
    const [at, end] = [100, plain.length - 20]
    const data = plain.slice().fill(0xee, at, end)
    const kernel = make()
    const pieces = [data.subarray(0, at), plain.subarray(at, end), data.subarray(end)]
    nativeIgeEncrypt(KEY, IV, data, pieces, { short: kernel, long: kernel })
    expect(Buffer.compare(data, wanted)).toBe(0)
  })

  test.each([16, 4096, 16_384, 32_768, 32_784, 70_000 - (70_000 % 16)])(
    'nothing of %i bytes stays behind in the scratch memory',
    (length) => {
      const kernel = make()
      nativeIgeEncrypt(KEY, IV, patterned(length, 9).fill(0x77), undefined, { short: kernel, long: kernel })
      expect(kernel.memory.some((byte) => byte !== 0)).toBe(false)
    },
  )
})

test.each([
  ['native', nativeIgeEncrypt],
  ['portable', portableCrypto.igeEncrypt],
] as const)('%s: pieces take the place of the data, at their own place in it too', (_, igeEncrypt) => {
  const plain = patterned(48, 5)
  const data = concat(plain.subarray(0, 7), new Uint8Array(30), plain.subarray(37))
  igeEncrypt(KEY, IV, data, [data.subarray(0, 7), plain.subarray(7, 37), data.subarray(37)])
  expect(data).toEqual(expected(plain))
})

test('pieces that are not as long together as the data are a RangeError, and the data stays as it was', () => {
  for (const length of [0, 31, 33]) {
    const data = new Uint8Array(32)
    expect(() => nativeIgeEncrypt(KEY, IV, data, [new Uint8Array(length)])).toThrow(RangeError)
    expect(data).toEqual(new Uint8Array(32))
  }
})
