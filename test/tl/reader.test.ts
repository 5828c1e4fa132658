/** The reader: what TL's built-in types look like on the wire, and what is refused. */
import { describe, expect, test } from 'vitest'
import { concat, fromHex } from '../../src/bytes.ts'
import { TlError } from '../../src/errors.ts'
import { TlReader } from '../../src/tl/reader.ts'

const over = (hex: string): TlReader => new TlReader(fromHex(hex.replaceAll(' ', '')))

function failure(action: () => unknown): TlError {
  try {
    action()
  } catch (error) {
    if (error instanceof TlError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('numbers are little-endian', () => {
  test('int is signed', () => expect(over('ffffffff').int()).toBe(-1))
  test('ids and flags are unsigned', () => expect(over('ffffffff').uint()).toBe(0xffffffff))
  test('long is a signed bigint', () => expect(over('feffffffffffffff').long()).toBe(-2n))
  test('double', () => expect(over('000000000000f83f').double()).toBe(1.5))
})

describe('strings', () => {
  test('up to 253 bytes have one byte of length and are padded to 4', () => {
    const reader = over('03 616263 00 000000 02 6869 00')
    expect([reader.string(), reader.string(), reader.string()]).toEqual(['abc', '', 'hi'])
    expect(reader.remaining).toBe(0)
  })

  test('from 254 bytes on the length takes three bytes behind fe', () => {
    const reader = new TlReader(concat(fromHex('fefe0000'), new Uint8Array(254).fill(0x61), new Uint8Array(2)))
    expect(reader.string()).toBe('a'.repeat(254))
    expect(reader.remaining).toBe(0)
  })

  test('a length that a shorter form could express is accepted', () => {
    expect(over('fe010000 61000000').string()).toBe('a')
  })

  test('ff is no length', () => {
    expect(failure(() => over('ff000000').bytes())).toMatchObject({
      offset: 0,
      reason: 'a string cannot start with 0xff',
    })
  })

  test('a length beyond the end is refused at the offset of the string', () => {
    const reader = over('00000000 fe ffffff 00')
    reader.int()
    expect(failure(() => reader.bytes())).toMatchObject({ offset: 4 })
  })

  test('missing padding is refused', () => {
    expect(failure(() => over('05 6162636465 00').string()).reason).toBe('needs 8 bytes, 7 left')
  })

  test('bytes that are not UTF-8 become replacement characters', () => {
    expect(over('02 c328 00').string()).toBe('\ufffd(')
  })
})

describe('Bool and Vector', () => {
  test('Bool', () => {
    const reader = over('b5757299 379779bc')
    expect([reader.bool(), reader.bool()]).toEqual([true, false])
  })

  test('anything else is no Bool', () => {
    expect(failure(() => over('b5757298').bool()).message).toBe('unknown constructor 0x987275b5 for Bool (at byte 0)')
  })

  test('a boxed vector has an id, a bare one has none', () => {
    expect(over('15c4b51c 02000000 01000000 02000000').vector((r) => r.int())).toEqual([1, 2])
    expect(over('01000000 07000000').bareVector((r) => r.int())).toEqual([7])
  })

  test('a vector without its id is refused', () => {
    expect(failure(() => over('02000000 01000000').vector((r) => r.int())).reason).toContain('for Vector')
  })
})

describe('bounds', () => {
  const reads: [string, (reader: TlReader) => unknown][] = [
    ['int', (r) => r.int()],
    ['uint', (r) => r.uint()],
    ['long', (r) => r.long()],
    ['double', (r) => r.double()],
    ['int128', (r) => r.raw(16)],
    ['bool', (r) => r.bool()],
    ['string', (r) => r.string()],
    ['bytes', (r) => r.bytes()],
    ['vector', (r) => r.vector((item) => item.int())],
    ['peekId', (r) => r.peekId()],
  ]
  test.each(reads)('%s fails at the end and stays where it is', (_, read) => {
    const reader = new TlReader(new Uint8Array(3))
    expect(failure(() => read(reader)).offset).toBe(0)
    expect(reader.pos).toBe(0)
  })

  test('nothing is read behind the end that was given', () => {
    const reader = new TlReader(new Uint8Array(12), 4, 8)
    expect(reader.remaining).toBe(4)
    reader.int()
    expect(() => reader.int()).toThrow(TlError)
  })

  test('a view into a larger buffer is read from its own start', () => {
    const bytes = fromHex('00000000 2a000000'.replace(' ', '')).subarray(4)
    expect(new TlReader(bytes).int()).toBe(42)
  })
})

test('values are copies; with `views` they share the memory that was read', () => {
  const bytes = fromHex('03616263')
  const copy = new TlReader(bytes).bytes()
  const view = new TlReader(bytes, 0, bytes.length, { views: true }).bytes()
  bytes[1] = 0x7a
  expect([...copy]).toEqual([0x61, 0x62, 0x63])
  expect([...view]).toEqual([0x7a, 0x62, 0x63])
})

test('a part is a reader of its own, with the same views, and the reader stands behind it', () => {
  const bytes = fromHex('03616263 2a000000 07000000'.replaceAll(' ', ''))
  for (const views of [false, true]) {
    const reader = new TlReader(bytes, 0, bytes.length, { views })
    const part = reader.part(8)
    expect(part.bytes().buffer === bytes.buffer).toBe(views)
    expect([part.int(), part.remaining, reader.int()]).toEqual([42, 0, 7])
    expect(failure(() => reader.part(1)).offset).toBe(12)
  }
})

test('peekId does not move', () => {
  const reader = over('2a000000')
  expect([reader.peekId(), reader.peekId(), reader.pos]).toEqual([42, 42, 0])
})
