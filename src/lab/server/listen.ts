/**
 * The test DC's front door: one TCP port for everything.
 *
 * A connection that opens with an HTTP method goes to an HTTP server, which answers WebSocket upgrades (subprotocol
 * `binary`, any path: `/apiws`, `/apiws_test`, …) and leaves plain requests to `onRequest`; any other connection is a
 * raw stream of MTProto packets. Either way the owner gets a `Carrier` and never sees the difference.
 * Source: https://core.telegram.org/mtproto/transports
 */
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer, type Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import { concat } from '../../bytes.ts'
import type { Host } from '../../host.ts'
import { type Carrier, type CarrierHandlers, formatAddress } from '../../transport/carrier/carrier.ts'
import { socketCarrier } from '../../transport/carrier/tcp.ts'
import { MAX_MESSAGE } from '../../transport/carrier/websocket.ts'
import { webSocketCarrier } from '../../transport/carrier/websocket-carrier.ts'
import { openPort } from './open-port.ts'

/** What is known of a client when it connects. */
export interface Incoming {
  readonly kind: 'tcp' | 'websocket'
  /** `address:port` of the other side. */
  readonly remote: string
  /** Path that a WebSocket asked for. */
  readonly path?: string
}

/** Where to listen, and what to do with what arrives. */
export interface ListenOptions {
  /** Timers for the connections. */
  timers: Host
  /** Port to listen on; 0, the default, takes any free one. */
  port?: number
  /** Address to listen on; 127.0.0.1 unless told. */
  host?: string
  /** Called with each new connection; returns what is to be told about it. */
  onConnection: (carrier: Carrier, incoming: Incoming) => CarrierHandlers
  /** Answers HTTP requests that are no WebSocket upgrades; 404 unless told. */
  onRequest?: RequestListener
  /** Leave out HTTP and WebSocket: every connection is a raw stream, told of as soon as it is open. */
  tcpOnly?: boolean
}

/** An open port. */
export interface Listener {
  /** Address listened on. */
  readonly host: string
  /** Port listened on. */
  readonly port: number
  /** Connections open now, those that have sent nothing yet among them. */
  readonly connections: number
  /** Stops listening and drops every connection; resolves when all are gone. */
  close(): Promise<void>
}

/** Milliseconds for which a connection of HTTP stays open without a request: clients come back within their pings. */
const KEEP_ALIVE = 75_000

/** How HTTP requests begin: four bytes of each method that clients send. */
const HTTP_WORDS = ['GET ', 'POST', 'HEAD', 'OPTI']

const notFound: RequestListener = (_request, response) => {
  response.writeHead(404, { 'content-type': 'text/plain', connection: 'close' })
  response.end('This is an MTProto server: connect by TCP, or by WebSocket with the subprotocol "binary".\n')
}

/**
 * Opens the port.
 * @throws the system's error (`EADDRINUSE`, `EACCES`, …) if it cannot be had
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { timers, onConnection } = options
  const sockets = new Set<Socket>()
  const carriers = new Set<Carrier>()

  /** Makes a carrier and lets its owner know; the carrier says nothing before its owner has handlers for it. */
  const admit = (incoming: Incoming, make: (handlers: CarrierHandlers) => Carrier): void => {
    let owner: CarrierHandlers | undefined
    const carrier = make({
      onData: (chunk) => owner?.onData(chunk),
      onDrain: () => owner?.onDrain?.(),
      onClose: (error) => {
        carriers.delete(carrier)
        owner?.onClose(error)
      },
    })
    carriers.add(carrier)
    owner = onConnection(carrier, incoming)
  }

  const http = createHttpServer({ noDelay: true, keepAliveTimeout: KEEP_ALIVE }, options.onRequest ?? notFound)
  const upgrades = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE,
    handleProtocols: (offered) => (offered.has('binary') ? 'binary' : false),
  })
  http.on('upgrade', (request, socket, head) => {
    upgrades.handleUpgrade(request, socket, head, (webSocket) => {
      const remote = remoteOf(socket as Socket)
      admit({ kind: 'websocket', remote, path: request.url ?? '/' }, (handlers) =>
        webSocketCarrier(webSocket, remote, handlers, timers),
      )
    })
  })

  const onSocket = (socket: Socket): void => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // Errors before anyone else listens; `close` follows and says enough.
    socket.on('error', () => {})
    const admitStream = (): void => {
      const remote = remoteOf(socket)
      admit({ kind: 'tcp', remote }, (handlers) => socketCarrier(socket, remote, handlers, timers, true))
    }
    if (options.tcpOnly) {
      admitStream()
      return
    }
    firstBytes(socket, (isHttp) => {
      if (isHttp) http.emit('connection', socket)
      else admitStream()
    })
  }

  const server = createServer({ noDelay: true }, onSocket)
  const { host, port } = await openPort(server, { port: options.port, address: options.host })

  let closed: Promise<void> | undefined
  return {
    host,
    port,
    get connections() {
      return sockets.size
    },
    close() {
      closed ??= new Promise((resolve) => {
        server.close(() => resolve())
        // Owners are to hear that it was our side that ended it.
        for (const carrier of carriers) carrier.close()
        for (const socket of sockets) socket.destroy()
      })
      return closed
    },
  }
}

/** Waits for the bytes that tell HTTP from MTProto, and puts them back into the socket. */
function firstBytes(socket: Socket, decide: (isHttp: boolean) => void): void {
  let opening: Uint8Array = new Uint8Array(0)
  const look = (chunk: Uint8Array): void => {
    opening = concat(opening, chunk)
    const word = String.fromCharCode(...opening.subarray(0, 4))
    const words = HTTP_WORDS.filter((http) => http.startsWith(word))
    // As much as arrived of a method's name: the rest may still prove it none.
    if (words.length > 0 && word.length < 4) return
    socket.off('data', look)
    socket.pause()
    socket.unshift(opening)
    decide(words.length > 0)
    socket.resume()
  }
  socket.on('data', look)
}

function remoteOf(socket: Socket): string {
  return formatAddress({ host: socket.remoteAddress ?? 'unknown', port: socket.remotePort ?? 0 })
}
