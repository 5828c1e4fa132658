/**
 * A page that uploads a photo over WebSocket. The file is read bit by bit, and encrypted off the page's thread.
 *
 * `?dc=host:port&key=…` in the page's address points it at another server than Telegram's, for instance `mtproto-upload serve`; `key` is its
 * public key.
 */
import { type CustomDatacenter, photo, UploadClient } from 'mtproto-upload'
import { parsePublicKey } from 'mtproto-upload/crypto'
import { describeFile } from 'mtproto-upload/media'
import { offThread } from 'mtproto-upload/web-crypto'

const input = (id: string): HTMLInputElement => document.getElementById(id) as HTMLInputElement
const result = document.getElementById('result') as HTMLOutputElement
const progress = document.getElementById('progress') as HTMLProgressElement

// Hashes and ciphers of the browser itself, off the page's thread.
const primitives = offThread()

function serverOf(address: URLSearchParams): CustomDatacenter | undefined {
  const [host, port] = address.get('dc')?.split(':') ?? []
  return host
    ? { id: 2, host, port: Number(port), serverKeys: [parsePublicKey(primitives.crypto, address.get('key') ?? '')] }
    : undefined
}

let abort = new AbortController()
input('stop').addEventListener('click', () => abort.abort(new Error('stopped')))

async function upload(): Promise<void> {
  abort = new AbortController()
  const file = input('file').files?.[0]
  if (!file) return
  try {
    const client = await UploadClient.connect({
      apiId: Number(input('api-id').value),
      apiHash: input('api-hash').value,
      botToken: input('token').value,
      dc: serverOf(new URLSearchParams(location.search)),
      ...primitives,
      signal: abort.signal,
    })
    try {
      const media = await client.uploadMedia({
        media: photo(file),
        signal: abort.signal,
        onProgress({ sentBytes, totalBytes = sentBytes }) {
          progress.value = sentBytes / totalBytes
        },
      })
      const facts = describeFile(media)
      result.value = `${facts?.kind}, ${facts?.width} × ${facts?.height}`
    } finally {
      await client.close()
    }
  } catch (error) {
    result.value = String(error)
  }
}

document.getElementById('form')?.addEventListener('submit', (event) => {
  event.preventDefault()
  void upload()
})
