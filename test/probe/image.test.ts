/**
 * Sizes of pictures as they are shown, and whether they move.
 */
import { describe, expect, test } from 'vitest'
import { concat } from '../../src/bytes.ts'
import { probe } from '../../src/probe/index.ts'
import type { FileDescription } from '../../src/probe/types.ts'
import { exif, gif, heif, int32, jpeg, latin1, little, png, simpleWebp, webp } from '../support/media-samples.ts'

const SIZE = { width: 1200, height: 800 }
const TURNED = { width: 800, height: 1200 }
const look = (data: Uint8Array): Promise<FileDescription> => probe(data, { ffmpeg: false })

/** A TIFF is a directory of numbers, here of either order of bytes. */
function tiff({ width, height }: typeof SIZE, orientation: number, isBig: boolean): Uint8Array {
  const number = (value: number, length: number): Uint8Array => {
    const bytes = little(value, length)
    return isBig ? bytes.reverse() : bytes
  }
  const entry = (tag: number, type: 3 | 4, value: number): Uint8Array => {
    const length = type === 3 ? 2 : 4
    return concat(number(tag, 2), number(type, 2), number(1, 4), number(value, length), new Uint8Array(4 - length))
  }
  const entries = [entry(256, 4, width), entry(257, 3, height), entry(274, 3, orientation)]
  const data = new Uint8Array(100)
  const head = concat(latin1(isBig ? 'MM' : 'II'), number(42, 2), number(8 + data.length, 4))
  return concat(head, data, number(entries.length, 2), ...entries, number(0, 4))
}

const bitmap = (header: Uint8Array): Uint8Array => concat(latin1('BM'), new Uint8Array(12), header, new Uint8Array(40))

describe('the size of', () => {
  test.each<[string, Uint8Array]>([
    ['a PNG', png(SIZE)],
    ['a JPEG', jpeg(SIZE)],
    ['a JPEG whose size stands far behind', jpeg(SIZE, { padding: 65_000 })],
    ['a GIF', gif(SIZE)],
    ['a WebP with losses', simpleWebp(SIZE, false)],
    ['a WebP without losses', simpleWebp(SIZE, true)],
    ['an extended WebP', webp(SIZE)],
    ['a TIFF', tiff(SIZE, 1, false)],
    ['a TIFF of the other order of bytes', tiff(SIZE, 1, true)],
    ['a bitmap', bitmap(concat(little(40), little(1200), little(800)))],
    ['a bitmap from top to bottom', bitmap(concat(little(40), little(1200), little(2 ** 32 - 800)))],
    ['a bitmap of the oldest kind', bitmap(concat(little(12), little(1200, 2), little(800, 2)))],
    ['a Photoshop file', concat(latin1('8BPS\0\x01'), new Uint8Array(8), int32(800), int32(1200), new Uint8Array(20))],
    ['a HEIC', heif('heic', SIZE)],
    ['an AVIF', heif('avif', SIZE)],
  ])('%s', async (_, data) => {
    const found = await look(data)
    expect(found).toMatchObject(SIZE)
    expect(found.problems).toEqual([])
  })
})

describe('a picture that is shown on its side has its width for its height', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('by EXIF orientation %i', async (orientation) => {
    const expected = orientation >= 5 ? TURNED : SIZE
    expect(await look(jpeg(SIZE, { orientation }))).toMatchObject(expected)
    expect(await look(png(SIZE, { orientation }))).toMatchObject(expected)
    expect(await look(webp(SIZE, { orientation }))).toMatchObject(expected)
    expect(await look(tiff(SIZE, orientation, true))).toMatchObject(expected)
  })

  test.each([
    [[0], SIZE],
    [[1], TURNED],
    [[2], SIZE],
    [[3, 3], TURNED],
  ])('by the turns %j of a HEIC', async (turns, expected) => {
    expect(await look(heif('heic', SIZE, turns))).toMatchObject(expected)
  })

  test('nothing is said where the turns of a HEIC contradict each other', async () => {
    const found = await look(heif('heic', SIZE, [0, 1]))
    expect(found.mimeType).toBe('image/heic')
    expect(found).not.toHaveProperty('width')
  })
})

describe('pictures that move', () => {
  test.each([
    ['GIF', gif(SIZE, { frames: 5, delay: 8 })],
    ['PNG', png(SIZE, { frames: 5 })],
    ['WebP', webp(SIZE, { frames: 5 })],
  ])('%s', async (_, data) => {
    expect(await look(data)).toMatchObject({ ...SIZE, animated: true, frames: 5 })
  })

  test('a GIF takes as long as its frames together', async () => {
    expect((await look(gif(SIZE, { frames: 5, delay: 8 }))).duration).toBeCloseTo(0.4)
  })

  test.each([
    ['GIF', gif(SIZE, { frames: 1 })],
    ['PNG', png(SIZE, { frames: 1 })],
  ])('a %s of one frame does not', async (_, data) => {
    const found = await look(data)
    expect(found).toMatchObject({ animated: false, frames: 1 })
    expect(found).not.toHaveProperty('duration')
  })

  test('a GIF that is cut off moves, but nobody knows how long', async () => {
    const found = await look(gif(SIZE, { frames: 5 }).slice(0, -10))
    expect(found).toMatchObject({ ...SIZE, animated: true })
    expect(found).not.toHaveProperty('frames')
    expect(found).not.toHaveProperty('duration')
  })

  test('nothing in the name of a picture says whether it has sound, but a GIF has none', async () => {
    expect(await look(png(SIZE))).not.toHaveProperty('hasSound')
    expect((await look(gif(SIZE))).hasSound).toBe(false)
  })
})

describe('no size is better than a wrong one', () => {
  test.each<[string, Uint8Array]>([
    ['no width', png({ width: 0, height: 10 })],
    ['a height of 2^31', png({ width: 10, height: 2 ** 31 })],
    ['a JPEG without its frame', jpeg(SIZE).slice(0, 60)],
    ['a PNG that ends in its header', png(SIZE).slice(0, 20)],
    ['EXIF alone', concat(Uint8Array.of(0xff, 0xd8, 0xff, 0xe1, 0, 40), latin1('Exif\0\0'), exif(6))],
  ])('%s', async (_, data) => {
    const found = await look(data)
    expect(found).not.toHaveProperty('width')
    expect(found).not.toHaveProperty('height')
  })
})
