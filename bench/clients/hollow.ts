/**
 * This project's client without its work: a part is neither hashed nor encrypted behind its front, which is all that the
 * sink looks at. It shows how fast the sink takes parts when the client is not what it waits for.
 */
import { nativeCrypto } from '../../src/crypto/native.ts'
import { document, UploadClient } from '../../src/index.ts'
import { main } from '../program.ts'

/** Longer messages are left as they are behind so many bytes. */
const FRONT = 2048
const chunk = new Uint8Array(64 * 1024).fill(1)

/** The first {@link FRONT} bytes of what stands in pieces. */
function frontOf(pieces: readonly Uint8Array[]): Uint8Array[] {
  let left = FRONT
  return pieces.map((piece) => {
    const taken = piece.subarray(0, left)
    left -= taken.length
    return taken
  })
}

await main(async ({ host, port, dcId, key, apiId, apiHash, botToken, size }) => {
  const client = await UploadClient.connect({
    apiId,
    apiHash,
    botToken,
    dc: { id: dcId, host, port, serverKeys: [key] },
    crypto: {
      ...nativeCrypto,
      sha256: (...parts) => nativeCrypto.sha256(...parts.map((part) => part.subarray(0, FRONT))),
      igeEncrypt: (aesKey, iv, data, from = [data]) =>
        nativeCrypto.igeEncrypt(aesKey, iv, data.subarray(0, FRONT), frontOf(from)),
    },
  })
  function* zeros(): Generator<Uint8Array> {
    for (let left = size; left > 0; left -= chunk.length) yield chunk.subarray(0, Math.min(left, chunk.length))
  }
  return {
    upload: () => client.uploadMedia({ media: document({ data: zeros(), name: 'bench.bin' }) }),
    save: () => client.close(),
  }
})
