/** Shows how far an upload is; Ctrl+C ends it, and so does the first half being there. */
import { once } from 'node:events'
import process from 'node:process'
import { document, UploadClient } from 'mtproto-upload'
import { file, settings } from './environment.js'

const client = await UploadClient.connect(settings)
const abort = new AbortController()
void once(process, 'SIGINT').then(() => abort.abort(new Error('Ctrl+C')))

try {
  await client.uploadMedia({
    media: document(file),
    signal: abort.signal,
    onProgress({ sentBytes, totalBytes, bytesPerSecond }) {
      if (totalBytes === undefined) return // not known yet, or a stream that does not say
      console.log(`${sentBytes} of ${totalBytes} bytes, ${Math.round(bytesPerSecond / 1000)} kB/s`)
      if (sentBytes >= totalBytes / 2) abort.abort(new Error('half of it is enough'))
    },
  })
} catch (error) {
  // Whatever the signal was aborted with is what is thrown; nothing is left behind.
  console.log(`ended: ${(error as Error).message}`)
}
await client.close()
