/**
 * Dials a WebSocket on every runtime: the platform's own where it has one, else that of the `ws` package.
 *
 * A file of its own, so that bundles for browsers leave the package out.
 */
import { checkAddress, type Dial } from './carrier.ts'
import { dialOwnWebSocket, webSocketDial } from './websocket-carrier.ts'

/** Longest message taken from the other side, in bytes: a few packets at most travel together. */
export const MAX_MESSAGE: number = 32 * 1024 * 1024

/** What `ws` understands and the platform's own WebSocket ignores. Compressing ciphertext is a waste. */
export const WS_OPTIONS: { readonly perMessageDeflate: false; readonly maxPayload: number } = {
  perMessageDeflate: false,
  maxPayload: MAX_MESSAGE,
}

/** Opens a WebSocket; see {@link Dial}. `address.path` is `/apiws` unless told, `address.secure` makes it `wss:`. */
export const dialWebSocket: Dial = async (...args) => {
  checkAddress(args[0])
  if (globalThis.WebSocket) return dialOwnWebSocket(...args)
  const { WebSocket } = await import('ws')
  return webSocketDial(WebSocket, WS_OPTIONS)(...args)
}
