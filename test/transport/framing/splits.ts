/** Helpers of the framing tests: streams in any split, packets that look like MTProto's. */
import { fc } from '@fast-check/vitest'
import { concat } from '../../../src/bytes.ts'
import type { FramingName, PacketCodec } from '../../../src/transport/framing/index.ts'
import { seededRandom } from '../../support/virtual-host.ts'

export const FRAMINGS: readonly FramingName[] = ['abridged', 'intermediate', 'padded', 'full']

/** `bytes` cut at random places by a seed; empty pieces among them. The pieces are copies. */
export function randomPieces(bytes: Uint8Array, seed: number, longest: number): Uint8Array[] {
  const random = seededRandom(seed)
  const draw = new Uint8Array(4)
  const out: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = new DataView(random(draw).buffer).getUint32(0) % (longest + 1)
    out.push(bytes.slice(at, at + length))
    at += length
  }
  return out
}

/** Hex of each packet: compared far faster than the arrays themselves. */
export function hexOf(packets: readonly Uint8Array[]): string[] {
  return packets.map((each) => Buffer.from(each.buffer, each.byteOffset, each.length).toString('hex'))
}

/** `bytes` in pieces of `size`; copies. */
export function pieces(bytes: Uint8Array, size: number): Uint8Array[] {
  const out: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += size) out.push(bytes.slice(at, at + size))
  return out
}

/** Feeds a stream piece by piece and gathers the packets. */
export function feedAll(codec: PacketCodec, stream: readonly Uint8Array[]): Uint8Array[] {
  return stream.flatMap((piece) => codec.feed(piece))
}

/** What a codec sends for these packets, its opening bytes in front; the packets are copied first. */
export function streamOf(codec: PacketCodec, packets: readonly Uint8Array[]): Uint8Array {
  return concat(codec.start(), ...packets.flatMap((packet) => codec.encode(packet.slice())))
}

/** A transport error, a plain message or an encrypted one, of lengths that real ones have. */
export const packet: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    fc.constantFrom('error', 'plain', 'encrypted'),
    fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 4_000 })),
    fc.nat(),
  )
  .map(([kind, units, seed]) => makePacket(kind, units, seed))

export type PacketKind = 'error' | 'plain' | 'encrypted'

/** @param units words of a plain body, or blocks of ciphertext past the first */
export function makePacket(kind: PacketKind, units: number, seed: number): Uint8Array {
  const random = noise(seed)
  if (kind === 'error') return Uint8Array.of(0x6c, 0xfe, 0xff, 0xff)
  if (kind === 'plain') {
    const out = random(new Uint8Array(20 + 4 * units))
    out.fill(0, 0, 8)
    new DataView(out.buffer).setInt32(16, 4 * units, true)
    return out
  }
  const out = random(new Uint8Array(24 + 16 * (units + 1)))
  out[0]! |= 1
  return out
}

/** Fills arrays with bytes that look random, fast: packets of 16 MiB are made by it. */
function noise(seed: number): (into: Uint8Array) => Uint8Array {
  let state = seed
  return (into) => {
    for (let i = 0; i < into.length; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
      into[i] = state >>> 24
    }
    return into
  }
}
