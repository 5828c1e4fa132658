/** This project's client, as it is published for Node. */
import { createReadStream } from 'node:fs'
import { document, UploadClient } from '../../src/index.ts'
import { main } from '../program.ts'

/** How a stream cuts the file: not as parts are cut. */
const CHUNK = 64 * 1024
const NAME = 'bench.bin'

await main(async ({ host, port, dcId, key, apiId, apiHash, botToken, path, source, session }) => {
  const client = await UploadClient.connect({
    apiId,
    apiHash,
    botToken,
    dc: { id: dcId, host, port, serverKeys: [key] },
    ...(session !== '' && { storage: session }),
  })
  const data = (): Parameters<typeof document>[0] =>
    source === 'file' ? path : { data: createReadStream(path, { highWaterMark: CHUNK }), name: NAME }
  return {
    upload: () => client.uploadMedia({ media: document(data()) }),
    save: () => client.close(),
  }
})
