/**
 * The platform of browsers and of everything that is only promised web standards: portable crypto, WebSocket.
 */
import { portableCrypto } from '../../crypto/portable.ts'
import { UsageError } from '../../errors.ts'
import { dialWebSocket } from '../../transport/carrier/websocket.ts'
import { FramedCodec } from '../../transport/framing/codec.ts'
import { intermediate } from '../../transport/framing/intermediate.ts'
import { obfuscate } from '../../transport/framing/obfuscated.ts'
import type { TransportName } from '../../transport/transport-name.ts'
import type { Platform } from './platform.ts'
import { systemHost } from './system-host.ts'

/** @throws UsageError for anything but `ws` */
function webSocketOnly(transport: TransportName): void {
  if (transport !== 'ws')
    throw new UsageError(`transport "${transport}" needs TCP, which there is none of here; use "ws"`)
}

export const platform: Platform = {
  host: systemHost,
  crypto: portableCrypto,
  transport: 'ws',
  codec: (transport, options) => {
    webSocketOnly(transport)
    return obfuscate('intermediate', new FramedCodec(intermediate()), options)
  },
  dial: (transport) => {
    webSocketOnly(transport)
    return dialWebSocket
  },
}
