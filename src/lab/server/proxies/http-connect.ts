/**
 * A web proxy for tests that does nothing but CONNECT, with or without Basic login.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type ProxyServerOptions, type RunningProxy, Tunnels } from './tunnels.ts'

/** Any other error is `502 Bad Gateway`. */
const STATUS_BY_ERROR: Readonly<Record<string, string>> = { ETIMEDOUT: '504 Gateway Timeout' }

/**
 * Starts the proxy.
 * @throws the system's error if the port cannot be had
 */
export function startHttpConnect(options: ProxyServerOptions = {}): Promise<RunningProxy> {
  const tunnels = new Tunnels(options)
  const server = createServer((_request, response) => {
    response.writeHead(405, { allow: 'CONNECT', connection: 'close' }).end()
  })
  server.on('connect', (request: IncomingMessage, stream, head: Buffer) => {
    // What Node gives here is the connection itself.
    void serve(request, stream as Socket, head, tunnels)
  })
  return tunnels.listen(server)
}

async function serve(request: IncomingMessage, socket: Socket, head: Buffer, tunnels: Tunnels): Promise<void> {
  const refuse = (status: string, field = ''): void => {
    socket.end(`HTTP/1.1 ${status}\r\n${field}Content-Length: 0\r\nConnection: close\r\n\r\n`)
  }
  const user = userOf(request, tunnels)
  if (user === undefined && !tunnels.isOpen) {
    return refuse('407 Proxy Authentication Required', 'Proxy-Authenticate: Basic realm="test"\r\n')
  }
  const [, inBrackets, name, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(request.url ?? '') ?? []
  const host = inBrackets ?? name
  const port = Number(digits)
  if (host === undefined || !(port > 0 && port < 65_536)) return refuse('400 Bad Request')
  if (!tunnels.allows(host, port)) return refuse('403 Forbidden')
  try {
    const target = await tunnels.open(host, port, user)
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    if (head.length > 0) target.write(head)
    tunnels.join(socket, target)
  } catch (error) {
    refuse(STATUS_BY_ERROR[(error as NodeJS.ErrnoException).code ?? ''] ?? '502 Bad Gateway')
  }
}

/** Who logged in rightly. */
function userOf(request: IncomingMessage, tunnels: Tunnels): string | undefined {
  const [, words = ''] = /^Basic +(\S+)$/i.exec(request.headers['proxy-authorization'] ?? '') ?? []
  const [, user = '', password = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(words, 'base64').toString()) ?? []
  return tunnels.knows(user, password) ? user : undefined
}
