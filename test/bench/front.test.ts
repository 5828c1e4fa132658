/** The benchmark's sink: what it may leave encrypted, and what it has to decrypt and check like any server. */
import { expect, test } from 'vitest'
import { frontOnly } from '../../bench/front.ts'
import { createAuthKey } from '../../src/crypto/auth-key.ts'
import type { Crypto } from '../../src/crypto/crypto.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { uploadSaveBigFilePart, uploadSaveFilePart } from '../../src/tl/generated/client/methods.ts'
import { TlWriter } from '../../src/tl/writer.ts'
import { open, sealMessage } from '../../src/transport/session/envelope.ts'

const random = (into: Uint8Array): Uint8Array => into.fill(0x5a)
const authKey = createAuthKey(
  nativeCrypto,
  new Uint8Array(256).map((_, i) => 3 * i + 1),
)
const head = { salt: 1n, sessionId: 2n, msgId: 4n, seqno: 1 }
const bytes = new Uint8Array(64 * 1024).map((_, i) => 7 * i)

/** Counts the bytes that are decrypted. */
function counting(): { crypto: Crypto; decrypted: () => number } {
  let count = 0
  const crypto: Crypto = {
    ...nativeCrypto,
    igeDecrypt(key, iv, data) {
      count += data.length
      nativeCrypto.igeDecrypt(key, iv, data)
    },
  }
  return { crypto: frontOnly(crypto), decrypted: () => count }
}

function bodyOf(write: (writer: TlWriter) => void): Uint8Array {
  const writer = new TlWriter(1024)
  write(writer)
  return writer.finish().slice()
}

const seal = (body: Uint8Array): Uint8Array =>
  sealMessage({ crypto: nativeCrypto, authKey }, 'client', head, body, random)

const parts = {
  'a part of a small file': bodyOf((writer) =>
    uploadSaveFilePart.write(writer, { _: 'upload.saveFilePart', fileId: 9n, filePart: 0, bytes }),
  ),
  'a part of a big file': bodyOf((writer) =>
    uploadSaveBigFilePart.write(writer, {
      _: 'upload.saveBigFilePart',
      fileId: 9n,
      filePart: 1,
      fileTotalParts: 3,
      bytes,
    }),
  ),
}

test.each(Object.entries(parts))('of %s no more than its head is decrypted, and it is right', (_, body) => {
  const { crypto, decrypted } = counting()
  const plain = open({ crypto, authKey }, 'client', seal(body))
  expect(decrypted()).toBe(192)
  expect(plain?.subarray(32, 192)).toEqual(body.subarray(0, 192 - 32))
})

test('of a part behind something else a kilobyte is decrypted, and it is right', () => {
  const body = bodyOf((writer) => {
    for (let i = 0; i < 50; i++) writer.long(0x1234n)
    writer.raw(parts['a part of a big file'])
  })
  const { crypto, decrypted } = counting()
  const plain = open({ crypto, authKey }, 'client', seal(body))
  expect(decrypted()).toBe(1024)
  expect(plain?.subarray(32, 1024)).toEqual(body.subarray(0, 1024 - 32))
})

test('a message that goes on behind the part is decrypted to its end', () => {
  const body = bodyOf((writer) => {
    writer.raw(parts['a part of a big file'])
    writer.long(77n)
  })
  const { crypto } = counting()
  const plain = open({ crypto, authKey }, 'client', seal(body))
  // As one answer: a difference in so many bytes takes minutes to print.
  expect(Buffer.compare(plain?.subarray(32, 32 + body.length) ?? Buffer.alloc(0), body)).toBe(0)
})

test('what is no part is checked: a wrong bit is refused', () => {
  const packet = seal(new Uint8Array(64 * 1024).fill(3))
  packet[packet.length - 1]! ^= 1
  expect(open({ crypto: counting().crypto, authKey }, 'client', packet)).toBeUndefined()
})

test('a vouched msg_key serves one message: the next is checked by itself', () => {
  const { crypto } = counting()
  expect(open({ crypto, authKey }, 'client', seal(parts['a part of a big file']))).toBeDefined()
  const forged = seal(new Uint8Array(64))
  forged[40]! ^= 1
  expect(open({ crypto, authKey }, 'client', forged)).toBeUndefined()
})
