/** The proxies for tests, by raw bytes: sentences in pieces, refusals, and whom they do not serve. */
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { concat, fromHex, toHex } from '../../../src/bytes.ts'
import {
  type ProxyServerOptions,
  type RunningProxy,
  startHttpConnect,
  startSocks5,
} from '../../../src/lab/server/index.ts'

let target: Server
let targetPort: number
const closing: (() => unknown)[] = []

beforeEach(async () => {
  // Says what it hears, and hangs up after a full stop.
  target = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      socket.write(chunk)
      if (chunk.includes('.')) socket.end()
    })
  })
  target.listen(0, '127.0.0.1')
  await once(target, 'listening')
  targetPort = (target.address() as { port: number }).port
})

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  target.close()
})

async function running(
  start: (options: ProxyServerOptions) => Promise<RunningProxy>,
  options: ProxyServerOptions = {},
) {
  const proxy = await start(options)
  closing.push(() => proxy.close())
  return proxy
}

/** Everything that the proxy says until it hangs up. */
async function said(socket: Socket): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of socket) chunks.push(chunk as Uint8Array)
  return concat(...chunks)
}

async function opened(proxy: RunningProxy): Promise<Socket> {
  const socket = connect({ port: proxy.port, host: proxy.host, noDelay: true })
  closing.push(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

const port = (): string => targetPort.toString(16).padStart(4, '0')
const OPEN = '05000001000000000000'

describe('SOCKS5', () => {
  const talk = async (hex: string, options: ProxyServerOptions = {}): Promise<string> => {
    const socket = await opened(await running(startSocks5, options))
    socket.write(fromHex(hex))
    return toHex(await said(socket))
  }
  const hello = Buffer.from('hello.').toString('hex')

  test('what is sent ahead reaches the target', async () => {
    expect(await talk(`0501000501000${'17f000001'}${port()}${hello}`)).toBe(`0500${OPEN}${hello}`)
  })

  test('a sentence may come in single bytes, each understood only when it is whole', async () => {
    const socket = await opened(await running(startSocks5, { users: { me: 'pw' } }))
    const heard = said(socket)
    for (const byte of fromHex(
      `050102${'01026d65027077'}0501000309${Buffer.from('localhost').toString('hex')}${port()}`,
    )) {
      socket.write(Uint8Array.of(byte))
      // The other side sees each by itself.
      await new Promise((resolve) => setImmediate(resolve))
    }
    socket.write('hello.')
    expect(toHex(await heard)).toBe(`05020100${OPEN}${hello}`)
  })

  test.each([
    ['another version', '04', '05ff'],
    ['no method that it takes', '05010205', '05ff'],
    ['a command other than CONNECT', '050100050200017f0000010050', '050005070001000000000000'],
    ['an address of an unknown kind', '0501000501000200', '050005080001000000000000'],
    ['a target that is not this machine', '0501000501000108080808' + '0050', '050005020001000000000000'],
  ])('%s is refused by its code', async (_what, hex, expected) => {
    expect(await talk(hex)).toBe(expected)
  })

  test('a wrong password is refused, and so is the name of what every object has', async () => {
    const users = { me: 'pw' }
    expect(await talk('050102' + '01026d65027078', { users })).toBe('0502' + '0101')
    const name = Buffer.from('constructor').toString('hex')
    expect(await talk(`050102010b${name}027078`, { users })).toBe('0502' + '0101')
  })

  test('a port where nothing listens is told as that', async () => {
    const { port: gone, close } = await startSocks5()
    await close()
    const hex = gone.toString(16).padStart(4, '0')
    expect(await talk(`050100050100017f000001${hex}`)).toBe('0500' + '05050001000000000000')
  })

  test('who leaves in the middle of a sentence leaves nothing behind', async () => {
    const proxy = await running(startSocks5)
    const socket = await opened(proxy)
    socket.write(fromHex('0501'))
    socket.destroy()
    await once(socket, 'close')
    await proxy.close()
    expect(proxy.requests).toEqual([])
  })
})

describe('HTTP CONNECT', () => {
  const talk = async (text: string, options: ProxyServerOptions = {}): Promise<string> => {
    const socket = await opened(await running(startHttpConnect, options))
    socket.write(text)
    return new TextDecoder().decode(await said(socket))
  }

  test('what is sent ahead reaches the target', async () => {
    const answer = await talk(`CONNECT 127.0.0.1:${targetPort} HTTP/1.1\r\nHost: x\r\n\r\nhello.`)
    expect(answer).toBe('HTTP/1.1 200 Connection established\r\n\r\nhello.')
  })

  test.each([
    ['CONNECT 8.8.8.8:80 HTTP/1.1\r\nHost: x\r\n\r\n', {}, /^HTTP\/1.1 403 /],
    ['CONNECT nonsense HTTP/1.1\r\nHost: x\r\n\r\n', {}, /^HTTP\/1.1 400 /],
    ['CONNECT 127.0.0.1:99999 HTTP/1.1\r\nHost: x\r\n\r\n', {}, /^HTTP\/1.1 400 /],
    ['GET http://127.0.0.1/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', {}, /^HTTP\/1.1 405 /],
    [
      'CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: x\r\n\r\n',
      { users: { me: 'pw' } },
      /^HTTP\/1.1 407 [\s\S]*Proxy-Authenticate: Basic/,
    ],
  ])('%j is refused by its status', async (text, options, expected) => {
    expect(await talk(text, options)).toMatch(expected)
  })
})

test('closing drops every tunnel, and twice is once', async () => {
  const proxy = await running(startHttpConnect)
  const socket = await opened(proxy)
  socket.write(`CONNECT 127.0.0.1:${targetPort} HTTP/1.1\r\nHost: x\r\n\r\n`)
  await once(socket, 'data')
  const gone = once(socket, 'close')
  socket.on('error', () => {})
  await Promise.all([proxy.close(), proxy.close()])
  await gone
  await expect(opened(proxy)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
