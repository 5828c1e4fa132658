/**
 * Small pictures, recordings and other files, made by code: real enough for whoever reads their headers.
 */
import { concat, view } from '../../src/bytes.ts'

/** Text as bytes, one a character. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

/** A number of 32 bits, the most significant byte first. */
export function int32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  view(bytes).setUint32(0, value)
  return bytes
}

/** A number of `length` bytes, the least significant first. */
export function little(value: number, length = 4): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Math.floor(value / 256 ** i) & 255)
}

/** A box of an MP4. */
export function box(type: string, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = concat(...contents)
  return concat(int32(8 + content.length), latin1(type), content)
}

/** EXIF data that says how a picture is turned. */
export function exif(orientation: number): Uint8Array {
  // A byte order, a directory with a maker's name (text), and the orientation.
  const entry = (tag: number, type: number, value: number): Uint8Array =>
    concat(little(tag, 2), little(type, 2), little(1), little(value))
  return concat(latin1('II*\0'), little(8), little(2, 2), entry(271, 2, 65), entry(274, 3, orientation), little(0))
}

interface Size {
  readonly width: number
  readonly height: number
}

/** A PNG; one with `frames` is animated. */
export function png(
  { width, height }: Size,
  { frames, orientation }: { frames?: number; orientation?: number } = {},
): Uint8Array {
  const chunk = (type: string, ...contents: Uint8Array[]): Uint8Array => {
    const content = concat(...contents)
    return concat(int32(content.length), latin1(type), content, int32(0))
  }
  return concat(
    latin1('\x89PNG\r\n\x1a\n'),
    chunk('IHDR', int32(width), int32(height), Uint8Array.of(8, 2, 0, 0, 0)),
    ...(frames === undefined ? [] : [chunk('acTL', int32(frames), int32(0))]),
    ...(orientation === undefined ? [] : [chunk('eXIf', exif(orientation))]),
    chunk('IDAT', new Uint8Array(100)),
    chunk('IEND'),
  )
}

/** A JPEG whose size stands behind other segments, as those of cameras do. */
export function jpeg(
  { width, height }: Size,
  { orientation, padding = 0 }: { orientation?: number; padding?: number } = {},
): Uint8Array {
  const short = (value: number): Uint8Array => int32(value).subarray(2)
  const segment = (marker: number, content: Uint8Array): Uint8Array =>
    concat(Uint8Array.of(0xff, marker), short(2 + content.length), content)
  return concat(
    Uint8Array.of(0xff, 0xd8),
    segment(0xe0, latin1('JFIF\0\x01\x01\0\0\x01\0\x01\0\0')),
    ...(orientation === undefined ? [] : [segment(0xe1, concat(latin1('Exif\0\0'), exif(orientation)))]),
    ...(padding ? [segment(0xe2, new Uint8Array(padding))] : []),
    segment(0xdb, new Uint8Array(65)),
    // A table of codes has a number between those of frames.
    segment(0xc4, new Uint8Array(20)),
    segment(
      0xc0,
      concat(Uint8Array.of(8), short(height), short(width), Uint8Array.of(3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1)),
    ),
    segment(0xda, new Uint8Array(10)),
    new Uint8Array(50),
    Uint8Array.of(0xff, 0xd9),
  )
}

/** A GIF with frames of `delay` hundredths of a second. */
export function gif({ width, height }: Size, { frames = 1, delay = 10 } = {}): Uint8Array {
  const frame = concat(
    Uint8Array.of(0x21, 0xf9, 4, 0, delay & 255, delay >> 8, 0, 0),
    Uint8Array.of(0x2c),
    new Uint8Array(4),
    little(width, 2),
    little(height, 2),
    Uint8Array.of(0, 2, 3, 1, 2, 3, 0),
  )
  const comment = concat(Uint8Array.of(0x21, 0xfe, 3), latin1('hi!'), Uint8Array.of(0))
  const frameList = Array.from({ length: frames }, () => frame)
  const palette = new Uint8Array(6)
  return concat(
    latin1('GIF89a'),
    little(width, 2),
    little(height, 2),
    Uint8Array.of(0x80, 0, 0),
    palette,
    comment,
    ...frameList,
    Uint8Array.of(0x3b),
  )
}

/** A WebP of the extended kind: animated with `frames`, turned with `orientation`. */
export function webp({ width, height }: Size, { frames = 0, orientation = 0 } = {}): Uint8Array {
  const flags = (frames ? 2 : 0) | (orientation ? 8 : 0)
  return riff('WEBP', [
    ['VP8X', concat(Uint8Array.of(flags, 0, 0, 0), little(width - 1, 3), little(height - 1, 3))],
    ...Array.from({ length: frames }, (): [string, Uint8Array] => ['ANMF', new Uint8Array(33)]),
    ...(frames ? [] : ([['VP8L', new Uint8Array(9)]] as [string, Uint8Array][])),
    ...(orientation ? ([['EXIF', exif(orientation)]] as [string, Uint8Array][]) : []),
  ])
}

/** A WebP of one of the simple kinds. */
export function simpleWebp({ width, height }: Size, isLossless: boolean): Uint8Array {
  const content = isLossless
    ? concat(Uint8Array.of(0x2f), little((width - 1) | ((height - 1) << 14)), new Uint8Array(9))
    : concat(Uint8Array.of(0x10, 0, 0, 0x9d, 1, 0x2a), little(width, 2), little(height, 2), new Uint8Array(9))
  return riff('WEBP', [[isLossless ? 'VP8L' : 'VP8 ', content]])
}

/** A HEIC or AVIF: a picture of tiles with a size of their own, turned by quarters. */
export function heif(brand: string, { width, height }: Size, turns: readonly number[] = []): Uint8Array {
  const size = (w: number, h: number): Uint8Array => box('ispe', int32(0), int32(w), int32(h))
  const properties = [size(512, 512), size(width, height), ...turns.map((turn) => box('irot', Uint8Array.of(turn)))]
  const links = concat(
    int32(0),
    int32(1),
    Uint8Array.of(0, 2, 1 + turns.length, 2),
    Uint8Array.from(turns, (_, i) => 3 + i),
  )
  return concat(
    box('ftyp', latin1(brand), int32(0), latin1('mif1'), latin1(brand)),
    box(
      'meta',
      int32(0),
      box('pitm', int32(0), Uint8Array.of(0, 2)),
      box('iprp', box('ipco', ...properties), box('ipma', links)),
    ),
    box('mdat', new Uint8Array(100)),
  )
}

/** What RIFF files are made of. */
export function riff(type: string, chunks: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const content = chunks.flatMap(([name, bytes]) => [
    latin1(name),
    little(bytes.length),
    bytes,
    new Uint8Array(bytes.length & 1),
  ])
  const body = concat(latin1(type), ...content)
  return concat(latin1('RIFF'), little(body.length), body)
}

/** A recording: what its samples are, by their number, from -1 to 1. */
export function wav(
  frames: number,
  sound: (frame: number) => number,
  { hertz = 8000, channels = 1, bits = 16, float = false, extensible = false } = {},
): Uint8Array {
  const width = bits / 8
  const data = new Uint8Array(frames * channels * width)
  const fields = view(data)
  for (let i = 0; i < frames * channels; i++) {
    const value = sound(Math.floor(i / channels))
    if (float) fields.setFloat32(i * width, value, true)
    else if (bits === 8) fields.setUint8(i, 128 + Math.round(value * 127))
    else if (bits === 16) fields.setInt16(i * width, Math.round(value * 32_767), true)
    else if (bits === 24) data.set(little(Math.round(value * 8_388_607), 3), i * width)
    else fields.setInt32(i * width, Math.round(value * 2_147_483_647), true)
  }
  const tag = little(float ? 3 : 1, 2)
  const format = concat(
    extensible ? little(0xfffe, 2) : tag,
    little(channels, 2),
    little(hertz),
    little(hertz * channels * width),
    little(channels * width, 2),
    little(bits, 2),
    ...(extensible ? [little(22, 2), little(bits, 2), little(0), tag, new Uint8Array(14)] : []),
  )
  return riff('WAVE', [
    ['fmt ', format],
    ['LIST', latin1('INFO')],
    ['data', data],
  ])
}

/** An MP3 of silence: 128 kbit/s, 44.1 kHz, 26 ms a frame. */
export function mp3(frames: number, tags?: { readonly title: string; readonly artist: string }): Uint8Array {
  const frame = new Uint8Array(417)
  frame.set([0xff, 0xfb, 0x90, 0x64])
  const field = (name: string, text: string): Uint8Array =>
    concat(latin1(name), int32(1 + text.length), new Uint8Array(3), latin1(text))
  const content = tags
    ? concat(field('TIT2', tags.title), field('TPE1', tags.artist), new Uint8Array(300))
    : new Uint8Array(0)
  const length = Uint8Array.of(0, 0, content.length >> 7, content.length & 127)
  const head = tags ? concat(latin1('ID3\x03\0\0'), length, content) : content
  return concat(head, ...Array.from({ length: frames }, () => frame))
}

/** A FLAC of silence, with comments. */
export function flac(samples: number, comments: readonly string[] = [], hertz = 44_100): Uint8Array {
  const block = (type: number, content: Uint8Array): Uint8Array =>
    concat(Uint8Array.of(type), int32(content.length).subarray(1), content)
  const text = (value: string): Uint8Array => {
    const bytes = new TextEncoder().encode(value)
    return concat(little(bytes.length), bytes)
  }
  const info = new Uint8Array(34)
  view(info).setUint32(10, hertz * 2 ** 12 + (1 << 9) + (15 << 4))
  info[13] = info[13]! | Math.floor(samples / 2 ** 32)
  view(info).setUint32(14, samples % 2 ** 32)
  return concat(
    latin1('fLaC'),
    block(0, info),
    block(4, concat(text('the test'), little(comments.length), ...comments.map(text))),
    block(0x81, new Uint8Array(300)),
    new Uint8Array(1000),
  )
}

/** AAC without a container: frames of 1024 samples at 44.1 kHz. */
export function adts(frames: number, length = 200): Uint8Array {
  const frame = new Uint8Array(length)
  frame.set([0xff, 0xf1, 0x50, 0x80 | (length >> 11), (length >> 3) & 255, ((length & 7) << 5) | 0x1f, 0xfc])
  return concat(...Array.from({ length: frames }, () => frame))
}
