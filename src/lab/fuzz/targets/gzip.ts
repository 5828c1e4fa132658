/**
 * Fuzzes the unpacking of gzip: our own inflate and the platform's must give the same bytes, or both refuse.
 *
 * The first byte says what the others are: a whole gzip member, or deflate data that is wrapped properly, its length and
 * checksum being those of what it unpacks to, so that what is wrong is inside.
 */
import { constants, deflateRawSync, gzipSync, inflateRawSync } from 'node:zlib'
import { concat, view } from '../../../bytes.ts'
import { crc32 } from '../../../crypto/crc32.ts'
import { inflate } from '../../../crypto/inflate.ts'
import { nativeCrypto } from '../../../crypto/native.ts'
import { portableCrypto } from '../../../crypto/portable.ts'
import { sameBytes } from '../equal.ts'
import { type FuzzTarget, must } from '../target.ts'

/** Most bytes that anything may unpack to here. */
const LIMIT = 4096

/** What a function returns, or undefined if it refuses by RangeError, as documented. */
function attempt(unpack: () => Uint8Array): Uint8Array | undefined {
  try {
    return unpack()
  } catch (error) {
    if (error instanceof RangeError && /damaged|longer/.test(error.message)) return undefined
    throw error
  }
}

/** What zlib makes of raw deflate data, if it uses all of it. */
function reference(data: Uint8Array): Uint8Array | undefined {
  try {
    const options = { maxOutputLength: LIMIT, info: true }
    const { buffer, engine } = inflateRawSync(data, options) as unknown as {
      buffer: Uint8Array
      engine: { bytesWritten: number }
    }
    return engine.bytesWritten === data.length ? buffer : undefined
  } catch {
    return undefined
  }
}

function member(deflated: Uint8Array, unpacked: Uint8Array): Uint8Array {
  const tail = new Uint8Array(8)
  view(tail).setUint32(0, crc32(unpacked), true)
  view(tail).setUint32(4, unpacked.length, true)
  return concat(Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3), deflated, tail)
}

function agree(packed: Uint8Array): void {
  const ours = attempt(() => portableCrypto.gunzip(packed, LIMIT))
  const platforms = attempt(() => nativeCrypto.gunzip(packed, LIMIT))
  must((ours === undefined) === (platforms === undefined), 'our inflate and the platform refuse the same data')
  if (ours && platforms) must(sameBytes(ours, platforms), 'our inflate and the platform unpack to the same bytes')
  must((ours?.length ?? 0) <= LIMIT, 'nothing unpacks to more than the limit')
}

const text = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => 65 + ((i * i) % 23))

export const target: FuzzTarget = {
  name: 'gzip',
  about: 'gzip and deflate: our inflate and the platform agree; bombs are refused before memory is taken',
  maxLength: 400,
  steps: { base: 60_000, perByte: 3000 },
  memory: { base: 24_000, perByte: 3100 },
  words: [],
  seeds: () => [
    concat(Uint8Array.of(0), new Uint8Array(gzipSync(text(100)))),
    concat(Uint8Array.of(0), new Uint8Array(gzipSync(new Uint8Array(3000)))),
    ...[constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_DEFAULT_STRATEGY].flatMap((strategy) =>
      [0, 5, 60, 700].map((length) =>
        concat(Uint8Array.of(1), new Uint8Array(deflateRawSync(text(length), { strategy }))),
      ),
    ),
    concat(Uint8Array.of(1), new Uint8Array(deflateRawSync(text(90), { level: 0 }))),
  ],
  run(input) {
    const data = input.subarray(1)
    if ((input[0] ?? 0) % 2 === 0) {
      agree(data)
      return
    }
    const expected = reference(data)
    const ours = attempt(() => inflate(data, expected?.length ?? Math.min(LIMIT, 16 * data.length)))
    must((ours === undefined) === (expected === undefined), 'our inflate refuses what zlib refuses, and nothing else')
    if (!ours || !expected) return
    must(sameBytes(ours, expected), 'our inflate gives what zlib gives')
    agree(member(data, expected))
  },
}
