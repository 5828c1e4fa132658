import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { concat, fromHex } from '../../../src/bytes.ts'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import { TransportError } from '../../../src/errors.ts'
import {
  createFraming,
  createObfuscated,
  createServerCodec,
  MAX_PACKET,
  type PacketCodec,
  transportErrorOf,
  transportErrorPacket,
} from '../../../src/transport/framing/index.ts'
import { seededRandom } from '../../support/virtual-host.ts'
import { FRAMINGS, makePacket, pieces, randomPieces, streamOf } from './splits.ts'

const crypto = nativeCrypto
const serverCodec = (secrets: Uint8Array[] = []) => createServerCodec({ random: seededRandom(1), crypto, secrets })

test.each(FRAMINGS)('%s is recognised by the first bytes, and by none too few', (name) => {
  const stream = streamOf(createFraming(name, seededRandom(1)), [makePacket('plain', 5, 1)])
  const server = serverCodec()
  const needed = { abridged: 1, intermediate: 4, padded: 4, full: 8 }[name]
  for (const [at, byte] of pieces(stream, 1).entries()) {
    expect(server.framing).toBe(at < needed ? undefined : name)
    server.feed(byte)
  }
  expect(server).toMatchObject({ framing: name, obfuscated: false, dc: undefined, secret: undefined })
})

test('obfuscated streams are recognised under no secret and under each known one', () => {
  const secrets = [5, 6].map((seed) => seededRandom(seed)(new Uint8Array(16)))
  for (const secret of [undefined, ...secrets]) {
    const client = createObfuscated('abridged', { random: seededRandom(2), crypto, dc: -3, secret })
    const packet = makePacket('encrypted', 4, 1)
    const server = serverCodec(secrets)
    expect(server.feed(streamOf(client, [packet]))).toEqual([packet])
    expect(server).toMatchObject({ framing: 'abridged', obfuscated: true, dc: -3, secret })
  }
})

test('an unknown secret is refused once the header is whole', () => {
  const secret = seededRandom(5)(new Uint8Array(16))
  const header = createObfuscated('abridged', { random: seededRandom(2), crypto, dc: 2, secret }).start()
  const server = serverCodec([seededRandom(6)(new Uint8Array(16))])
  expect(server.feed(header.slice(0, 63))).toEqual([])
  expect(() => server.feed(header.slice(63))).toThrow('secret')
  expect(() => server.feed(new Uint8Array(1))).toThrow('secret')
})

test.each(['GET ', 'POST', 'HEAD', 'OPTI', '\x16\x03\x01\x02'])('%j is another protocol', (word) => {
  const bytes = Uint8Array.from(word, (char) => char.charCodeAt(0))
  expect(() => serverCodec().feed(bytes)).toThrow(expect.objectContaining({ code: 'FRAMING' }))
})

test('a first packet of full framing with a length that cannot be is refused', () => {
  expect(() => serverCodec().feed(fromHex('ffffff7f00000000'))).toThrow(expect.objectContaining({ code: 'FRAMING' }))
})

test('the server sends nothing of its own at the start', () => {
  expect(serverCodec().start()).toHaveLength(0)
})

describe('transport errors', () => {
  test.each([...FRAMINGS, 'obfuscated'] as const)('-404, -429 and -444 arrive in %s', (name) => {
    const client: PacketCodec =
      name === 'obfuscated'
        ? createObfuscated('padded', { random: seededRandom(1), crypto, dc: 2 })
        : createFraming(name, seededRandom(1))
    const server = serverCodec()
    server.feed(streamOf(client, [makePacket('plain', 5, 1)]))
    for (const status of [-404, -429, -444]) {
      const packets = client.feed(concat(...server.encode(transportErrorPacket(status))))
      expect(packets.map(transportErrorOf)).toEqual([status])
    }
  })

  test('only four bytes with a negative number are one', () => {
    expect(transportErrorOf(fromHex('6cfeffff'))).toBe(-404)
    for (const hex of ['', '6cfeff', '6cfeffff00', '00000000', '94010000']) {
      expect(transportErrorOf(fromHex(hex))).toBeUndefined()
    }
    const within = fromHex('0053feffff00')
    expect(transportErrorOf(within.subarray(1, 5))).toBe(-429)
  })
})

/** Garbage that gets past the first look, too: each framing's opening, then anything. */
const garbage = fc
  .tuple(
    fc.constantFrom('', 'ef', 'eeeeeeee', 'dddddddd', '1000000000000000', 'ef7f', 'ef01', '53feffff'),
    fc.uint8Array({ maxLength: 300 }),
  )
  .map(([start, rest]) => concat(fromHex(start), rest))

describe('any bytes give packets or a framing error, and take no more memory than the limit', () => {
  const makers: [string, () => PacketCodec][] = [
    ['server', () => serverCodec([new Uint8Array(16)])],
    ...FRAMINGS.map((name): [string, () => PacketCodec] => [name, () => createFraming(name, seededRandom(1))]),
    ['obfuscated', () => createObfuscated('padded', { random: seededRandom(1), crypto, dc: 2 })],
  ]
  describe.each(makers)('%s', (_, make) => {
    property.prop([garbage, fc.nat(), fc.integer({ min: 1, max: 50 })], { numRuns: 300 })(
      '',
      (bytes, seed, longest) => {
        const run = (stream: Uint8Array[]): { packets: string[]; failed: boolean } => {
          const codec = make()
          const packets: string[] = []
          const before = process.memoryUsage().arrayBuffers
          let failed = false
          try {
            for (const piece of stream) {
              for (const each of codec.feed(piece)) {
                expect(each.length).toBeGreaterThanOrEqual(4)
                packets.push(each.join())
              }
            }
          } catch (error) {
            expect(error).toBeInstanceOf(TransportError)
            expect(error).toMatchObject({ code: 'FRAMING' })
            failed = true
          }
          expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(MAX_PACKET + 1_000_000)
          return { packets, failed }
        }
        const byByte = run(pieces(bytes, 1))
        const split = run(randomPieces(bytes, seed, longest))
        // An error takes with it what the same piece completed before; but for that, splits make no difference.
        expect(split.failed).toBe(byByte.failed)
        expect(byByte.packets.slice(0, split.packets.length)).toEqual(split.packets)
        if (!split.failed) expect(split.packets).toEqual(byByte.packets)
      },
    )
  })
})
