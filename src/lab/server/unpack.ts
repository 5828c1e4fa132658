/**
 * `gzip_packed`: a TL object that travels compressed, in requests at any depth and in answers.
 *
 * Source: https://core.telegram.org/mtproto/service_messages#packed-object
 */
import type { Crypto } from '../../crypto/crypto.ts'
import { TlError } from '../../errors.ts'
import type { TlReader } from '../../tl/reader.ts'
import type { TlWriter } from '../../tl/writer.ts'

export const GZIP_PACKED = 0x3072cfa1
/** Most bytes a packed object may unpack to. */
export const MAX_UNPACKED: number = 16 * 1024 * 1024

/**
 * Reads a `gzip_packed` and returns its content.
 * @param reader stands before the constructor id; moves behind the object
 * @throws TlError when the data is damaged or unpacks to more than {@link MAX_UNPACKED}
 */
export function unpack(crypto: Crypto<Uint8Array>, reader: TlReader): Uint8Array {
  const at = reader.pos
  if (reader.uint() !== GZIP_PACKED) throw new TlError('expected gzip_packed', at)
  const packed = reader.bytes()
  try {
    return crypto.gunzip(packed, MAX_UNPACKED)
  } catch {
    throw new TlError('gzip_packed holds damaged data, or too much of it', at, 'gzip_packed')
  }
}

/** Writes `packed` as a `gzip_packed`. */
export function writePacked(writer: TlWriter, packed: Uint8Array): void {
  writer.uint(GZIP_PACKED)
  writer.bytes(packed)
}
