/**
 * What test proxies of every kind have in common: a port, the tunnels they open, and a book of who asked for what.
 *
 * They lead to this machine alone unless told otherwise, so that none of them is ever an open relay.
 */
import { connect, type Server, type Socket } from 'node:net'
import { formatAddress } from '../../../transport/carrier/carrier.ts'
import { openPort } from '../open-port.ts'

/** Where a proxy listens, and whom it serves. */
export interface ProxyServerOptions {
  /** Port to listen on; 0, the default, takes any free one. */
  readonly port?: number
  /** Address to listen on; 127.0.0.1 unless told. */
  readonly address?: string
  /** Passwords by user name; everyone is served unless told. */
  readonly users?: Readonly<Record<string, string>>
  /** Whether a target may be connected to; only this machine unless told. */
  readonly allows?: (host: string, port: number) => boolean
}

/** What a client asked of a proxy. */
export interface ProxyRequest {
  /** `host:port`, as the client named it. */
  readonly target: string
  /** Who logged in for it. */
  readonly user: string | undefined
}

/** A proxy on a port. */
export interface RunningProxy {
  readonly host: string
  readonly port: number
  /** Every target that was asked for and allowed, in order. */
  readonly requests: readonly ProxyRequest[]
  /** Stops listening and drops every connection. */
  close(): Promise<void>
}

const THIS_MACHINE = /^(?:127(?:\.\d+){3}|::1|localhost)$/i

export class Tunnels {
  readonly requests: ProxyRequest[] = []
  readonly #options: ProxyServerOptions
  readonly #sockets = new Set<Socket>()

  constructor(options: ProxyServerOptions) {
    this.#options = options
  }

  /** Whether anybody may come. */
  get isOpen(): boolean {
    return this.#options.users === undefined
  }

  knows(user: string, password: string): boolean {
    const { users = {} } = this.#options
    return Object.hasOwn(users, user) && users[user] === password
  }

  allows(host: string, port: number): boolean {
    return this.#options.allows?.(host, port) ?? THIS_MACHINE.test(host)
  }

  /**
   * Connects to a target.
   * @throws the system's error
   */
  open(host: string, port: number, user: string | undefined): Promise<Socket> {
    this.requests.push({ target: formatAddress({ host, port }), user })
    return new Promise((resolve, reject) => {
      const socket = this.track(connect({ host, port, noDelay: true }))
      socket.once('error', reject)
      socket.once('connect', () => resolve(socket))
    })
  }

  /** Lets bytes flow both ways; when one side is gone, the other is dropped. */
  join(a: Socket, b: Socket): void {
    a.pipe(b)
    b.pipe(a)
    a.once('close', () => b.destroy())
    b.once('close', () => a.destroy())
    // Whichever was gone before.
    if (a.destroyed) b.destroy()
    if (b.destroyed) a.destroy()
  }

  /** Remembers a socket, to be dropped with everything else; its errors are followed by `close`, which says enough. */
  track(socket: Socket): Socket {
    this.#sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => this.#sockets.delete(socket))
    return socket
  }

  /**
   * Opens the port.
   * @throws the system's error (`EADDRINUSE`, …)
   */
  async listen(server: Server): Promise<RunningProxy> {
    server.on('connection', (socket: Socket) => this.track(socket))
    const { host, port } = await openPort(server, this.#options)
    let closed: Promise<void> | undefined
    return {
      host,
      port,
      requests: this.requests,
      close: () => {
        closed ??= new Promise((resolve) => {
          server.close(() => resolve())
          for (const socket of this.#sockets) socket.destroy()
        })
        return closed
      },
    }
  }
}
