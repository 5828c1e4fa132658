import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { toHex } from '../../../src/bytes.ts'
import { systemHost } from '../../../src/client/platform/system-host.ts'
import { type Incoming, type Listener, type ListenOptions, listen } from '../../../src/lab/server/listen.ts'
import type { Carrier } from '../../../src/transport/carrier/carrier.ts'
import { afterTest, CountingHost } from '../../transport/carrier/real-sockets.ts'
import { Recorder, utf8 } from '../../transport/carrier/recorder.ts'

interface Accepted {
  carrier: Carrier
  incoming: Incoming
  recorder: Recorder
}

async function open(options: Partial<ListenOptions> = {}) {
  const accepted: Accepted[] = []
  const host = new CountingHost()
  const listener: Listener = await listen({
    timers: host,
    onConnection: (carrier, incoming) => {
      const recorder = new Recorder()
      accepted.push({ carrier, incoming, recorder })
      return recorder
    },
    ...options,
  })
  afterTest(() => listener.close())
  const first = async (): Promise<Accepted> => {
    while (accepted.length === 0) await new Promise((resolve) => setImmediate(resolve))
    return accepted[0]!
  }
  return { listener, accepted, first, host }
}

async function rawSocket(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.on('error', () => {})
  await new Promise((resolve) => socket.once('connect', resolve))
  return socket
}

/** Everything a socket says until it ends. */
function readAll(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
    })
    socket.on('close', () => resolve(text))
  })
}

const UPGRADE = [
  'GET /apiws_premium HTTP/1.1',
  'Host: dc',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  'Sec-WebSocket-Protocol: binary',
  '',
  '',
].join('\r\n')

test('a raw connection is known by its first byte, all of them are delivered', async () => {
  const { listener, first } = await open()
  const socket = await rawSocket(listener.port)
  socket.write(Uint8Array.of(0xef))
  const { incoming, recorder } = await first()
  socket.write(Uint8Array.of(1, 2, 3, 4, 5))
  await recorder.data(6)
  expect(incoming.kind).toBe('tcp')
  expect(incoming.remote).toMatch(/^127\.0\.0\.1:\d+$/)
  expect(toHex(recorder.bytes)).toBe('ef0102030405')
  socket.destroy()
})

test('bytes that begin like an HTTP method and are none are a raw connection, in any split', async () => {
  for (const text of ['GETX', 'POSE', 'HEAVENS', 'OPTx', 'G\0']) {
    const { listener, first } = await open()
    const socket = await rawSocket(listener.port)
    for (const char of text) {
      socket.write(char)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const { incoming, recorder } = await first()
    await recorder.data(text.length)
    expect([incoming.kind, recorder.text]).toEqual(['tcp', text])
    socket.destroy()
  }
})

test('a WebSocket upgrade is taken on the same port, on any path, fed byte by byte', async () => {
  const { listener, first } = await open()
  const socket = await rawSocket(listener.port)
  for (const char of UPGRADE) {
    socket.write(char)
    if ('GET '.includes(char)) await new Promise((resolve) => setTimeout(resolve, 2))
  }
  const { incoming } = await first()
  expect(incoming).toMatchObject({ kind: 'websocket', path: '/apiws_premium' })
  socket.destroy()
})

test('frames that come in one piece with the upgrade request are not lost', async () => {
  const { listener, first } = await open()
  const socket = await rawSocket(listener.port)
  // FIN and binary; masked by zeros; three bytes.
  const frame = Buffer.from('828300000000414243', 'hex')
  socket.write(Buffer.concat([Buffer.from(UPGRADE), frame]))
  const { recorder } = await first()
  await recorder.data(3)
  expect(recorder.text).toBe('ABC')
  socket.destroy()
})

test('a WebSocket without the subprotocol is taken too; of several offered, binary is chosen', async () => {
  const { listener } = await open()
  const chosen = (protocols?: string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${listener.port}/apiws`, protocols)
      socket.on('error', reject)
      socket.on('open', () => {
        resolve(socket.protocol)
        socket.close()
      })
    })
  expect(await chosen(['chat', 'binary'])).toBe('binary')
  expect(await chosen()).toBe('')
})

test('a plain HTTP request is answered 404, or by whoever takes them', async () => {
  const get = (port: number): Promise<[number | undefined, string]> =>
    new Promise((resolve, reject) => {
      const outgoing = request({ port, host: '127.0.0.1', method: 'POST', path: '/api' }, (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () => resolve([response.statusCode, text]))
      })
      outgoing.on('error', reject)
      outgoing.end('body')
    })
  const { listener, accepted } = await open()
  expect(await get(listener.port)).toEqual([404, expect.stringContaining('MTProto')])
  const taking = await open({
    onRequest: (incoming, response) => {
      incoming.on('data', (chunk) => response.write(`${incoming.method} ${incoming.url} ${chunk}`))
      incoming.on('end', () => response.end())
    },
  })
  expect(await get(taking.listener.port)).toEqual([200, 'POST /api body'])
  expect(accepted).toHaveLength(0)
})

test('closing drops every connection: raw, WebSocket, half-upgraded, silent; owners hear no error', async () => {
  const { listener, accepted, host } = await open()
  const silent = await rawSocket(listener.port)
  const half = await rawSocket(listener.port)
  half.write('GET /apiws HTT')
  const raw = await rawSocket(listener.port)
  raw.write(Uint8Array.of(0xef))
  const webSocket = new WebSocket(`ws://127.0.0.1:${listener.port}/apiws`, 'binary')
  webSocket.on('error', () => {})
  await new Promise((resolve) => webSocket.once('open', resolve))
  while (accepted.length < 2) await new Promise((resolve) => setImmediate(resolve))
  expect(listener.connections).toBe(4)
  const ends = [silent, half, raw].map(readAll)
  await Promise.all([listener.close(), listener.close()])
  await Promise.all([...ends, ...accepted.map(({ recorder }) => recorder.closed())])
  expect(listener.connections).toBe(0)
  expect(accepted.map(({ recorder }) => [recorder.closes, recorder.closeError])).toEqual([
    [1, undefined],
    [1, undefined],
  ])
  expect(host.pending.size).toBe(0)
})

test('a port in use is the error of the system', async () => {
  const { listener } = await open()
  const again = listen({ timers: systemHost, port: listener.port, onConnection: () => new Recorder() })
  await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

test('the last words of a server arrive though the client goes on talking before it reads them', async () => {
  const { listener, first } = await open()
  const socket = await rawSocket(listener.port)
  socket.write(Uint8Array.of(0xef))
  const { carrier, recorder } = await first()
  carrier.write([utf8('-404')])
  carrier.close()
  // Bytes that meet a closed socket make its system answer with a reset, which would wipe out what was not yet read.
  for (let i = 0; i < 10; i++) {
    socket.write(new Uint8Array(10_000))
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  expect(await readAll(socket)).toBe('-404')
  await recorder.closed()
  expect(recorder.received).toBe(1)
})
