/**
 * Carrier over WebSocket: what becomes of an open socket, and how one is opened.
 *
 * Binary messages, subprotocol `binary`; one write is one message, but borders mean nothing to the receiver. Servers
 * demand obfuscated framing here. Source: https://core.telegram.org/mtproto/transports#websocket
 */
import { concat } from '../../bytes.ts'
import type { Host, Timer } from '../../host.ts'
import { type Address, type Carrier, type CarrierHandlers, type Dial, formatAddress, LINGER } from './carrier.ts'
import { dialling } from './dialling.ts'
import { connectionClosed } from './failure.ts'
import { DRAIN_INTERVAL, NORMAL_CLOSURE, UNSUPPORTED_DATA } from './limits.ts'

/** The part of the WebSocket interface that is used: the platform's and that of `ws` both have it. */
export interface WebSocketLike {
  binaryType: string
  readonly bufferedAmount: number
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  send(data: Uint8Array<ArrayBuffer>): void
  close(code?: number): void
  /** Only `ws`: drops the connection at once. */
  terminate?(): void
}

/** A class of sockets; the platform's own does not look at the third argument. */
export type WebSocketClass = new (url: string, protocol: string, options?: object) => WebSocketLike

/**
 * Makes a {@link Dial} of a class of sockets. `address.path` is `/apiws` unless told, `address.secure` makes it `wss:`.
 * @param options third argument of the class
 */
export function webSocketDial(Socket: WebSocketClass, options?: object): Dial {
  return (address, handlers, dialOptions) =>
    dialling(address, dialOptions, (attempt) => {
      const socket = new Socket(urlOf(address), 'binary', options)
      let failure: unknown
      socket.onopen = () => attempt.opened(webSocketCarrier(socket, formatAddress(address), handlers, dialOptions.host))
      socket.onerror = (event: { error?: unknown; message?: unknown }) => {
        failure = event.error ?? event.message
      }
      socket.onclose = () => attempt.failed(failure ?? 'the WebSocket was refused')
      return () => (socket.terminate ? socket.terminate() : socket.close())
    })
}

/** Opens a WebSocket of the platform's own; see {@link Dial}. */
export const dialOwnWebSocket: Dial = (...args) => webSocketDial(globalThis.WebSocket)(...args)

function urlOf(address: Address): string {
  return `${address.secure ? 'wss' : 'ws'}://${formatAddress(address)}${address.path ?? '/apiws'}`
}

/**
 * A carrier over an open WebSocket, either end.
 * @param name what errors call the other side
 */
export function webSocketCarrier(socket: WebSocketLike, name: string, handlers: CarrierHandlers, host: Host): Carrier {
  let closing = false
  let closed = false
  let failure: unknown
  let seen = 0
  let drain: Timer | undefined
  let linger: Timer | undefined

  // `ws` may deliver a message in the very turn in which it opens, before whoever awaits the dialling has the carrier.
  let held: (() => void)[] | undefined = []
  const deliver = (event: () => void): void => {
    if (held) held.push(event)
    else event()
  }
  host.setTimer(0, () => {
    const events = held ?? []
    held = undefined
    for (const event of events) event()
  })

  const ended = (): void => {
    if (closed) return
    closed = true
    drain?.cancel()
    linger?.cancel()
    deliver(() => handlers.onClose(closing ? undefined : connectionClosed(name, failure)))
  }
  const look = (): void => {
    drain = undefined
    const now = socket.bufferedAmount
    const less = now < seen || now === 0
    seen = now
    if (now > 0) watch()
    if (less) handlers.onDrain?.()
  }
  const watch = (): void => {
    if (handlers.onDrain) drain ??= host.setTimer(DRAIN_INTERVAL, look)
  }

  socket.binaryType = 'arraybuffer'
  socket.onmessage = ({ data }: { data: unknown }) => {
    if (data instanceof ArrayBuffer) {
      deliver(() => {
        if (!closing) handlers.onData(new Uint8Array(data))
      })
    } else {
      failure = new Error('the other side sent text, not bytes')
      socket.close(UNSUPPORTED_DATA)
    }
  }
  socket.onerror = (event: { error?: unknown; message?: unknown }) => {
    failure ??= event.error ?? event.message
  }
  socket.onclose = ended
  return {
    get buffered() {
      return socket.bufferedAmount
    },
    write(chunks) {
      if (closing || closed) return
      socket.send((chunks.length === 1 ? chunks[0]! : concat(...chunks)) as Uint8Array<ArrayBuffer>)
      seen = socket.bufferedAmount
      watch()
    },
    close() {
      if (closing || closed) return
      closing = true
      drain?.cancel()
      linger = host.setTimer(LINGER, () => {
        socket.terminate?.()
        ended()
      })
      socket.close(NORMAL_CLOSURE)
    },
  }
}
