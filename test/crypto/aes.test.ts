/** Our AES against the standard's example, another author's AES, and the platform's. */
import { createCipheriv } from 'node:crypto'
import { fc, test } from '@fast-check/vitest'
import { unsafe } from '@noble/ciphers/aes.js'
import { expect } from 'vitest'
import { equal, fromHex, toHex, xor } from '../../src/bytes.ts'
import { cryptBlock, expandKey } from '../../src/crypto/aes.ts'
import { ige } from '../../src/crypto/ige.ts'
import { portableCrypto } from '../../src/crypto/portable.ts'

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })

/** One block by our AES, in the middle of other words. */
function block(key: Uint8Array, input: Uint8Array, inverse: boolean): Uint8Array {
  const memory = new Uint8Array(48).fill(0x5a)
  memory.set(input, 16)
  cryptBlock(expandKey(key, inverse), new Int32Array(memory.buffer), 4)
  if (memory.some((byte, i) => i >> 4 !== 1 && byte !== 0x5a)) throw new Error('what lies around the block was changed')
  return memory.slice(16, 32)
}

/** One block by @noble/ciphers. */
function otherBlock(key: Uint8Array, input: Uint8Array, inverse: boolean): Uint8Array {
  const [a, b, c, d] = new Uint32Array(input.slice().buffer) as unknown as [number, number, number, number]
  const keys = inverse ? unsafe.expandKeyDecLE(key) : unsafe.expandKeyLE(key)
  const { s0, s1, s2, s3 } = (inverse ? unsafe.decrypt : unsafe.encrypt)(keys, a, b, c, d)
  return new Uint8Array(Uint32Array.of(s0, s1, s2, s3).buffer)
}

/** IGE as its definition says it, over another author's blocks. */
function otherIge(key: Uint8Array, iv: Uint8Array, data: Uint8Array, inverse: boolean): Uint8Array {
  const out = new Uint8Array(data.length)
  let [output, input]: [Uint8Array, Uint8Array] = inverse
    ? [iv.slice(16), iv.slice(0, 16)]
    : [iv.slice(0, 16), iv.slice(16)]
  for (let at = 0; at < data.length; at += 16) {
    const from = data.slice(at, at + 16)
    output = xor(otherBlock(key, xor(from, output), inverse), input)
    input = from
    out.set(output, at)
  }
  return out
}

test('the example of FIPS 197, C.3, both ways', () => {
  const key = fromHex('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f')
  const plain = fromHex('00112233445566778899aabbccddeeff')
  const cipher = fromHex('8ea2b7ca516745bfeafc49904b496089')
  expect(toHex(block(key, plain, false))).toBe(toHex(cipher))
  expect(toHex(block(key, cipher, true))).toBe(toHex(plain))
})

test('the key schedule of FIPS 197, A.3', () => {
  const key = fromHex('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4')
  const schedule = new Uint8Array(expandKey(key).words.buffer)
  expect(toHex(schedule.subarray(0, 32))).toBe(toHex(key))
  expect(toHex(schedule.subarray(32, 48))).toBe('9ba354118e6925afa51a8b5f2067fcde')
  expect(toHex(schedule.subarray(224))).toBe('fe4890d1e6188d0b046df344706c631e')
})

test('every byte at every place of a block and of the key comes out as elsewhere', () => {
  const differing: unknown[] = []
  for (let value = 0; value < 256; value++) {
    for (let place = 0; place < 48; place++) {
      const memory = new Uint8Array(48)
      memory[place] = value
      const [key, input] = [memory.subarray(0, 32), memory.subarray(32)]
      for (const inverse of [false, true]) {
        if (!equal(block(key, input, inverse), otherBlock(key, input, inverse))) differing.push([value, place, inverse])
      }
    }
  }
  expect(differing).toEqual([])
})

test.prop([bytes(32), bytes(16)])('blocks: the same as another AES and the platform, and back', (key, input) => {
  const encrypted = block(key, input, false)
  expect(encrypted).toEqual(otherBlock(key, input, false))
  expect(Buffer.compare(encrypted, createCipheriv('aes-256-ecb', key, null).update(input))).toBe(0)
  expect(block(key, encrypted, true)).toEqual(input)
  expect(block(key, input, true)).toEqual(otherBlock(key, input, true))
})

test.prop([bytes(32), bytes(32), fc.integer({ min: 0, max: 20 }).chain((blocks) => bytes(16 * blocks)), fc.boolean()])(
  'IGE: the same as its definition over another AES',
  (key, iv, data, inverse) => {
    const expected = otherIge(key, iv, data, inverse)
    const own = data.slice()
    ige(key, iv, own, inverse)
    expect(own).toEqual(expected)
  },
)

test.prop([bytes(32), bytes(16), fc.uint8Array({ maxLength: 3000 })])(
  'CTR: the same as the platform, beyond the key stream that is made at a time',
  (key, iv, data) => {
    const own = portableCrypto.ctr(key, iv).apply(data.slice())
    expect(Buffer.compare(own, createCipheriv('aes-256-ctr', key, iv).update(data))).toBe(0)
  },
)
