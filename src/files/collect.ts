/**
 * A stream of unknown length as bytes in memory: for photos and thumbnails, whose length must be known beforehand and
 * which are small.
 */
import { FileError } from '../errors.ts'
import type { RandomAccessSource, StreamSource } from './source.ts'
import { bytesSource } from './source.ts'

/** First buffer; doubled as often as needed. */
const FIRST = 64 * 1024

/**
 * Reads a stream to its end.
 *
 * @param limit most bytes it may have
 * @throws FileError `FILE_TOO_BIG` as soon as there are more
 */
export async function collect(source: StreamSource, limit: number): Promise<RandomAccessSource> {
  let buffer = new Uint8Array(FIRST)
  let length = 0
  for (;;) {
    const got = await source.read(buffer.subarray(length))
    length += got
    if (length > limit) {
      const name = source.name ?? 'the stream'
      throw new FileError(
        'FILE_TOO_BIG',
        `${name} has more than ${limit} bytes, the limit of photos; send it as a document`,
      )
    }
    if (length < buffer.length) return bytesSource(buffer.subarray(0, length), source.name, source.type)
    const larger = new Uint8Array(Math.min(2 * buffer.length, limit + 1))
    larger.set(buffer)
    buffer = larger
  }
}
