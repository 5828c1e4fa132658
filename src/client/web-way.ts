/**
 * The way of browsers: obfuscated intermediate framing over the platform's own WebSocket.
 *
 * Source: https://core.telegram.org/mtproto/transports#websocket
 */
import { dialOwnWebSocket } from '../transport/carrier/websocket-carrier.ts'
import { framedCodec } from '../transport/framing/codec.ts'
import { intermediate } from '../transport/framing/intermediate.ts'
import { obfuscate } from '../transport/framing/obfuscated.ts'
import type { Way } from './way.ts'
import { webSocketAddress } from './web-addresses.ts'

/** The way over WebSocket, where the platform has one. */
export const webWay: Way = {
  codec: (options) => obfuscate('intermediate', framedCodec(intermediate()), options),
  dial: dialOwnWebSocket,
  address: webSocketAddress,
}
