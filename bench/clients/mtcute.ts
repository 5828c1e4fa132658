/** mtcute: the key goes into its list, the address and the layer of the test DC are options. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { MemoryStorage, TelegramClient } from '@mtcute/node'
import { addPublicKey, NodeCryptoProvider } from '@mtcute/node/utils.js'
import { __tlReaderMap as readerMap } from '@mtcute/tl/binary/reader.js'
import { __tlWriterMap as writerMap } from '@mtcute/tl/binary/writer.js'
import { main } from '../program.ts'

/** The test DC's; the library's own is newer. */
const LAYER = 223
const NAME = 'bench.bin'
const TYPE = 'application/octet-stream'

await main(async ({ host, port, dcId, key, apiId, apiHash, botToken, path, session }) => {
  const crypto = new NodeCryptoProvider()
  await crypto.initialize()
  addPublicKey(crypto, key)
  const dc = { id: dcId, ipAddress: host, port }
  const client = new TelegramClient({
    apiId,
    apiHash,
    storage: new MemoryStorage(),
    crypto,
    defaultDcs: { main: dc, media: dc },
    disableUpdates: true,
    updates: false,
    logLevel: 2,
    overrideLayer: LAYER,
    readerMap,
    writerMap,
  })
  const stored = session !== '' && existsSync(session)
  if (stored) await client.importSession(readFileSync(session, 'utf8'))
  await client.connect()
  if (!stored) await client.signInBot(botToken)
  return {
    async upload() {
      const { inputFile: file } = await client.uploadFile({ file: path, fileName: NAME, fileMime: TYPE })
      await client.call({
        _: 'messages.uploadMedia',
        peer: { _: 'inputPeerSelf' },
        media: {
          _: 'inputMediaUploadedDocument',
          file,
          mimeType: TYPE,
          attributes: [{ _: 'documentAttributeFilename', fileName: NAME }],
        },
      })
    },
    async save() {
      if (session !== '') writeFileSync(session, await client.exportSession())
      await client.disconnect()
    },
  }
})
