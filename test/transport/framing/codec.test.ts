import { fc, test as property } from '@fast-check/vitest'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { concat, fromHex, toHex } from '../../../src/bytes.ts'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import { TransportError } from '../../../src/errors.ts'
import {
  createFraming,
  createObfuscated,
  createServerCodec,
  type FramingName,
  MAX_PACKET,
  type PacketCodec,
} from '../../../src/transport/framing/index.ts'
import { seededRandom } from '../../support/virtual-host.ts'
import { FRAMINGS, feedAll, hexOf, makePacket, packet, pieces, randomPieces, streamOf } from './splits.ts'

const crypto = nativeCrypto
const WAYS = [...FRAMINGS, 'obfuscated abridged', 'obfuscated intermediate', 'obfuscated padded'] as const

function clientCodec(way: (typeof WAYS)[number], seed = 1): PacketCodec {
  const random = seededRandom(seed)
  if (!way.startsWith('obfuscated ')) return createFraming(way as FramingName, random)
  return createObfuscated(way.slice(11) as 'abridged', { random, crypto, dc: 2 })
}

function failure(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

afterEach(() => vi.restoreAllMocks())

describe.each(WAYS)('%s', (way) => {
  property.prop([fc.array(packet, { maxLength: 6 }), fc.nat(), fc.integer({ min: 1, max: 3_000 })], { numRuns: 30 })(
    'packets survive client to server and back, in any split',
    (packets, seed, longest) => {
      const client = clientCodec(way, seed)
      const server = createServerCodec({ random: seededRandom(seed + 1), crypto })
      expect(hexOf(feedAll(server, randomPieces(streamOf(client, packets), seed, longest)))).toEqual(hexOf(packets))
      if (packets.length === 0) return
      const answer = concat(...packets.flatMap((each) => server.encode(each.slice())))
      expect(hexOf(feedAll(client, randomPieces(answer, seed, longest)))).toEqual(hexOf(packets))
    },
  )

  test('fed one byte at a time, the packets are the same', () => {
    const packets = [makePacket('plain', 5, 1), makePacket('encrypted', 40, 2), makePacket('error', 0, 3)]
    const server = createServerCodec({ random: seededRandom(2), crypto })
    expect(feedAll(server, pieces(streamOf(clientCodec(way), packets), 1))).toEqual(packets)
  })

  test('packets up to the limit pass, longer ones are not sent', () => {
    // The longest that is a head of 24 bytes and whole blocks.
    const packets = [makePacket('encrypted', (MAX_PACKET - 32) / 16 - 1, 4)]
    expect(packets[0]!.length).toBe(MAX_PACKET - 8)
    const server = createServerCodec({ random: seededRandom(2), crypto })
    const received = feedAll(server, [streamOf(clientCodec(way), packets)])
    expect(received.map((each) => crypto.sha256(each))).toEqual(packets.map((each) => crypto.sha256(each)))
    for (const length of [0, 3, MAX_PACKET + 4]) {
      const error = failure(() => clientCodec(way).encode(new Uint8Array(length)))
      expect(error).toBeInstanceOf(TransportError)
      expect(error).toMatchObject({ code: 'FRAMING' })
    }
  })

  test('the payload travels in the memory it came in', () => {
    const codec = clientCodec(way)
    codec.start()
    const payload = makePacket('encrypted', 10, 5)
    expect(codec.encode(payload).some((chunk) => chunk === payload)).toBe(true)
  })

  test('each packet received has memory of its own, copied once, however many pieces it comes in', () => {
    const packets = [makePacket('encrypted', 32_768, 6), makePacket('encrypted', 100, 7)]
    const stream = streamOf(clientCodec(way), packets)
    const whole = feedAll(createServerCodec({ random: seededRandom(2), crypto }), [stream.slice()])
    expect(new Set(whole.map((each) => each.buffer)).size).toBe(whole.length)

    const server = createServerCodec({ random: seededRandom(2), crypto })
    // Past the opening, where framing and obfuscation are found out.
    feedAll(server, [stream.slice(0, 64)])
    const rest = pieces(stream.slice(64), 1_024)
    const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as { set: Uint8Array['set'] }
    const set = vi.spyOn(typedArray, 'set')
    const split = feedAll(server, rest)
    // The cipher's own copies, from one memory of its own to the piece, do not count.
    const copied = set.mock.contexts.reduce<number>(
      (sum, target, call) =>
        sum + ((target as Uint8Array).length > 1_024 ? (set.mock.calls[call]![0] as Uint8Array).length : 0),
      0,
    )
    set.mockRestore()
    expect(split.map((each) => toHex(crypto.sha256(each)))).toEqual(packets.map((each) => toHex(crypto.sha256(each))))
    expect(copied).toBeLessThanOrEqual(stream.length)
    expect(copied).toBeGreaterThan(stream.length / 2)
  })
})

/** What each framing puts on the wire, by hand from its description. */
const WIRE: [FramingName, packet: string, wire: string][] = [
  ['abridged', '6cfeffff', 'ef 01 6cfeffff'],
  ['abridged', '00'.repeat(4 * 126), `ef 7e ${'00'.repeat(4 * 126)}`],
  ['abridged', '00'.repeat(4 * 127), `ef 7f7f0000 ${'00'.repeat(4 * 127)}`],
  ['abridged', '00'.repeat(4 * 0x10203), `ef 7f030201 ${'00'.repeat(4 * 0x10203)}`],
  ['intermediate', '6cfeffff', 'eeeeeeee 04000000 6cfeffff'],
  ['intermediate', '11'.repeat(516), `eeeeeeee 04020000 ${'11'.repeat(516)}`],
  // 16 = 4 + 12 of overhead; CRC-32 by zlib.
  ['full', '6cfeffff', '10000000 00000000 6cfeffff 0d2f4107'],
]

test.each(WIRE)('%s: a packet on the wire, byte for byte', (name, payload, wire) => {
  const bytes = fromHex(wire.replaceAll(' ', ''))
  expect(toHex(streamOf(createFraming(name, seededRandom(1)), [fromHex(payload)]))).toBe(toHex(bytes))
})

test('abridged framing accepts the long form for a short packet, and refuses to send what is no multiple of 4', () => {
  expect(createFraming('abridged', seededRandom(1)).feed(fromHex('7f01000011223344'))).toEqual([fromHex('11223344')])
  expect(failure(() => createFraming('abridged', seededRandom(1)).encode(new Uint8Array(6)))).toMatchObject({
    code: 'FRAMING',
  })
})

describe('lengths that cannot be are refused on the last byte of the length, before memory is taken', () => {
  const HEADS: [FramingName, string][] = [
    ['abridged', '00'],
    ['abridged', '7f000000'],
    ['abridged', '7f010040'],
    ['abridged', '7fffffff'],
    ['intermediate', '00000000'],
    ['intermediate', '03000000'],
    ['intermediate', '01000001'],
    ['intermediate', 'ffffff7f'],
    ['padded', '03000000'],
    ['padded', '10000001'],
    ['padded', 'ffffff7f'],
    ['full', '00000000'],
    ['full', '0c000000'],
    ['full', '0f000000'],
    ['full', '0d000001'],
    ['full', 'ffffff7f'],
    ['full', 'ffffffff'],
  ]
  test.each(HEADS)('%s %s', (name, head) => {
    const codec = createFraming(name, seededRandom(1), { onQuickAck: () => {} })
    const bytes = fromHex(head)
    expect(codec.feed(bytes.slice(0, -1))).toEqual([])
    const before = process.memoryUsage().arrayBuffers
    const error = failure(() => codec.feed(bytes.slice(-1)))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(65_536)
    expect(error).toMatchObject({ name: 'TransportError', code: 'FRAMING' })
    // The stream is lost for good.
    expect(failure(() => codec.feed(fromHex('01')))).toBe(error)
  })

  test('the longest length that can be is accepted', () => {
    for (const [name, head] of [
      ['abridged', '7f000040'],
      ['intermediate', '00000001'],
      ['padded', '0f000001'],
      ['full', '0c000001'],
    ] as const) {
      expect(createFraming(name, seededRandom(1)).feed(fromHex(head))).toEqual([])
    }
  })
})

describe('full framing', () => {
  const packets = [makePacket('encrypted', 1, 1), makePacket('encrypted', 2, 2), makePacket('error', 0, 3)]

  test('a byte changed anywhere is noticed', () => {
    const stream = streamOf(createFraming('full', seededRandom(1)), packets)
    for (let at = 0; at < stream.length; at++) {
      const damaged = stream.slice()
      damaged[at]! ^= 0x10
      const codec = createFraming('full', seededRandom(1))
      let received: Uint8Array[] = []
      try {
        for (const piece of pieces(damaged, 1)) received = received.concat(codec.feed(piece))
        // A length made longer waits for bytes that never come.
        expect(received.length).toBeLessThan(packets.length)
      } catch (error) {
        expect(error).toMatchObject({ name: 'TransportError', code: 'FRAMING' })
      }
      expect(received).toEqual(packets.slice(0, received.length))
    }
  })

  test('a packet left out, repeated or from another stream is refused by its number', () => {
    const client = createFraming('full', seededRandom(1))
    const [first, second] = packets.map((each) => concat(...client.encode(each)))
    const skipped = createFraming('full', seededRandom(1))
    expect(failure(() => skipped.feed(second!))).toMatchObject({ code: 'FRAMING' })
    const repeated = createFraming('full', seededRandom(1))
    expect(repeated.feed(first!.slice())).toHaveLength(1)
    expect(failure(() => repeated.feed(first!.slice()))).toMatchObject({ message: expect.stringContaining('packet 0') })
  })

  test('a transport error without framing around it is understood', () => {
    const codec = createFraming('full', seededRandom(1))
    expect(feedAll(codec, pieces(fromHex('53feffff'.repeat(3)), 1))).toEqual([fromHex('53feffff')])
    expect(
      failure(() => createFraming('full', seededRandom(1)).feed(fromHex('53feffff0000000000000000'))),
    ).toMatchObject({
      code: 'FRAMING',
    })
  })
})
