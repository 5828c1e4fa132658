/** The functions of straight-line code: nothing but the reader's own methods, sooner. */
import { describe, expect, test } from 'vitest'
import { fromHex } from '../../src/bytes.ts'
import { TlError } from '../../src/errors.ts'
import { TlReader } from '../../src/tl/reader.ts'
import * as scalars from '../../src/tl/scalars.ts'
import { TlWriter } from '../../src/tl/writer.ts'

type Read = (r: TlReader) => unknown

/** Each function beside the method that it stands for. */
const PAIRS: Readonly<Record<string, readonly [fast: Read, method: Read]>> = {
  readInt: [scalars.readInt, (r) => r.int()],
  readLong: [scalars.readLong, (r) => r.long()],
  readDouble: [scalars.readDouble, (r) => r.double()],
  readString: [scalars.readString, (r) => r.string()],
  readBytes: [scalars.readBytes, (r) => r.bytes()],
  readInt128: [scalars.readInt128, (r) => r.raw(16)],
  readInt256: [scalars.readInt256, (r) => r.raw(32)],
  readBool: [scalars.readBool, (r) => r.bool()],
  'readVector of int': [(r) => scalars.readVector(r, scalars.readInt), (r) => r.vector((inner) => inner.int())],
  'readVector of string': [
    (r) => scalars.readVector(r, scalars.readString, 4),
    (r) => r.vector((inner) => inner.string(), 4),
  ],
}

/** What comes of reading at an odd offset between other bytes: the value or the error, and where the reader stands then. */
function outcome(read: Read, bytes: Uint8Array, end: number, views: boolean): unknown {
  const buffer = new Uint8Array(bytes.length + 8).fill(0x41)
  buffer.set(bytes, 3)
  const reader = new TlReader(buffer.subarray(1), 2, 2 + end, { views })
  try {
    const value = read(reader)
    const own = value instanceof Uint8Array && value.buffer !== buffer.buffer
    return { value, own, pos: reader.pos }
  } catch (error) {
    if (!(error instanceof TlError)) throw error
    return { reason: error.reason, offset: error.offset, pos: reader.pos }
  }
}

function written(write: (w: TlWriter) => void): Uint8Array {
  const w = new TlWriter()
  write(w)
  return w.finish().slice()
}

const TEXTS = [
  '',
  'a',
  'é',
  'ab',
  '\0',
  '\x7f\x80',
  'abcdefg',
  'abcdefgh',
  'abcdefgé',
  'abcdefghi',
  '\ufeffa',
  'ü'.repeat(4),
]
const INPUTS: readonly Uint8Array[] = [
  ...TEXTS.map((text) => written((w) => w.string(text))),
  ...[0, 1, 2, 3, 4, 63, 64, 65, 253, 254, 300].map((n) => written((w) => w.bytes(new Uint8Array(n).fill(n)))),
  ...[0n, -1n, 1n << 62n, -(1n << 63n), 0x0123456789abcdefn].map((value) => written((w) => w.long(value))),
  written((w) => w.double(-1.5)),
  written((w) => w.bool(true)),
  written((w) => w.vector([1, -2, 3], (inner, value) => inner.int(value))),
  written((w) => w.vector(['a', 'bc', 'déf'], (inner, value) => inner.string(value))),
  // Not UTF-8, in a short string; a short one in the long form; a length that no string has; counts that cannot be.
  ...['01ff0000', '04c328ff00000000', 'fe01000061000000', 'ff000000', '15c4b51cffffffff', '15c4b51c00000040'].map(
    fromHex,
  ),
]

describe.each(Object.entries(PAIRS))('%s', (_, [fast, method]) => {
  test.each([true, false])('does what the method does, at every end of the bytes (views: %s)', (views) => {
    for (const bytes of INPUTS) {
      for (let end = 0; end <= bytes.length; end++) {
        expect(outcome(fast, bytes, end, views)).toEqual(outcome(method, bytes, end, views))
      }
    }
  })
})

test('every word and every pair of words', () => {
  const bytes = fromHex('0123456789abcdef')
  for (let i = 0; i < 256; i++) {
    bytes.fill(i, i & 7, (i & 7) + 2)
    for (const name of ['readInt', 'readLong'] as const) {
      const [fast, method] = PAIRS[name]!
      expect(outcome(fast, bytes, 8, false)).toEqual(outcome(method, bytes, 8, false))
    }
  }
})
