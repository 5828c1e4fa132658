import { crc32 as zlib } from 'node:zlib'
import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { crc32 } from '../../src/crypto/crc32.ts'

test('the check value of the polynomial', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
  expect(crc32(new Uint8Array(0))).toBe(0)
})

property.prop([fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 20 }), fc.nat()])(
  'zlib gives the same, at every length and alignment, whole or in two parts',
  (bytes, offset, cut) => {
    const data = new Uint8Array(bytes.length + offset).subarray(offset)
    data.set(bytes)
    const at = cut % (data.length + 1)
    expect(crc32(data)).toBe(zlib(data))
    expect(crc32(data.subarray(at), crc32(data.subarray(0, at)))).toBe(zlib(data))
  },
)
