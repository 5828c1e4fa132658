import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { dialWebSocket, MAX_MESSAGE } from '../../../src/transport/carrier/websocket.ts'
import { VirtualHost } from '../../support/virtual-host.ts'
import { afterTest, CountingHost } from './real-sockets.ts'
import { Recorder, utf8 } from './recorder.ts'

afterEach(() => vi.unstubAllGlobals())

/** A WebSocket server that does with each connection what the test says. */
async function webSocketServer(onSocket: (socket: WebSocket, url: string, protocol: string) => void): Promise<number> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  server.on('connection', (socket, request) => onSocket(socket, request.url ?? '', socket.protocol))
  await new Promise<void>((resolve) => server.once('listening', resolve))
  afterTest(() => {
    for (const each of server.clients) each.terminate()
    return new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

test('the path is /apiws unless told, the subprotocol is binary', async () => {
  const asked: string[] = []
  const port = await webSocketServer((_, url, protocol) => asked.push(`${url} ${protocol}`))
  for (const path of [undefined, '/apiws_test']) {
    const heard = new Recorder()
    const address = { host: '127.0.0.1', port, ...(path && { path }) }
    const client = await dialWebSocket(address, heard, { host: new CountingHost() })
    client.close()
    await heard.closed()
  }
  expect(asked).toEqual(['/apiws binary', '/apiws_test binary'])
})

test('one write is one message, nothing in it compressed', async () => {
  const messages: number[] = []
  let extensions = ''
  let done: () => void
  const twice = new Promise<void>((resolve) => {
    done = resolve
  })
  const port = await webSocketServer((socket) => {
    extensions = socket.extensions
    socket.on('message', (data: Buffer) => {
      messages.push(data.length)
      if (messages.length === 2) done()
    })
  })
  const client = await dialWebSocket({ host: '127.0.0.1', port }, new Recorder(), { host: new CountingHost() })
  client.write([utf8('abcd'), utf8('efgh')])
  client.write([utf8('i')])
  await twice
  expect(messages).toEqual([8, 1])
  expect(extensions).toBe('')
  client.close()
})

test('what a server says at once is not lost, and not heard before the one who dialled has the carrier', async () => {
  const port = await webSocketServer((socket) => {
    socket.send(utf8('first'))
    socket.send(utf8('second'))
    socket.close()
  })
  const heard = new Recorder()
  let seen = -1
  const later = async () => dialWebSocket({ host: '127.0.0.1', port }, heard, { host: new CountingHost() })
  await later().then(() => {
    seen = heard.chunks.length + heard.closes
  })
  expect(seen).toBe(0)
  await heard.closed()
  expect(heard.text).toBe('firstsecond')
})

test('text is no MTProto: the connection ends and says why', async () => {
  const port = await webSocketServer((socket) => socket.send('text'))
  const heard = new Recorder()
  await dialWebSocket({ host: '127.0.0.1', port }, heard, { host: new CountingHost() })
  await heard.closed()
  expect(heard.received).toBe(0)
  expect(heard.closeError!.message).toContain('text, not bytes')
})

test('a message beyond the limit ends the connection', async () => {
  const port = await webSocketServer((socket) => socket.send(new Uint8Array(MAX_MESSAGE + 1)))
  const heard = new Recorder()
  await dialWebSocket({ host: '127.0.0.1', port }, heard, { host: new CountingHost() })
  await heard.closed()
  expect(heard.received).toBe(0)
  expect(heard.closeError).toMatchObject({ code: 'CONNECTION_CLOSED' })
})

test('a server that is no WebSocket server is refused with what it said', async () => {
  const server = createServer((_request, response) => response.writeHead(404).end())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterTest(() => new Promise((resolve) => server.close(resolve)))
  const { port } = server.address() as AddressInfo
  const host = new CountingHost()
  const dialling = dialWebSocket({ host: '127.0.0.1', port }, new Recorder(), { host })
  await expect(dialling).rejects.toMatchObject({
    code: 'CONNECT_FAILED',
    message: `cannot connect to 127.0.0.1:${port}: what listens there answers with HTTP (404), not with a WebSocket; check the port and the transport`,
  })
  expect(host.pending.size).toBe(0)
})

/** A browser's WebSocket: no `terminate`, no reasons, events by hand. */
class FakeWebSocket {
  static made: FakeWebSocket[] = []
  binaryType = 'blob'
  bufferedAmount = 0
  sent: Uint8Array[] = []
  closed: (number | undefined)[] = []
  onopen: (() => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onerror: ((event: object) => void) | null = null
  onclose: ((event: object) => void) | null = null
  url: string
  protocol: string

  constructor(url: string, protocol: string) {
    this.url = url
    this.protocol = protocol
    FakeWebSocket.made.push(this)
  }
  send(data: Uint8Array): void {
    this.sent.push(data)
    this.bufferedAmount += data.length
  }
  close(code?: number): void {
    this.closed.push(code)
  }
}

describe("the platform's own WebSocket", () => {
  const dialFake = async (address = { host: '::1', port: 443, secure: true }, host = new VirtualHost()) => {
    vi.stubGlobal('WebSocket', FakeWebSocket)
    const heard = new Recorder()
    const dialling = dialWebSocket(address, heard, { host })
    await Promise.resolve()
    return { heard, host, dialling, socket: FakeWebSocket.made.at(-1)! }
  }
  const openFake = async () => {
    const { dialling, ...rest } = await dialFake()
    rest.socket.onopen!()
    const client = await dialling
    await rest.host.advance(0)
    return { client, ...rest }
  }

  test('is taken where there is one; secure makes wss, IPv6 stands in brackets', async () => {
    const { socket } = await openFake()
    expect(socket).toMatchObject({ url: 'wss://[::1]:443/apiws', protocol: 'binary', binaryType: 'arraybuffer' })
  })

  test('refuses without a reason: the error still says where', async () => {
    const { dialling, socket, host } = await dialFake()
    socket.onerror!({})
    socket.onclose!({})
    await expect(dialling).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: 'cannot connect to [::1]:443: the WebSocket was refused',
    })
    expect(host.pendingTimers).toBe(0)
  })

  test('that stays silent is closed after 15 s', async () => {
    const { dialling, socket, host } = await dialFake()
    const failed = expect(dialling).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT' })
    await host.advance(14_999)
    expect(socket.closed).toHaveLength(0)
    await host.advance(1)
    await failed
    expect(socket.closed).toHaveLength(1)
    expect(host.pendingTimers).toBe(0)
  })

  test('whose constructor throws fails the dialling', async () => {
    vi.stubGlobal(
      'WebSocket',
      class {
        constructor() {
          throw new SyntaxError('bad URL')
        }
      },
    )
    const host = new VirtualHost()
    const dialling = dialWebSocket({ host: 'a b', port: 443 }, new Recorder(), { host })
    await expect(dialling).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringContaining('bad URL'),
    })
    expect(host.pendingTimers).toBe(0)
  })

  test('has no drain event: the amount is looked at until it is down', async () => {
    const { client, heard, host, socket } = await openFake()
    client.write([new Uint8Array(1_000)])
    expect(client.buffered).toBe(1_000)
    await host.advance(100)
    expect(heard.drains).toBe(0)
    socket.bufferedAmount = 400
    await host.advance(10)
    expect(heard.drains).toBe(1)
    socket.bufferedAmount = 0
    await host.advance(10)
    expect([heard.drains, host.pendingTimers]).toEqual([2, 0])
  })

  test('that never finishes closing is let go after a second', async () => {
    const { client, heard, host, socket } = await openFake()
    client.write([new Uint8Array(10)])
    client.close()
    expect(socket.closed).toEqual([1000])
    socket.onmessage!({ data: utf8('late').buffer })
    socket.bufferedAmount = 0
    await host.advance(999)
    expect([heard.closes, heard.drains]).toEqual([0, 0])
    await host.advance(1)
    expect([heard.closes, heard.closeError, heard.received]).toEqual([1, undefined, 0])
    socket.onclose!({})
    client.write([new Uint8Array(10)])
    expect([heard.closes, socket.sent.length, host.pendingTimers]).toEqual([1, 1, 0])
  })
})
