/**
 * The platform of Node, Bun and Deno: native crypto, TCP, files.
 */
import { nativeCrypto } from '../../crypto/native.ts'
import { parsePublicKey } from '../../crypto/pem.ts'
import { openFile } from '../../files/source-file.ts'
import { dialTcp } from '../../transport/carrier/tcp.ts'
import { dialWebSocket } from '../../transport/carrier/websocket.ts'
import { createCodec } from '../../transport/codec.ts'
import { fileStorage } from '../storage-file.ts'
import type { Platform } from './platform.ts'
import { systemHost } from './system-host.ts'

export const platform: Platform = {
  host: systemHost,
  crypto: nativeCrypto,
  transport: 'intermediate',
  codec: createCodec,
  parseKey: (pem) => parsePublicKey(nativeCrypto, pem),
  dial: (transport) => (transport === 'ws' ? dialWebSocket : dialTcp),
  openFile,
  fileStorage,
}
