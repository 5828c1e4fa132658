/**
 * The type of a file by its first bytes.
 */
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { concat } from '../../src/bytes.ts'
import { mimeByName } from '../../src/explain/mime.ts'
import { probe } from '../../src/probe/index.ts'
import { SIGNATURES } from '../../src/probe/signatures.ts'
import { film } from '../support/film-samples.ts'
import {
  adts,
  box,
  gif,
  heif,
  int32,
  jpeg,
  latin1,
  little,
  mp3,
  png,
  riff,
  simpleWebp,
  wav,
} from '../support/media-samples.ts'

const SIZE = { width: 64, height: 48 }
const typeOf = async (data: Uint8Array, name?: string): Promise<string | undefined> => {
  const { mimeType } = await probe(name === undefined ? data : { data, name }, { ffmpeg: false })
  return mimeType
}
const ogg = (packet: string): Uint8Array =>
  concat(latin1('OggS'), new Uint8Array(22), Uint8Array.of(1, 8), latin1(packet))
const ftyp = (major: string, ...others: string[]): Uint8Array =>
  concat(box('ftyp', latin1(major), int32(512), ...others.map(latin1)), box('mdat', new Uint8Array(20)))
const zip = (entry: string, content = ''): Uint8Array =>
  concat(latin1('PK\x03\x04'), new Uint8Array(22), little(entry.length, 2), little(0, 2), latin1(entry + content))

describe('the content alone says', () => {
  test.each<[string, Uint8Array]>([
    ['image/jpeg', jpeg(SIZE)],
    ['image/png', png(SIZE)],
    ['image/gif', gif(SIZE)],
    ['image/webp', simpleWebp(SIZE, true)],
    ['image/heic', heif('heic', SIZE)],
    ['image/heic', ftyp('mif1', 'mif1', 'heic')],
    ['image/heif', ftyp('mif1', 'mif1')],
    ['image/avif', heif('avif', SIZE)],
    ['image/avif', ftyp('mif1', 'miaf', 'avif')],
    ['image/bmp', concat(latin1('BM'), new Uint8Array(12), little(40), new Uint8Array(40))],
    ['image/svg+xml', latin1('<?xml version="1.0"?>\n<!-- a drawing -->\n<svg xmlns="http://www.w3.org/2000/svg">')],
    ['image/svg+xml', latin1('\xef\xbb\xbf <svg width="3">')],
    ['text/xml', latin1('<?xml version="1.0"?><rss>')],
    ['text/html', latin1('<!DOCTYPE html><title>')],
    ['video/mp4', ftyp('isom', 'iso2', 'mp41')],
    ['video/quicktime', ftyp('qt  ')],
    ['video/quicktime', box('moov', new Uint8Array(20))],
    ['video/3gpp', ftyp('3gp5')],
    ['audio/mp4', ftyp('M4A ', 'isom')],
    ['video/x-msvideo', riff('AVI ', [])],
    ['video/mp2t', concat(...Array.from({ length: 4 }, () => concat(latin1('G'), new Uint8Array(187))))],
    ['audio/wav', wav(10, () => 0)],
    ['audio/aiff', concat(latin1('FORM'), int32(30), latin1('AIFF'))],
    ['audio/ogg', ogg('OpusHead\x01')],
    ['audio/ogg', ogg('\x01vorbis')],
    ['video/ogg', ogg('\x80theora')],
    ['application/ogg', ogg('else')],
    ['audio/mpeg', mp3(3)],
    ['audio/mpeg', mp3(3, { title: 'a', artist: 'b' })],
    ['audio/aac', adts(3)],
    ['audio/flac', concat(latin1('ID3\x04\0\0\0\0\0\x05'), latin1('.....'), latin1('fLaC'))],
    ['application/epub+zip', zip('mimetype', 'application/epub+zip')],
    ['application/zip', zip('a.txt', 'hello')],
    ['application/gzip', gzipSync('hello')],
    ['application/pdf', latin1('%PDF-1.7\n')],
    ['application/x-tar', concat(new Uint8Array(257), latin1('ustar\x0000'), new Uint8Array(300))],
  ])('%s', async (type, data) => {
    expect(await typeOf(data)).toBe(type)
  })

  test.each(SIGNATURES.map(([type, signature, at = 0]) => [type, signature, at] as const))(
    '%s by %j at %i, whatever the name',
    async (type, signature, at) => {
      const data = concat(new Uint8Array(at), latin1(signature), new Uint8Array(40).fill(1))
      expect(await typeOf(data, 'clip.xyz')).toBe(type)
    },
  )

  test.each([['webm', 'video/webm'] as const, ['mkv', 'video/x-matroska'] as const])('%s', async (format, type) => {
    expect(await typeOf(await film(format))).toBe(type)
  })

  test.each([
    ['mp4', 'audio/mp4'] as const,
    ['webm', 'audio/webm'] as const,
    ['mkv', 'audio/x-matroska'] as const,
    ['ogg', 'audio/ogg'] as const,
  ])('%s with sound alone is %s', async (format, type) => {
    expect(await typeOf(await film(format, { picture: false }))).toBe(type)
  })
})

describe('a name', () => {
  test.each([
    [zip('[Content_Types].xml'), 'docx'],
    [zip('xl/workbook.xml'), 'xlsx'],
    [zip('classes.dex'), 'apk'],
    [concat(latin1('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'), new Uint8Array(500)), 'doc'],
  ])('tells which archive it is (%#)', async (data, extension) => {
    const type = mimeByName(`a.${extension}`)
    expect(type).toBeDefined()
    expect(await typeOf(data, `a.${extension}`)).toBe(type)
  })

  test('does not turn a picture into a song, nor an archive into a film', async () => {
    expect(await typeOf(png(SIZE), 'song.mp3')).toBe('image/png')
    expect(await typeOf(zip('a'), 'film.mp4')).toBe('application/zip')
  })

  test('says nothing of content that is not known: who has the name can look at it', async () => {
    expect(await typeOf(latin1('hello, world'), 'song.mp3')).toBeUndefined()
  })

  test('counts as the caller says it, before that of the file', async () => {
    const { mimeType } = await probe({ data: zip('a'), name: 'a.zip' }, { fileName: 'a.docx', ffmpeg: false })
    expect(mimeType).toBe(mimeByName('a.docx'))
  })
})

describe('an animated sticker', () => {
  const lottie = { v: '5.5.2', fr: 60, ip: 0, op: 180, w: 512, h: 512, layers: [] }

  test('is known by what is packed in it', async () => {
    const found = await probe(gzipSync(JSON.stringify(lottie)), { ffmpeg: false })
    expect(found).toMatchObject({
      mimeType: 'application/x-tgsticker',
      width: 512,
      height: 512,
      duration: 3,
      frames: 180,
      animated: true,
    })
  })

  test.each([
    ['other JSON', JSON.stringify({ layers: 3 })],
    ['null', 'null'],
    ['text', 'hello'],
  ])('is not %s in gzip', async (_, text) => {
    expect(await typeOf(gzipSync(text))).toBe('application/gzip')
  })

  test('is not something that unpacks to gigabytes', async () => {
    expect(await typeOf(gzipSync(Buffer.alloc(8_000_000)))).toBe('application/gzip')
  })

  test('that says absurd things of itself keeps its type alone', async () => {
    const found = await probe(gzipSync(JSON.stringify({ ...lottie, fr: 0, w: -1, h: 'x', op: 1e300 })), {
      ffmpeg: false,
    })
    expect(found).toMatchObject({ mimeType: 'application/x-tgsticker' })
    for (const name of ['width', 'height', 'duration', 'frames']) expect(found).not.toHaveProperty(name)
  })
})

test('two frames in a row are needed to take noise for sound', async () => {
  expect(await typeOf(mp3(1))).toBeUndefined()
  expect(await typeOf(concat(mp3(1), new Uint8Array(1000)))).toBeUndefined()
  expect(await typeOf(adts(1))).toBeUndefined()
  // UTF-16 begins like a frame.
  expect(await typeOf(concat(Uint8Array.of(0xff, 0xfe), new Uint8Array(3000).fill(0x61)))).toBeUndefined()
})
