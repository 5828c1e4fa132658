import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { dialTcp, tcpDial } from '../../../src/transport/carrier/tcp.ts'
import { bareServer, CountingHost, closedPort } from './real-sockets.ts'
import { Recorder, utf8 } from './recorder.ts'

/** A client connected to a bare server, with the server's socket. */
async function connected(allowed: (socket: Socket) => void = () => {}) {
  let found: (socket: Socket) => void
  const arrival = new Promise<Socket>((resolve) => {
    found = resolve
  })
  const { port } = await bareServer((socket) => {
    allowed(socket)
    found(socket)
  })
  const host = new CountingHost()
  const heard = new Recorder()
  const client = await dialTcp({ host: '127.0.0.1', port }, heard, { host })
  return { client, heard, host, socket: await arrival, port }
}

test('the other side ending its half is the end', async () => {
  const { heard, socket, host } = await connected()
  socket.end('bye')
  await heard.closed()
  expect(heard.text).toBe('bye')
  expect(heard.closeError).toMatchObject({ code: 'CONNECTION_CLOSED', message: expect.stringContaining('ended it') })
  expect(host.pending.size).toBe(0)
})

test('a reset is told apart from an end', async () => {
  const { client, heard, socket, host } = await connected()
  client.write([utf8('x')])
  socket.once('data', () => socket.resetAndDestroy())
  await heard.closed()
  expect(heard.closes).toBe(1)
  expect(heard.closeError).toMatchObject({
    code: 'CONNECTION_CLOSED',
    message: expect.stringContaining('broke the connection off'),
  })
  expect(host.pending.size).toBe(0)
})

test('a server that never reads cannot keep a closed carrier open: after the linger it is cut', async () => {
  const { client, heard, host } = await connected((socket) => socket.pause())
  for (let i = 0; i < 20; i++) client.write([new Uint8Array(1_000_000)])
  expect(client.buffered).toBeGreaterThan(1_000_000)
  client.close()
  expect(heard.closes).toBe(0)
  expect(host.pending.size).toBe(1)
  host.fireAll()
  await heard.closed()
  expect(heard.closeError).toBeUndefined()
  expect(host.pending.size).toBe(0)
})

test('a server that ends its half and never reads cannot keep the carrier open either', async () => {
  const { client, heard, host, socket } = await connected((each) => each.pause())
  for (let i = 0; i < 20; i++) client.write([new Uint8Array(1_000_000)])
  const last = socket
  last.allowHalfOpen = true
  last.end('bye')
  await heard.data(3)
  while (host.pending.size === 0) await new Promise((resolve) => setImmediate(resolve))
  host.fireAll()
  await heard.closed()
  expect(heard.closeError).toMatchObject({ code: 'CONNECTION_CLOSED' })
})

test('a name leads to its address', async () => {
  const { port } = await connected()
  const heard = new Recorder()
  const client = await dialTcp({ host: 'localhost', port }, heard, { host: new CountingHost() })
  client.close()
  await heard.closed()
})

describe('names and several addresses', () => {
  test('a name is tried by all of its addresses, of either family', async () => {
    const { port } = await bareServer((socket) => socket.end('hello'))
    for (const ipv6 of [undefined, true, false]) {
      const heard = new Recorder()
      const host = new CountingHost()
      await tcpDial({ ipv6 })({ host: 'localhost', port }, heard, { host })
      await heard.closed()
      expect(heard.text).toBe('hello')
      expect(host.pending.size).toBe(0)
    }
  })

  test('an address that refuses costs nothing but itself', async () => {
    const { port } = await bareServer((socket) => socket.end('hello'))
    const heard = new Recorder()
    const host = new CountingHost()
    const dead = { host: '127.0.0.1', port: await closedPort() }
    await dialTcp({ ...dead, others: [{ host: '127.0.0.1', port }] }, heard, { host })
    await heard.closed()
    expect(heard.text).toBe('hello')
    expect(host.pending.size).toBe(0)
  })

  test('when all refuse, each is named', async () => {
    const [a, b] = [await closedPort(), await closedPort()]
    const host = new CountingHost()
    const dial = dialTcp({ host: '127.0.0.1', port: a, others: [{ host: '127.0.0.1', port: b }] }, new Recorder(), {
      host,
    })
    const message = `cannot connect to 127.0.0.1:${a} or 127.0.0.1:${b}: nothing listens there`
    await expect(dial).rejects.toMatchObject({ code: 'CONNECT_FAILED', message: expect.stringContaining(message) })
    expect(host.pending.size).toBe(0)
  })
})
