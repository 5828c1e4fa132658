/** gzip by the platform's stream: the same bytes, the same refusals, in its own time. */
import { gzipSync } from 'node:zlib'
import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { webCrypto } from '../../src/crypto/web.ts'

property.prop([fc.uint8Array({ maxLength: 5000 }), fc.integer({ min: 0, max: 9 })])(
  'unpacks what gzip packed, at any level',
  async (data, level) => {
    expect(await webCrypto.gunzip(gzipSync(data, { level }), 5000)).toEqual(data)
  },
)

test('stops at the limit, before memory is taken for the rest', async () => {
  const bomb = gzipSync(new Uint8Array(64 * 1024 * 1024))
  await expect(webCrypto.gunzip(bomb, 1024 * 1024)).rejects.toThrow(RangeError)
  expect((await webCrypto.gunzip(gzipSync(new Uint8Array(1000)), 1000)).length).toBe(1000)
  await expect(webCrypto.gunzip(gzipSync(new Uint8Array(1001)), 1000)).rejects.toThrow(RangeError)
})

test('refuses what is damaged or cut', async () => {
  const good = gzipSync(new Uint8Array(3000).map((_, i) => (i * i) & 255))
  for (let length = 0; length < good.length; length += 37) {
    await expect(webCrypto.gunzip(good.subarray(0, length), 5000)).rejects.toThrow()
  }
  for (let at = 0; at < good.length; at += 41) {
    const bad = good.slice()
    bad[at]! ^= 255
    const result = await webCrypto.gunzip(bad, 5000).catch(() => undefined)
    // A byte of the header that nothing depends on (time, system) may differ.
    if (result) expect(at).toBeLessThan(10)
  }
})
