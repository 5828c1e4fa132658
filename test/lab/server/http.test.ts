/** The test DC's HTTP over real sockets: paths, methods, headers, and bodies that are too long, too slow or cut off. */
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemHost } from '../../../src/client/platform/system-host.ts'
import { httpListener } from '../../../src/lab/server/http.ts'
import type { HttpReply } from '../../../src/lab/server/http-link.ts'
import { type Listener, listen } from '../../../src/lab/server/listen.ts'
import { VirtualHost } from '../../support/virtual-host.ts'

let listener: Listener
let timers: VirtualHost
let posted: { packet: Uint8Array; reply: HttpReply }[]
/** What to do with a packet. */
let answer: ((packet: Uint8Array, reply: HttpReply) => void) | undefined
let wake: (() => void) | undefined

beforeEach(async () => {
  posted = []
  timers = new VirtualHost()
  answer = (packet, reply) => reply.packet(packet)
  listener = await listen({
    timers: systemHost,
    onConnection: (carrier) => ({ onData: () => carrier.close(), onClose: () => {} }),
    onRequest: httpListener((packet, reply) => {
      posted.push({ packet, reply })
      answer?.(packet, reply)
      wake?.()
    }, timers),
  })
})
afterEach(() => listener.close())

interface Answer {
  status: number
  headers: Record<string, unknown>
  raw: string[]
  body: Buffer
}

async function ask(method: string, path: string, body = new Uint8Array(0)): Promise<Answer> {
  const asked = request({ port: listener.port, host: listener.host, method, path, agent: false })
  asked.end(body)
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const { statusCode: status, headers, rawHeaders } = response
  return { status: status!, headers, raw: rawHeaders, body: Buffer.concat(chunks) }
}

/** A connection that a test writes to by hand. */
async function open(): Promise<{ socket: Socket; text: () => string; closed: Promise<unknown> }> {
  const socket = connect(listener.port, listener.host)
  socket.on('error', () => {})
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
  })
  const closed = once(socket, 'close')
  await once(socket, 'connect')
  return { socket, text: () => text, closed }
}

const packet = Uint8Array.of(1, 2, 3, 4)

describe('paths and methods', () => {
  test.each(['/api', '/api_test', '/apiw', '/apiw_test', '/apiw1', '/apiw_test1', '/apiw1_test'])(
    'a packet posted to %s is answered with a packet',
    async (path) => {
      const { status, body, headers } = await ask('POST', path, packet)
      expect([status, [...body], headers['content-type']]).toEqual([200, [1, 2, 3, 4], 'application/octet-stream'])
      expect(headers['access-control-allow-origin']).toBe(path.includes('w') ? '*' : undefined)
    },
  )

  test.each(['/', '/apix', '/api/', '/v1/api', '/api?x'])('%s is 404, and no transport error', async (path) => {
    const { status, body, headers } = await ask('POST', path, packet)
    expect([status, headers['content-type'], posted]).toEqual([404, 'text/plain; charset=utf-8', []])
    expect(body.toString()).toContain('POST /api')
  })

  test.each(['GET', 'HEAD', 'OPTIONS'])('%s is 405 where only packets are taken', async (method) => {
    const { status, headers } = await ask(method, '/api')
    expect([status, headers.allow]).toEqual([405, 'POST'])
  })

  test('a browser that asks for leave gets it, where web pages may ask', async () => {
    const { status, headers } = await ask('OPTIONS', '/apiw1')
    expect(status).toBe(204)
    expect(headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-allow-headers': 'content-type',
    })
  })

  test('an empty request is 400: that of a client that looks whether somebody is there', async () => {
    expect([(await ask('POST', '/api')).status, posted]).toEqual([400, []])
  })
})

describe('answers', () => {
  test('end their head with the length: there are clients that rely on it', async () => {
    const { raw } = await ask('POST', '/api', packet)
    expect(raw.slice(-2)).toEqual(['content-length', '4'])
  })

  test.each([-404, -429, -444])('a transport error %i is the status, and the body', async (status) => {
    answer = (_, reply) => reply.error(status)
    const answered = await ask('POST', '/api', packet)
    expect([answered.status, answered.body.readInt32LE()]).toEqual([-status, status])
  })

  test('come in the order of the requests of one connection', async () => {
    answer = undefined
    const { socket, text, closed } = await open()
    socket.write('POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\naaaa'.repeat(2))
    while (posted.length < 2) await new Promise<void>((resolve) => (wake = resolve))
    posted[0]!.reply.packet(Buffer.from('one!'))
    posted[1]!.reply.packet(Buffer.from('two!'))
    socket.end()
    await closed
    expect(text()).toMatch(/^HTTP\/1\.1 200 .*one!HTTP\/1\.1 200 .*two!$/s)
  })

  test('a reply that is dropped ends the connection', async () => {
    answer = (_, reply) => reply.drop()
    await expect(ask('POST', '/api', packet)).rejects.toThrow(/socket hang up|ECONNRESET/)
  })

  test('a client that goes away is told of, once', async () => {
    answer = undefined
    const { socket } = await open()
    socket.write('POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\naaaa')
    while (posted.length < 1) await new Promise<void>((resolve) => (wake = resolve))
    const gone = new Promise<void>((resolve) => (posted[0]!.reply.onGone = resolve))
    socket.destroy()
    await gone
    // Too late: nobody is there.
    posted[0]!.reply.packet(packet)
  })

  test('a client that has its answer is not', async () => {
    let gone = 0
    answer = (bytes, reply) => {
      reply.onGone = () => gone++
      reply.packet(bytes)
    }
    await ask('POST', '/api', packet)
    await ask('POST', '/api', packet)
    expect(gone).toBe(0)
  })
})

describe('bodies', () => {
  test('of 16 MiB are taken whole', async () => {
    const long = new Uint8Array(16 * 1024 * 1024).fill(7)
    answer = (bytes, reply) => reply.packet(bytes.subarray(-4))
    expect([...(await ask('POST', '/api', long)).body]).toEqual([7, 7, 7, 7])
    expect(posted[0]!.packet.length).toBe(long.length)
  })

  test('that say they are longer are refused before they come', async () => {
    const { socket, text, closed } = await open()
    socket.write('POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 16777217\r\n\r\n')
    await closed
    expect([text().slice(0, 12), posted]).toEqual(['HTTP/1.1 413', []])
  })

  test('that do not say how long they are, are read no further than 16 MiB', async () => {
    const { socket, text, closed } = await open()
    socket.write('POST /api HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
    const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`
    for (let i = 0; i < 17; i++) socket.write(chunk)
    await closed
    expect([text().slice(0, 12), posted]).toEqual(['HTTP/1.1 413', []])
  })

  test('in pieces of one byte are put together', async () => {
    const { socket, text, closed } = await open()
    socket.write('POST /api HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
    socket.write(`${'1\r\na\r\n'.repeat(20_000)}0\r\n\r\n`)
    while (posted.length < 1) await new Promise<void>((resolve) => (wake = resolve))
    expect(Buffer.from(posted[0]!.packet).toString()).toBe('a'.repeat(20_000))
    socket.end()
    await closed
    expect(text()).toContain('content-length: 20000')
  })

  test('that do not come within 30 s are given up', async () => {
    const { socket, text, closed } = await open()
    const asked = new Promise<void>((resolve) => {
      const set = timers.setTimer.bind(timers)
      timers.setTimer = (delay, fire) => {
        resolve()
        return set(delay, fire)
      }
    })
    socket.write('POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc')
    await asked
    await timers.advance(30_000)
    await closed
    expect([text().slice(0, 12), posted, timers.pendingTimers]).toEqual(['HTTP/1.1 408', [], 0])
  })

  test('of clients that go away leave nothing behind', async () => {
    const { socket } = await open()
    const asked = new Promise<void>((resolve) => {
      const set = timers.setTimer.bind(timers)
      timers.setTimer = (delay, fire) => {
        const timer = set(delay, fire)
        return {
          cancel: () => {
            timer.cancel()
            resolve()
          },
        }
      }
    })
    socket.write('POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc')
    socket.end()
    await asked
    expect([posted, timers.pendingTimers]).toEqual([[], 0])
  })
})
