import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { imageInfo } from '../../../src/lab/server/image-size.ts'
import { bmp, gif, jpeg, png, webp } from './images.ts'

test('the header tells format and size', () => {
  const size = { width: 640, height: 479 }
  expect(imageInfo(jpeg(640, 479))).toEqual({ format: 'jpeg', ...size })
  expect(imageInfo(jpeg(640, 479, 0xc2))).toEqual({ format: 'jpeg', ...size })
  expect(imageInfo(png(640, 479))).toEqual({ format: 'png', ...size })
  expect(imageInfo(gif(640, 479))).toEqual({ format: 'gif', ...size })
  expect(imageInfo(bmp(640, 479))).toEqual({ format: 'bmp', ...size })
  expect(imageInfo(bmp(640, -479))).toEqual({ format: 'bmp', ...size })
  expect(imageInfo(bmp(640, 479, 12))).toEqual({ format: 'bmp', ...size })
  for (const kind of ['VP8 ', 'VP8L', 'VP8X'] as const) {
    expect(imageInfo(webp(kind, 640, 479))).toEqual({ format: 'webp', ...size })
  }
})

test('a header that is cut or damaged tells the format alone', () => {
  expect(imageInfo(jpeg(5, 5).subarray(0, 20))).toEqual({ format: 'jpeg' })
  expect(imageInfo(Uint8Array.from([0xff, 0xd8, 0xff, 0xda, 0, 2, 0, 0, 0, 0, 0, 0]))).toEqual({ format: 'jpeg' })
  expect(imageInfo(png(5, 5).subarray(0, 20))).toEqual({ format: 'png' })
  expect(imageInfo(png(0, 5))).toEqual({ format: 'png' })
  expect(imageInfo(gif(5, 5).subarray(0, 8))).toEqual({ format: 'gif' })
  expect(imageInfo(webp('VP8 ', 5, 5).subarray(0, 20))).toEqual({ format: 'webp' })
})

test('what is no image is none, even if it begins with BM', () => {
  for (const text of ['', 'BMW drives on and on and on and on', '%PDF-1.7', 'RIFF....WAVEfmt ']) {
    expect(imageInfo(new TextEncoder().encode(text))).toBeUndefined()
  }
})

property.prop([
  fc.uint8Array({ maxLength: 200 }),
  fc.constantFrom(jpeg(9, 9), png(9, 9), webp('VP8X', 9, 9), bmp(9, 9), gif(9, 9)),
  fc.nat(40),
])('any bytes are looked at without an error and in bounded time', (noise, image, at) => {
  const bytes = image.slice()
  bytes.set(noise.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length))
  const info = imageInfo(bytes) ?? imageInfo(noise)
  if (info?.width !== undefined) expect(info.width).toBeGreaterThan(0)
})
