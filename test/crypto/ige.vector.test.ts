/** AES-256-IGE against known answers, both ways, aligned and not. */
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/bytes.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { portableCrypto } from '../../src/crypto/portable.ts'
import { vectorFile } from '../support/vector-file.ts'

interface Vector {
  key: string
  iv: string
  plaintext: string
  ciphertext: string
}

const vectors = vectorFile<Vector[]>('aes-256-ige')
const long = vectorFile<{ key: string; iv: string; ciphertext_sha256: string }>('aes-256-ige-long')

describe.each([
  ['native', nativeCrypto],
  ['portable', portableCrypto],
])('%s', (_, crypto) => {
  test.each(vectors.map((vector, i) => [i, vector] as const))('vector %i, at any offset in memory', (_, vector) => {
    const [key, iv, plaintext] = [vector.key, vector.iv, vector.plaintext].map(fromHex) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ]
    for (const offset of [0, 1, 2, 3, 4, 8, 13]) {
      const memory = new Uint8Array(plaintext.length + offset + 16).fill(0xa5)
      const data = memory.subarray(offset, offset + plaintext.length)
      data.set(plaintext)
      crypto.igeEncrypt(key, iv, data)
      expect(toHex(data)).toBe(vector.ciphertext)
      crypto.igeDecrypt(key, iv, data)
      expect(toHex(data)).toBe(vector.plaintext)
      // What lies around the data is untouched, and so are key and IV.
      expect(memory.subarray(0, offset).every((byte) => byte === 0xa5)).toBe(true)
      expect(memory.subarray(offset + plaintext.length).every((byte) => byte === 0xa5)).toBe(true)
      expect(toHex(key) + toHex(iv)).toBe(vector.key + vector.iv)
    }
  })

  test('a message as long as a part of a file, at any offset in memory', () => {
    const length = 524352
    const plaintext = Uint8Array.from({ length }, (_, i) => 7 * i + (i >> 8))
    for (const offset of [0, 3, 4]) {
      const data = new Uint8Array(length + offset).subarray(offset)
      data.set(plaintext)
      crypto.igeEncrypt(fromHex(long.key), fromHex(long.iv), data)
      expect(toHex(crypto.sha256(data))).toBe(long.ciphertext_sha256)
      crypto.igeDecrypt(fromHex(long.key), fromHex(long.iv), data)
      expect(Buffer.compare(data, plaintext)).toBe(0)
    }
  })
})
