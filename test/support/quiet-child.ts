/**
 * Uploads a file and survives an error, with no hook and no word of its own: `node quiet-child.js JSON`. Whatever it prints, the
 * package printed.
 */
import { argv } from 'node:process'
import { type CustomDatacenter, document, RpcError, UploadClient } from '../../src/index.ts'

const dc = JSON.parse(argv[2]!) as CustomDatacenter
const client = await UploadClient.connect({ apiId: 1, apiHash: 'h', botToken: '42:token', dc })
await client.uploadMedia({ media: document({ data: new Uint8Array(3_000_000), name: 'a.bin' }) })
const refused = await client.uploadMedia({ peer: '@nobody_has_this_name', media: document(new Uint8Array(3)) }).then(
  () => false,
  (error: unknown) => error instanceof RpcError,
)
await client.close()
process.exitCode = refused ? 0 : 1
