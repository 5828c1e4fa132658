/**
 * The platform of Node, Bun and Deno: native crypto, TCP, files.
 */
import { nativeCrypto } from '../../crypto/native.ts'
import { parsePublicKey } from '../../crypto/pem.ts'
import { openFile } from '../../files/source-file.ts'
import { dialTcp } from '../../transport/carrier/tcp.ts'
import { dialWebSocket } from '../../transport/carrier/websocket.ts'
import { createCodec } from '../../transport/codec.ts'
import { ALL_METHODS } from '../all-methods.ts'
import { checkOptions } from '../check-options.ts'
import { telegramAddress } from '../datacenters.ts'
import { locate } from '../locate.ts'
import { PRODUCTION_KEY, TEST_KEY } from '../server-keys.ts'
import { fileStorage } from '../storage-file.ts'
import { webSocketAddress } from '../web-addresses.ts'
import type { Platform } from './platform.ts'
import { systemHost } from './system-host.ts'

export const platform: Platform = {
  checkOptions,
  host: systemHost,
  crypto: nativeCrypto,
  methods: ALL_METHODS,
  way: (transport = 'intermediate') => ({
    codec: (options) => createCodec(transport, options),
    dial: transport === 'ws' ? dialWebSocket : dialTcp,
    address: transport === 'ws' ? webSocketAddress : telegramAddress,
    ...(transport !== 'ws' && { locate }),
  }),
  keys: (test) => [test ? TEST_KEY : PRODUCTION_KEY],
  parseKey: (pem) => parsePublicKey(nativeCrypto, pem),
  openFile,
  fileStorage,
}
