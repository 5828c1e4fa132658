/**
 * The platform of browsers and of everything that is only promised web standards: portable crypto, WebSocket.
 */
import { portableCrypto } from '../../crypto/portable.ts'
import { UsageError } from '../../errors.ts'
import { dialWebSocket } from '../../transport/carrier/websocket.ts'
import type { Platform } from './platform.ts'
import { systemHost } from './system-host.ts'

export const platform: Platform = {
  host: systemHost,
  crypto: portableCrypto,
  transport: 'ws',
  dial: (transport) => {
    if (transport === 'ws') return dialWebSocket
    throw new UsageError(`transport "${transport}" needs TCP, which this runtime does not have; use "ws"`)
  },
}
