import { describe, expect, test } from 'vitest'
import { concat, fromHex, toHex } from '../../../src/bytes.ts'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import { framedCodec } from '../../../src/transport/framing/codec.ts'
import {
  createFraming,
  createObfuscated,
  createServerCodec,
  type TaggedFraming,
} from '../../../src/transport/framing/index.ts'
import { intermediate } from '../../../src/transport/framing/intermediate.ts'
import { seededRandom } from '../../support/virtual-host.ts'
import { makePacket, pieces } from './splits.ts'

const crypto = nativeCrypto
const NAMES: TaggedFraming[] = ['abridged', 'intermediate', 'padded']

/** The same packet with the bit set that asks for a quick acknowledgement. */
function asking(name: TaggedFraming, packet: Uint8Array): Uint8Array {
  const chunks = createFraming(name, seededRandom(1)).encode(packet.slice())
  chunks[0]![name === 'abridged' ? 0 : 3]! |= 0x80
  return concat(...chunks)
}

describe.each(NAMES)('%s', (name) => {
  test.each([1, 100])('the server understands the bit, on packets of %i blocks', (units) => {
    const asked: Uint8Array[] = []
    const server = createServerCodec({ random: seededRandom(1), crypto, onQuickAck: (packet) => asked.push(packet) })
    server.feed(createFraming(name, seededRandom(1)).start())
    const loud = makePacket('encrypted', units, 1)
    const quiet = makePacket('encrypted', units, 2)
    const stream = concat(asking(name, loud), ...createFraming(name, seededRandom(1)).encode(quiet.slice()))
    expect(pieces(stream, 3).flatMap((piece) => server.feed(piece))).toEqual([loud, quiet])
    expect(asked).toEqual([loud])
  })

  test('a server that does not answer them drops the bit all the same', () => {
    const server = createServerCodec({ random: seededRandom(1), crypto })
    server.feed(createFraming(name, seededRandom(1)).start())
    const packet = makePacket('encrypted', 3, 1)
    expect(server.feed(asking(name, packet))).toEqual([packet])
  })

  test('the bit has no place in the length that is checked', () => {
    const server = createServerCodec({ random: seededRandom(1), crypto })
    server.feed(createFraming(name, seededRandom(1)).start())
    const head = name === 'abridged' ? 'ffffffff' : 'ffffffff'
    expect(() => server.feed(fromHex(head))).toThrow('16 MiB')
  })

  test('a client never asks: an acknowledgement that comes is no packet but the end of the stream', () => {
    const server = createServerCodec({ random: seededRandom(1), crypto })
    const client = createFraming(name, seededRandom(1))
    server.feed(client.start())
    const token = concat(...server.quickAck(fromHex('0102030405')))
    expect(() => client.feed(token)).toThrow(expect.objectContaining({ name: 'TransportError', code: 'FRAMING' }))
  })
})

test('the token is four bytes of the hash with the top bit set: reversed, as it is, or in a padded packet', () => {
  const hash = fromHex('11223344'.repeat(8))
  const answers = NAMES.map((name) => {
    const server = createServerCodec({ random: seededRandom(1), crypto })
    server.feed(createFraming(name, seededRandom(1)).start())
    return toHex(concat(...server.quickAck(hash)))
  })
  expect(answers[0]).toBe('c4332211')
  expect(answers[1]).toBe('112233c4')
  expect(answers[2]).toMatch(/^(?:0[89a-f]|10)000000ffffffff112233c4/)
  expect(Number.parseInt(answers[2]!.slice(0, 2), 16)).toBe(answers[2]!.length / 2 - 4)
})

test('behind obfuscation the token is obfuscated too, in its turn of the stream', () => {
  const client = createObfuscated('padded', { random: seededRandom(1), crypto, dc: 2 })
  const server = createServerCodec({ random: seededRandom(2), crypto })
  server.feed(client.start())
  const packet = makePacket('encrypted', 3, 1)
  expect(client.feed(concat(...server.encode(packet.slice())))).toEqual([packet])
  expect(() => client.feed(concat(...server.quickAck(new Uint8Array(32))))).toThrow('quick acknowledgement')
})

test('intermediate framing by itself, as browsers have it, takes the bit for a length that cannot be', () => {
  const feed = (): unknown => framedCodec(intermediate()).feed(fromHex('10000080'))
  expect(feed).toThrow(expect.objectContaining({ name: 'TransportError', code: 'FRAMING' }))
})

test('full framing has none, and a server that knows no framing yet cannot send any', () => {
  const server = createServerCodec({ random: seededRandom(1), crypto })
  expect(() => server.quickAck(new Uint8Array(32))).toThrow('which framing')
  expect(() => server.encode(new Uint8Array(4))).toThrow('which framing')
  server.feed(fromHex('1000000000000000'))
  expect(() => server.quickAck(new Uint8Array(32))).toThrow('no quick acknowledgements')
})
