/**
 * The platform of browsers and of everything that is only promised web standards: portable crypto, WebSocket.
 */
import { webCrypto } from '../../crypto/web.ts'
import { UsageError } from '../../errors.ts'
import { OWN_METHODS } from '../methods.ts'
import { PRODUCTION_KEY } from '../server-keys.ts'
import { webWay } from '../web-way.ts'
import type { Platform } from './platform.ts'
import { systemHost } from './system-host.ts'

function missing(what: string, instead: string): never {
  throw new UsageError(`no ${what} here; ${instead}`)
}

export const platform: Platform = {
  host: systemHost,
  crypto: webCrypto,
  methods: OWN_METHODS,
  way: ({ transport = 'ws', proxy }) =>
    typeof transport === 'object' && !proxy
      ? transport
      : transport === 'ws' && !proxy
        ? webWay
        : missing('TCP', 'use "ws" and no proxy'),
  keys: (test) => (test ? missing('key of the test datacenters', 'give it in dc.serverKeys') : [PRODUCTION_KEY]),
  parseKey: () => missing('PEM reader', "use parsePublicKey of 'mtproto-upload/crypto'"),
  forwardSecrecy: () => missing('forward secrecy', "use 'mtproto-upload/forward-secrecy'"),
  peers: () => missing('look-up of peers', "use 'mtproto-upload/peers'"),
  fileStorage: () => missing('file system', 'give an object as storage'),
  uploadMany: () => missing('uploadMany', 'use the function of that name'),
}
