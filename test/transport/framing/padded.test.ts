import { describe, expect, test } from 'vitest'
import { concat, fromHex } from '../../../src/bytes.ts'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import { createFraming, createServerCodec, transportErrorOf } from '../../../src/transport/framing/index.ts'
import { seededRandom } from '../../support/virtual-host.ts'
import { makePacket, type PacketKind } from './splits.ts'

/** A packet as another client sends it: any number of padding bytes, of any value. */
function wire(payload: Uint8Array, padding: Uint8Array): Uint8Array {
  const head = new Uint8Array(4)
  new DataView(head.buffer).setUint32(0, payload.length + padding.length, true)
  return concat(head, payload, padding)
}

describe.each<[PacketKind, number]>([
  ['error', 0],
  ['plain', 0],
  ['plain', 5],
  ['plain', 6],
  ['encrypted', 0],
  ['encrypted', 77],
])('%s of %i units', (kind, units) => {
  test.each(Array.from({ length: 16 }, (_, n) => n))('%i bytes of padding are dropped', (length) => {
    for (const fill of [0, 0xff, 0x5a]) {
      const payload = makePacket(kind, units, 1)
      const codec = createFraming('padded', seededRandom(1))
      expect(codec.feed(wire(payload, new Uint8Array(length).fill(fill)))).toEqual([payload])
    }
  })
})

test('a transport error with padding keeps its status', () => {
  const codec = createFraming('padded', seededRandom(1))
  const [packet] = codec.feed(wire(fromHex('6cfeffff'), new Uint8Array(15).fill(7)))
  expect(transportErrorOf(packet!)).toBe(-404)
})

test('a plain message whose own length cannot be is handed on, cut to whole words', () => {
  const packet = makePacket('plain', 2, 1)
  for (const stated of [-1, 12, 0x7fffffff, -0x80000000]) {
    new DataView(packet.buffer).setInt32(16, stated, true)
    expect(createFraming('padded', seededRandom(1)).feed(wire(packet, new Uint8Array(3)))).toEqual([packet])
  }
})

test('every length of padding from 0 to 15 is sent, all of it random', () => {
  const codec = createFraming('padded', seededRandom(1))
  const seen = new Set<number>()
  const bytes = new Set<number>()
  for (let i = 0; i < 500; i++) {
    const [head, packet, padding] = codec.encode(makePacket('encrypted', 0, i))
    const length = new DataView(head!.buffer).getUint32(0, true)
    expect(length).toBe(packet!.length + (padding?.length ?? 0))
    seen.add(length - packet!.length)
    for (const byte of padding ?? []) bytes.add(byte)
  }
  expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, n) => n))
  expect(bytes.size).toBe(256)
})

test('a server may pad less, for clients that expect 0 to 3 bytes', () => {
  const server = createServerCodec({ random: seededRandom(1), crypto: nativeCrypto, maxPadding: 3 })
  server.feed(fromHex('dddddddd'))
  const lengths = new Set(Array.from({ length: 100 }, () => server.encode(new Uint8Array(40))[2]?.length ?? 0))
  expect([...lengths].sort((a, b) => a - b)).toEqual([0, 1, 2, 3])
})
