/**
 * By what a file is known: where it is looked up, and whether it is still the same.
 *
 * Its size, the time of its last change and its inode tell nearly every change. Someone may set the time back; then a hash
 * of the first and the last bytes tells those apart that differ there, and only there. To be sure of every byte all of
 * them would have to be read; of a small file they are, and the server compares the MD5 of them all.
 */
import { toHex } from '../../bytes.ts'
import type { Crypto } from '../../crypto/crypto.ts'
import type { UploadKind } from '../plan.ts'
import type { RandomAccessSource } from '../source.ts'

/** Bytes at each end of a file that are hashed. */
const BLOCK = 65_536

/** Under which key an upload is noted: 32 hexadecimal digits. A file that is moved has another key. */
export function keyOf(
  crypto: Pick<Crypto, 'sha256'>,
  account: string,
  kind: UploadKind,
  { place, name }: RandomAccessSource,
): string {
  const words = JSON.stringify([account, kind, place ?? '', place === undefined ? (name ?? '') : ''])
  return toHex(crypto.sha256(new TextEncoder().encode(words)).subarray(0, 16))
}

/** A hash of the first and the last bytes of a file. Throws what its source throws. */
export async function printOf(crypto: Pick<Crypto, 'sha256'>, source: RandomAccessSource): Promise<string> {
  const ends: Uint8Array[] = []
  for (const offset of [0, Math.max(0, source.size - BLOCK)]) {
    if (source.range) ends.push(await source.range(offset, BLOCK))
    else {
      const block = new Uint8Array(BLOCK)
      ends.push(block.subarray(0, await source.read(block, offset)))
    }
  }
  return toHex(crypto.sha256(...ends))
}
