/** What a key exchange gives, asks for and leaves behind when all goes well. */
import { describe, expect, test } from 'vitest'
import { concat, view, xor } from '../../../src/bytes.ts'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import { portableCrypto } from '../../../src/crypto/portable.ts'
import type { RandomSource } from '../../../src/host.ts'
import { type ExchangeOptions, type ExchangeResult, KeyExchange } from '../../../src/transport/exchange/exchange.ts'
import { ExchangeServer, type Script, SERVER_KEY, UNKNOWN_PRIME } from '../../support/exchange-server.ts'
import { seededRandom } from '../../support/virtual-host.ts'

function run(
  script: Partial<Script> = {},
  options: Partial<ExchangeOptions> = {},
  behind: Uint8Array = new Uint8Array(),
): { result: ExchangeResult; server: ExchangeServer } {
  const server = new ExchangeServer(script)
  const exchange = new KeyExchange({
    crypto: nativeCrypto,
    random: seededRandom(1),
    keys: [SERVER_KEY],
    dc: 2,
    ...options,
  })
  let body = exchange.start()
  for (;;) {
    const step = exchange.receive(concat(server.answer(body), behind))
    if ('done' in step) return { result: step.done, server }
    body = step.send
  }
}

describe.each([
  ['native', nativeCrypto],
  ['portable', portableCrypto],
])('%s', (_, crypto) => {
  test('both sides have the same key; salt and time are those of the server', { timeout: 60_000 }, () => {
    const group = { g: 2, prime: UNKNOWN_PRIME }
    const { result, server } = run({ ...group, serverTime: 1_712_345_678 }, { crypto })
    expect(result.authKey).toEqual(server.authKey)
    expect(result.serverTime).toBe(1_712_345_678)
    const { newNonce } = server.inner!
    const salt = xor(newNonce.slice(0, 8), server.script.serverNonce.slice(0, 8))
    expect(result.salt).toBe(view(salt).getBigInt64(0, true))
    expect(result).not.toHaveProperty('expiresAt')
  })
})

test('a key that is a number of 255 bytes is padded with a zero on the left', () => {
  const seeded = seededRandom(1)
  const random: RandomSource = (into) => (into.length === 256 ? into.fill(0x5a) : seeded(into))
  // Found by trial: with this a and that b the key is below 2^2040.
  const { result, server } = run({ g: 2, prime: UNKNOWN_PRIME, a: (1n << 2047n) + 368n }, { random })
  expect(result.authKey).toHaveLength(256)
  expect(result.authKey[0]).toBe(0)
  expect(result.authKey).toEqual(server.authKey)
})

test('the inner data names the DC; a temporary key says for how long, and its end is counted from the server time', () => {
  for (const dc of [2, 10_004, -3]) expect(run({}, { dc }).server.inner).toMatchObject({ _: 'p_q_inner_data_dc', dc })
  const { result, server } = run({ serverTime: 1000 }, { dc: 10_002, expiresIn: 86_400 })
  expect(server.inner).toMatchObject({ _: 'p_q_inner_data_temp_dc', dc: 10_002, expiresIn: 86_400 })
  expect(result.expiresAt).toBe(87_400)
})

test('p and q are sent as the shortest big-endian bytes, p below q', () => {
  const { inner } = run({ pq: Uint8Array.of(0x01, 0x87) }).server
  expect(inner).toMatchObject({ pq: Uint8Array.of(0x01, 0x87), p: Uint8Array.of(17), q: Uint8Array.of(23) })
})

test('bytes behind an answer are legal', () => {
  const { result, server } = run({}, {}, Uint8Array.of(1, 2, 3, 4, 5))
  expect(result.authKey).toEqual(server.authKey)
})

test('an answer may be padded by 0 to 15 bytes', () => {
  for (let extra = 0; extra < 16; extra++) {
    // A number may be written with zeros in front: each of them leaves less room for padding.
    const { result, server } = run({ inner: (answer) => ({ ...answer, gA: concat(new Uint8Array(extra), answer.gA) }) })
    expect(result.authKey).toEqual(server.authKey)
  }
})

test('randomness is drawn in the documented order and sizes', () => {
  const seeded = seededRandom(1)
  const sizes: number[] = []
  const random: RandomSource = (into) => {
    sizes.push(into.length)
    return seeded(into)
  }
  const { server } = run({}, { random })
  const tempKeys = sizes.slice(3, -2)
  expect(sizes.slice(0, 3)).toEqual([16, 32, 92])
  expect(tempKeys.length).toBeGreaterThan(0)
  expect(new Set(tempKeys)).toEqual(new Set([32]))
  expect(sizes.slice(-2)).toEqual([256, 12])
  expect(server.retryIds).toEqual([0n])
})

test('what was secret is wiped: new_nonce and b, and a key that did not come to be', () => {
  const drawn: Uint8Array[] = []
  const watch = (): RandomSource => {
    const seeded = seededRandom(1)
    return (into) => {
      drawn.push(into)
      return seeded(into)
    }
  }
  run({}, { random: watch() })
  const secret = (bytes: Uint8Array): boolean => bytes.length === 32 || bytes.length === 256
  expect(drawn.filter(secret).length).toBeGreaterThan(2)
  for (const bytes of drawn.filter(secret)) expect(bytes.every((byte) => byte === 0)).toBe(true)

  drawn.length = 0
  expect(() => run({ fail: true }, { random: watch() })).toThrow('dh_gen_fail')
  for (const bytes of drawn.filter(secret)) expect(bytes.every((byte) => byte === 0)).toBe(true)
})
