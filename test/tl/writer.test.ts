/** The writer: what TL's built-in types look like on the wire, and which values it refuses. */
import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import { TlError } from '../../src/errors.ts'
import { TlReader } from '../../src/tl/reader.ts'
import { MAX_BYTES, TlWriter } from '../../src/tl/writer.ts'

function hexOf(write: (writer: TlWriter) => void): string {
  const writer = new TlWriter(4)
  write(writer)
  return toHex(writer.finish())
}

describe('values on the wire', () => {
  const cases: [string, (writer: TlWriter) => void, string][] = [
    ['int', (w) => w.int(-2), 'feffffff'],
    ['an id', (w) => w.uint(0x1cb5c415), '15c4b51c'],
    ['flags with bit 31', (w) => w.uint(1 << 31), '00000080'],
    ['long', (w) => w.long(-1n), 'ffffffffffffffff'],
    ['long from its unsigned form', (w) => w.long(2n ** 64n - 1n), 'ffffffffffffffff'],
    ['double', (w) => w.double(1.5), '000000000000f83f'],
    ['int128', (w) => w.raw(new Uint8Array(16).fill(1), 16), '01'.repeat(16)],
    ['true', (w) => w.bool(true), 'b5757299'],
    ['false', (w) => w.bool(false), '379779bc'],
    ['an empty string', (w) => w.string(''), '00000000'],
    ['a string of 3', (w) => w.string('abc'), '03616263'],
    ['a string of 4', (w) => w.string('abcd'), '0461626364000000'],
    ['a string beyond ASCII', (w) => w.string('é'), '02c3a900'],
    ['a vector', (w) => w.vector([1, 2], (v, n) => v.int(n)), '15c4b51c020000000100000002000000'],
    ['a bare vector', (w) => w.bareVector([7], (v, n) => v.int(n)), '0100000007000000'],
  ]
  test.each(cases)('%s', (_, write, hex) => expect(hexOf(write)).toBe(hex))

  test.each([
    [253, 256],
    [254, 260],
    [256, 260],
  ])('a string of %d bytes takes %d', (length, size) => {
    expect(hexOf((w) => w.bytes(new Uint8Array(length)))).toHaveLength(2 * size)
  })

  test('padding is zero where older bytes stood', () => {
    const writer = new TlWriter()
    writer.raw(new Uint8Array(16).fill(0xff))
    writer.pos = 0
    writer.string('a')
    writer.bytes(Uint8Array.of(1))
    expect(toHex(writer.finish())).toBe('0161000001010000')
  })
})

describe('what is refused, with a TlError that says what was there', () => {
  const cases: [string, (writer: TlWriter) => void, string][] = [
    ['a fraction', (w) => w.int(1.5), 'expected a 32-bit integer, got 1.5'],
    ['an int of 33 bits', (w) => w.int(2 ** 31), 'expected a 32-bit integer, got 2147483648'],
    ['an int that is a bigint', (w) => w.int(1n as never), 'expected a 32-bit integer, got bigint'],
    ['a long that is a number', (w) => w.long(1 as never), 'expected a 64-bit bigint, got 1'],
    ['a long of 65 bits', (w) => w.long(2n ** 64n), 'expected a 64-bit bigint, got bigint'],
    ['a negative long of 65 bits', (w) => w.long(-(2n ** 63n) - 1n), 'expected a 64-bit bigint, got bigint'],
    ['a double that is text', (w) => w.double('1' as never), 'expected a number, got string'],
    ['a missing string', (w) => w.string(undefined as never), 'expected a string, got undefined'],
    ['bytes that are text', (w) => w.bytes('a' as never), 'expected a Uint8Array, got string'],
    ['bytes that are null', (w) => w.bytes(null as never), 'expected a Uint8Array, got null'],
    ['an int128 of 15 bytes', (w) => w.raw(new Uint8Array(15), 16), 'expected 16 bytes, got 15'],
    ['raw bytes that are an array', (w) => w.raw([1] as never), 'expected a Uint8Array, got an object'],
    ['a Bool that is a number', (w) => w.bool(1 as never), 'expected a boolean, got 1'],
    ['a vector that is none', (w) => w.vector({} as never, () => {}), 'expected an array, got an object'],
    ['a query that is none', (w) => w.query({} as never), 'expected a function that writes a query, got an object'],
    [
      'too long a string',
      (w) => w.bytes(new Uint8Array(MAX_BYTES + 1)),
      'a string of 16777216 bytes is longer than 16777215',
    ],
  ]
  test.each(cases)('%s', (_, write, reason) => {
    const writer = new TlWriter()
    expect(() => write(writer)).toThrow(TlError)
    expect(() => write(writer)).toThrow(reason)
  })
})

property.prop([fc.string({ unit: 'binary', maxLength: 400 })])('any string survives', (text) => {
  const writer = new TlWriter(1)
  writer.string(text)
  const reader = new TlReader(writer.finish())
  expect(reader.string()).toBe(text)
  expect(reader.remaining).toBe(0)
})

test('the longest string survives', () => {
  const bytes = new Uint8Array(MAX_BYTES).fill(7)
  const writer = new TlWriter()
  writer.bytes(bytes)
  expect(new TlReader(writer.finish()).bytes().length).toBe(MAX_BYTES)
})

test('a lone surrogate is written as the replacement character, as TextEncoder does', () => {
  expect(hexOf((w) => w.string('\ud800'))).toBe('03efbfbd')
})

test('headroom is left free in front and kept when the buffer grows', () => {
  const writer = new TlWriter(4, 8)
  writer.int(1)
  writer.buffer.set([9, 9], 0)
  for (let i = 0; i < 100; i++) writer.long(0n)
  expect(writer.length).toBe(804)
  expect([...writer.buffer.subarray(0, 2)]).toEqual([9, 9])
  expect(writer.finish()[0]).toBe(1)
})
