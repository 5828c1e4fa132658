/** Sealing and obfuscation by the platform, in its own time: the same bytes as at once. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { concat } from '../../src/bytes.ts'
import { ige } from '../../src/crypto/ige.ts'
import { messageAesKeyIv, messageKey, type Side } from '../../src/crypto/message-key.ts'
import { portableCrypto } from '../../src/crypto/portable.ts'
import { subtlePrimitives } from '../../src/crypto/subtle.ts'

const { subtle } = globalThis.crypto
const { crypto: subtleCrypto, sealing } = subtlePrimitives()
const HEAD = 24
const LARGE = 16 * 1024
const KEY = new Uint8Array(256).map((_, i) => 7 * i + 1)
const STREAM_KEY = KEY.slice(0, 32)

/** Sooner on large arrays than what shows the difference. */
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

afterEach(() => vi.restoreAllMocks())

function bytesOf(length: number): Uint8Array {
  return new Uint8Array(length).map((_, i) => 13 * i + (i >> 8))
}

/** Has a packet sealed, its plaintext in two pieces, of which the first lies in it. */
function seal(packet: Uint8Array, from: Side = 'client', key: Uint8Array = KEY): boolean {
  return subtleCrypto.seal!(key, from, packet, [packet.subarray(HEAD, 1000), packet.slice(1000)])
}

/** What a packet is to look like when it is sealed. */
function sealed(from: Side, packet: Uint8Array): Uint8Array {
  const plain = packet.slice(HEAD)
  const msgKey = messageKey(portableCrypto, KEY, from, plain)
  const { key, iv } = messageAesKeyIv(portableCrypto, KEY, from, msgKey)
  ige(key, iv, plain, false)
  return concat(packet.subarray(0, 8), msgKey, plain)
}

describe('a packet', () => {
  test.each([
    [LARGE + 8, 'client', 0],
    [LARGE + 8, 'server', 0],
    [HEAD + 512 * 1024 + 160, 'client', 0],
    [LARGE + 8, 'client', 1],
  ] as const)('of %i bytes, from the %s, at an offset of %i', async (length, from, offset) => {
    const packet = bytesOf(length + offset).subarray(offset)
    const expected = sealed(from, packet)
    expect(seal(packet, from)).toBe(true)
    await sealing(packet)
    expect(same(packet, expected)).toBe(true)
  })

  test('that is small is not taken on', () => {
    const packet = bytesOf(LARGE - 8)
    expect(seal(packet)).toBe(false)
    expect(sealing(packet)).toBeUndefined()
    expect(packet).toEqual(bytesOf(LARGE - 8))
  })

  test('does not need the authorization key any more once it is taken on', async () => {
    const packet = bytesOf(LARGE + 8)
    const expected = sealed('client', packet)
    const key = KEY.slice()
    seal(packet, 'client', key)
    key.fill(0)
    await sealing(packet)
    expect(same(packet, expected)).toBe(true)
  })

  test("leaves the caller's key as it is", async () => {
    const packet = bytesOf(LARGE + 8)
    const key = KEY.slice()
    key[255] = 255
    const before = key.slice()
    seal(packet, 'client', key)
    await sealing(packet)
    expect(key).toEqual(before)
  })

  test('holds nothing of what is in it until it is sealed', async () => {
    const packet = bytesOf(LARGE + 8)
    seal(packet)
    expect(packet.subarray(8).every((byte) => byte === 0)).toBe(true)
    await sealing(packet)
  })

  test.each(['digest', 'importKey', 'encrypt'] as const)('is sealed though the platform fails at %s', async (step) => {
    vi.spyOn(subtle, step).mockRejectedValue(new Error('out of memory'))
    const packet = bytesOf(LARGE + 8)
    const expected = sealed('client', packet)
    expect(seal(packet)).toBe(true)
    await sealing(packet)
    expect(same(packet, expected)).toBe(true)
  })

  test('is not taken on where the page has no crypto.subtle', () => {
    vi.spyOn(globalThis.crypto, 'subtle', 'get').mockReturnValue(undefined as never)
    expect(seal(bytesOf(LARGE + 8))).toBe(false)
  })
})

describe('a stream', () => {
  // The counter passes from one of its bytes to all the others.
  const IV = new Uint8Array(16).fill(0xff)
  const SIZES = [1, 15, LARGE, 100_001, 7, 300_000, 512 * 1024, 3, 1_500_000, 16, 400_000]

  /** Watches what key stream is made by the platform, and can wait for it. */
  function watch(): { readonly calls: () => number; settle(): Promise<void> } {
    const encrypt = vi.spyOn(subtle, 'encrypt')
    const calls = (): number => encrypt.mock.calls.length
    return {
      calls,
      async settle() {
        // The first call waits for the key; each waits for the one before.
        await subtle.importKey('raw', new Uint8Array(32), 'AES-CTR', false, ['encrypt'])
        for (let before = -1; before < calls(); ) {
          before = calls()
          await Promise.allSettled(encrypt.mock.results.map(({ value }) => value))
          await new Promise(setImmediate)
        }
      },
    }
  }

  test('is the same in pieces of any size, whether its key stream was there in time or not', async () => {
    const { settle } = watch()
    const here = portableCrypto.ctr(STREAM_KEY, IV)
    const cipher = subtleCrypto.ctr(STREAM_KEY, IV)
    for (const [i, size] of SIZES.entries()) {
      // At any place in memory.
      const data = bytesOf(size + 1).subarray(i & 1, size)
      expect(same(here.apply(data.slice()), cipher.apply(data)), `piece ${i}`).toBe(true)
      if (i % 3 === 0) await settle()
    }
    await settle()
  })

  test('is made ahead once pieces are large, and no further than a megabyte', async () => {
    const { calls, settle } = watch()
    const cipher = subtleCrypto.ctr(STREAM_KEY, IV)
    cipher.apply(bytesOf(100))
    await settle()
    expect(calls()).toBe(0)
    for (const [size, made] of [
      [LARGE, 4],
      [LARGE, 5],
      [512 * 1024, 7],
    ] as const) {
      cipher.apply(bytesOf(size))
      await settle()
      expect(calls()).toBe(made)
    }
  })

  test('is that which was made ahead, where there is any', async () => {
    const { settle } = watch()
    vi.spyOn(subtle, 'encrypt').mockImplementation(async (_, __, data) => new ArrayBuffer(data.byteLength))
    const cipher = subtleCrypto.ctr(STREAM_KEY, IV)
    cipher.apply(bytesOf(LARGE))
    await settle()
    expect(same(cipher.apply(bytesOf(900_001)), bytesOf(900_001))).toBe(true)
    await settle()
  })

  test('goes on though the platform fails', async () => {
    vi.spyOn(subtle, 'encrypt').mockRejectedValue(new Error('out of memory'))
    const { settle } = watch()
    const here = portableCrypto.ctr(STREAM_KEY, IV)
    const cipher = subtleCrypto.ctr(STREAM_KEY, IV)
    for (const size of [LARGE, 100_000]) {
      expect(same(cipher.apply(bytesOf(size)), here.apply(bytesOf(size)))).toBe(true)
      await settle()
    }
  })

  test('key and iv have their lengths', () => {
    expect(() => subtleCrypto.ctr(KEY, IV)).toThrow(RangeError)
    expect(() => subtleCrypto.ctr(STREAM_KEY, KEY)).toThrow(RangeError)
  })
})
