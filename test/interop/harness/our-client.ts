/**
 * Our own client, as it is published: uploads a big file to a DC, which has to have it byte for byte.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type ConnectOptions, document, UploadClient } from '../../../dist/index.js'
import type { RunningServer } from '../../../dist/lab/server/index.js'

/** Bytes of the file. */
export const BIG: number = 20 * 1024 * 1024

/** Where the client goes instead of the server's own address, and by what way. */
export interface OwnWay extends Pick<ConnectOptions, 'proxy' | 'transport' | 'forwardSecrecy'> {
  readonly host?: string
}

/** Uploads {@link BIG} random bytes and compares what the server keeps. */
export async function uploadBig(server: RunningServer, { host = server.host, ...way }: OwnWay): Promise<void> {
  const { dcId: id, port, publicKeyPem } = server
  const client = await UploadClient.connect({
    apiId: 12345,
    apiHash: '0123456789abcdef0123456789abcdef',
    botToken: '4242:our-own-client',
    dc: { id, host, port, serverKeys: [publicKeyPem] },
    ...way,
  })
  try {
    const data = randomBytes(BIG)
    const media = await client.uploadMedia({ media: document({ data, name: 'big.bin' }) })
    assert.equal(media._, 'messageMediaDocument')
    assert.equal(media.document?._, 'document')
    const kept = await server.world.media.document(media.document).content.read(0, BIG + 1)
    assert.ok(data.equals(kept), 'the server has other bytes')
  } finally {
    await client.close()
  }
}
