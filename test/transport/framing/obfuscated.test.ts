import { describe, expect, test } from 'vitest'
import { concat, fromHex, toHex } from '../../../src/bytes.ts'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import { UsageError } from '../../../src/errors.ts'
import type { RandomSource } from '../../../src/host.ts'
import { createObfuscated, createServerCodec } from '../../../src/transport/framing/index.ts'
import { openObfuscation } from '../../../src/transport/framing/obfuscation.ts'
import { seededRandom } from '../../support/virtual-host.ts'

const crypto = nativeCrypto

/** Gives these draws in turn, then seeded bytes; each shorter one is filled up with 0x11. */
function drawing(...draws: string[]): RandomSource & { drawn: number } {
  const rest = seededRandom(1)
  const source = (into: Uint8Array): Uint8Array => {
    const next = draws[source.drawn++]
    if (next === undefined) return rest(into)
    into.fill(0x11)
    into.set(fromHex(next.replaceAll(' ', '')))
    return into
  }
  source.drawn = 0
  return source
}

describe('a header that could be taken for something else is drawn again', () => {
  test.each([
    ['abridged framing', 'ef'],
    ['HEAD', '48454144'],
    ['POST', '504f5354'],
    ['GET', '47455420'],
    ['OPTIONS', '4f505449'],
    ['intermediate framing', 'eeeeeeee'],
    ['padded framing', 'dddddddd'],
    ['a TLS hello', '16030102'],
    ['full framing: sequence number 0', '12345678 00000000'],
  ])('%s', (_, start) => {
    const random = drawing(start, start, '12345678 9abcdef0')
    const { header } = openObfuscation('intermediate', { random, crypto, dc: 2 })
    expect(toHex(header.subarray(0, 8))).toBe('123456789abcdef0')
    expect(random.drawn).toBe(3)
  })

  test.each([
    ['one byte of a tag or a method only', 'eeeeeeed 11111111'],
    ['a tag further in', '11eeeeee ee111111'],
    ['a second int that is not all zero', '12345678 00000001'],
    ['ef behind the first byte', '11efefef efefefef'],
  ])('%s is no reason', (_, start) => {
    const random = drawing(start)
    const { header } = openObfuscation('abridged', { random, crypto, dc: 2 })
    expect(toHex(header.subarray(0, 8))).toBe(start.replace(' ', ''))
  })

  test('a random source that gives nothing else is found out', () => {
    const zeros = (into: Uint8Array): Uint8Array => into.fill(0)
    expect(() => openObfuscation('abridged', { random: zeros, crypto, dc: 2 })).toThrow(UsageError)
  })
})

test.each([1, 5, 10_002, -4, -10_004, 0, 32_767, -32_768])('DC %i reaches the server', (dc) => {
  const server = createServerCodec({ random: seededRandom(1), crypto })
  server.feed(createObfuscated('padded', { random: seededRandom(2), crypto, dc }).start())
  expect(server).toMatchObject({ dc, obfuscated: true, framing: 'padded', secret: undefined })
})

test.each([32_768, -32_769, 1.5, Number.NaN])('DC %d does not fit in 16 bits', (dc) => {
  expect(() => createObfuscated('padded', { random: seededRandom(1), crypto, dc })).toThrow(UsageError)
})

test('a secret of 17 bytes counts without its leading mark, other lengths are refused', () => {
  const secret = seededRandom(5)(new Uint8Array(16))
  const marked = concat(Uint8Array.of(0xdd), secret)
  const headers = [secret, marked].map((each) =>
    toHex(createObfuscated('padded', { random: seededRandom(1), crypto, dc: 2, secret: each }).start()),
  )
  expect(headers[0]).toBe(headers[1])
  for (const length of [0, 15, 18]) {
    const options = { random: seededRandom(1), crypto, dc: 2, secret: new Uint8Array(length) }
    expect(() => createObfuscated('padded', options)).toThrow(UsageError)
  }
})

test('two connections share no byte of key stream', () => {
  const wires = [1, 2].map((seed) => {
    const client = createObfuscated('intermediate', { random: seededRandom(seed), crypto, dc: 2 })
    return toHex(concat(client.start(), ...client.encode(new Uint8Array(64))))
  })
  expect(wires[0]).not.toBe(wires[1])
})

test('nothing of tag, DC or packet is readable on the wire', () => {
  const client = createObfuscated('intermediate', { random: seededRandom(3), crypto, dc: 2 })
  const wire = toHex(concat(client.start(), ...client.encode(new Uint8Array(1_000))))
  expect(wire).not.toContain('eeeeeeee')
  expect(wire).not.toContain('00000000')
})
