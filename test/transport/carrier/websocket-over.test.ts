/** WebSocket over a connection that somebody else opens: both ends, TLS, and what becomes of it when all is over. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { dialTcp } from '../../../src/transport/carrier/tcp.ts'
import { webSocketCarrier } from '../../../src/transport/carrier/websocket-carrier.ts'
import { webSocketOver } from '../../../src/transport/carrier/websocket-over.ts'
import { afterTest, bareServer, CountingHost } from './real-sockets.ts'
import { Recorder } from './recorder.ts'

const dial = webSocketOver(dialTcp)

/** A WebSocket server that sends back what it gets. */
async function echo(): Promise<number> {
  const http = createServer()
  const server = new WebSocketServer({ server: http })
  const host = new CountingHost()
  server.on('connection', (socket) => {
    const carrier = webSocketCarrier(
      socket,
      'client',
      {
        onData: (chunk) => carrier.write([chunk]),
        onClose: () => {},
      },
      host,
    )
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  afterTest(() => {
    for (const socket of server.clients) socket.terminate()
    http.closeAllConnections()
    http.close()
  })
  return (http.address() as AddressInfo).port
}

test('20 MB there and back arrive as sent, and closing leaves nothing behind', async () => {
  const [host, heard] = [new CountingHost(), new Recorder()]
  const carrier = await dial({ host: '127.0.0.1', port: await echo() }, heard, { host })
  const piece = new Uint8Array(1_000_000).map((_, i) => i >> 3)
  for (let i = 0; i < 20; i++) carrier.write([piece.slice()])
  await heard.data(20_000_000)
  expect(Buffer.from(heard.bytes).equals(Buffer.concat(Array.from({ length: 20 }, () => piece)))).toBe(true)
  carrier.close()
  await heard.closed()
  expect(heard.closeError).toBeUndefined()
  expect(host.pending.size).toBe(0)
})

test('a server that breaks off is told of as that', async () => {
  const { port } = await bareServer((socket) => {
    socket.once('data', () => socket.resetAndDestroy())
  })
  const host = new CountingHost()
  await expect(dial({ host: '127.0.0.1', port }, new Recorder(), { host })).rejects.toMatchObject({
    code: 'CONNECT_FAILED',
  })
  expect(host.pending.size).toBe(0)
})

test('with TLS around it, the server is told by which name it is wanted', async () => {
  let opening: Buffer | undefined
  const { port } = await bareServer((socket) => {
    socket.once('data', (chunk: Buffer) => {
      opening = chunk
      socket.destroy()
    })
  })
  const host = new CountingHost()
  const promise = dial({ host: 'localhost', port, secure: true }, new Recorder(), { host })
  await expect(promise).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
  // A handshake record of TLS; https://www.rfc-editor.org/rfc/rfc8446#section-5.1
  expect(opening?.[0]).toBe(22)
  expect(opening?.includes('localhost')).toBe(true)
})

test('giving up closes the connection, and one deadline holds for opening both', async () => {
  const abort = new AbortController()
  let closed: () => void
  const gone = new Promise<void>((resolve) => {
    closed = resolve
  })
  const { port } = await bareServer((socket) => {
    // The request for a WebSocket, which is never answered.
    socket.once('data', () => abort.abort('enough'))
    socket.once('close', () => closed())
  })
  const host = new CountingHost()
  const promise = dial({ host: '127.0.0.1', port }, new Recorder(), { host, signal: abort.signal })
  await expect(promise).rejects.toBe('enough')
  await gone
  const late = dial({ host: '127.0.0.1', port }, new Recorder(), { host, timeout: 100 })
  await expect(late).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT' })
})
