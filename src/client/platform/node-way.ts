/**
 * The ways to a server on Node, Bun and Deno: every transport, over TCP or WebSocket.
 */
import { dialTcp } from '../../transport/carrier/tcp.ts'
import { dialWebSocket } from '../../transport/carrier/websocket.ts'
import { createCodec } from '../../transport/codec.ts'
import { telegramAddress } from '../datacenters.ts'
import { locate } from '../locate.ts'
import type { WayOptions } from '../options.ts'
import { webSocketAddress } from '../web-addresses.ts'
import type { Way } from './platform.ts'

/** The way that the options ask for; `intermediate` framing over TCP unless told. */
export function nodeWay({ transport = 'intermediate' }: WayOptions): Way {
  return {
    codec: (options) => createCodec(transport, options),
    dial: transport === 'ws' ? dialWebSocket : dialTcp,
    address: transport === 'ws' ? webSocketAddress : telegramAddress,
    ...(transport !== 'ws' && { locate }),
  }
}
