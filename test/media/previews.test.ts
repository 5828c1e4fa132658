import { createHash } from 'node:crypto'
import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { imageInfo } from '../../src/lab/server/image-size.ts'
import { outlinePath, outlineSvg, strippedJpeg, unpackWaveform } from '../../src/media/previews.ts'

describe('a stripped thumbnail', () => {
  const data = Uint8Array.of(1, 30, 40, 0xaa, 0xbb)
  const jpeg = strippedJpeg(data)!

  test('is a JPEG of the height and width that it begins with', () => {
    expect(imageInfo(jpeg)).toMatchObject({ width: 40, height: 30 })
    expect(jpeg.slice(-4)).toEqual(Uint8Array.of(0xaa, 0xbb, 0xff, 0xd9))
  })

  test('has the tables that other libraries put in front: of their head this is the hash, without height and width', () => {
    const head = jpeg.slice(0, -4)
    expect(head.length).toBe(623)
    expect([head[164], head[166]]).toEqual([30, 40])
    head[164] = 0
    head[166] = 0
    expect(createHash('sha256').update(head).digest('hex')).toBe(HEAD)
  })

  test.each([[[]], [[1, 2, 3]], [[2, 30, 40, 1]]])('of another version, or without data: %j', (bytes) => {
    expect(strippedJpeg(Uint8Array.from(bytes))).toBeUndefined()
  })
})

/** SHA-256 of the JPEG head that GramJS 2.26 has built in. */
const HEAD = 'c2d6c960e35c3d94de4a0d85a39e0d9def693ee107fa374354960f2df47d82d4'

test('an outline: letters, and numbers behind nothing, a minus or a comma', () => {
  const letter = (name: string): number =>
    0xc0 + 'AACAAAAHAAALMAAAQASTAVAAAZaacaaaahaaalmaaaqastava.az0123456789-,'.indexOf(name)
  const bytes = Uint8Array.of(10, 0x40 + 20, 0x80 + 30, letter('c'), 63, letter('.'), letter('5'))
  expect(outlinePath(bytes)).toBe('M10-20,30c63.5z')
  expect(outlineSvg(bytes)).toContain('<path d="M10-20,30c63.5z"/>')
})

property.prop([fc.uint8Array({ maxLength: 300 })])('any bytes are unpacked to something, or to nothing', (bytes) => {
  const jpeg = strippedJpeg(bytes)
  expect(jpeg === undefined || imageInfo(jpeg)?.width === bytes[2]).toBe(true)
  expect(outlinePath(bytes)).toMatch(/^M[\w.,-]*z$/)
  expect(unpackWaveform(bytes)).toHaveLength(Math.floor((bytes.length * 8) / 5))
})

test('a waveform: five bits each, the lowest first, across bytes', () => {
  const values = Array.from({ length: 100 }, (_, i) => (i * 7) % 32)
  const number = values.reduceRight((sum, value) => (sum << 5n) | BigInt(value), 0n)
  const bytes = Uint8Array.from({ length: 63 }, (_, i) => Number((number >> BigInt(8 * i)) & 255n))
  expect(unpackWaveform(bytes)).toEqual(values)
  expect(unpackWaveform(new Uint8Array())).toEqual([])
})
