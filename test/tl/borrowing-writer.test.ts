/** A writer that borrows comes to the bytes that any other does. */
import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { concat, toHex } from '../../src/bytes.ts'
import { TlError } from '../../src/errors.ts'
import { BorrowingWriter } from '../../src/tl/borrowing-writer.ts'
import { MAX_BYTES, TlWriter } from '../../src/tl/writer.ts'

const patterned = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => 3 * i + 1)

test.prop([fc.nat(40), fc.nat(60), fc.integer({ min: 0, max: 9000 }), fc.nat(255)])(
  'in memory of any content, moved or grown meanwhile, in pieces and in one',
  (before, dropped, length, fill) => {
    const bytes = patterned(length)
    const write = (writer: TlWriter): void => {
      writer.raw(new Uint8Array(before + 60).fill(1))
      writer.bytes(bytes)
      writer.bytes(bytes)
      writer.drop(dropped)
      writer.int(7)
      writer.raw(new Uint8Array(100).fill(2))
    }
    const plain = new TlWriter(4, 40)
    write(plain)
    const borrowing = new BorrowingWriter(4, 40, new Uint8Array(44).fill(fill))
    write(borrowing)
    const pieces = borrowing.pieces(40)
    expect(toHex(concat(...pieces))).toBe(toHex(concat(...plain.pieces(40))))
    expect(pieces.includes(bytes)).toBe(length >= 4096)
    expect(toHex(borrowing.finish())).toBe(toHex(plain.finish()))
    expect(borrowing.length).toBe(plain.length)
  },
)

test('a string that the writer was set back before is forgotten', () => {
  const writer = new BorrowingWriter()
  writer.bytes(patterned(5000).fill(1))
  writer.pos = writer.start
  const other = patterned(6000)
  writer.bytes(other)
  expect(writer.pieces(4)[1]).toBe(other)
  writer.pos = writer.start
  writer.int(5)
  expect(writer.pieces(0)).toHaveLength(1)
  expect(toHex(writer.finish())).toBe('05000000')
})

test('what is no byte string, or too long for one, is refused as ever', () => {
  const writer = new BorrowingWriter()
  for (const wrong of ['x'.repeat(5000), null, undefined, 5, new Uint8Array(MAX_BYTES + 1)]) {
    expect(() => writer.bytes(wrong as Uint8Array)).toThrow(TlError)
  }
  expect(writer.length).toBe(0)
})
