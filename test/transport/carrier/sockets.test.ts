/** What TCP and WebSocket carriers have in common, over real loopback sockets against the test DC's listener. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { systemHost } from '../../../src/client/platform/system-host.ts'
import { TransportError, UsageError } from '../../../src/errors.ts'
import { type Incoming, type Listener, listen } from '../../../src/lab/server/listen.ts'
import type { Carrier, Dial } from '../../../src/transport/carrier/carrier.ts'
import { dialTcp } from '../../../src/transport/carrier/tcp.ts'
import { dialWebSocket } from '../../../src/transport/carrier/websocket.ts'
import { afterTest, bareServer, CountingHost, closedPort, knock } from './real-sockets.ts'
import { Recorder, utf8 } from './recorder.ts'

/** A server end as the listener gave it. */
interface Accepted {
  carrier: Carrier
  recorder: Recorder
  incoming: Incoming
}

async function serve(): Promise<{ listener: Listener; accepted: Accepted[]; next: () => Promise<Accepted> }> {
  const accepted: Accepted[] = []
  let wake = (): void => {}
  const listener = await listen({
    timers: systemHost,
    onConnection(carrier, incoming) {
      const recorder = new Recorder()
      accepted.push({ carrier, recorder, incoming })
      wake()
      return recorder
    },
  })
  afterTest(() => listener.close())
  const next = async (): Promise<Accepted> => {
    while (accepted.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    return accepted.shift()!
  }
  return { listener, accepted, next }
}

async function failureOf(promise: Promise<unknown>): Promise<TransportError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(TransportError)
  return error as TransportError
}

const WAYS: [string, Dial][] = [
  ['tcp', dialTcp],
  ['websocket', dialWebSocket],
]

describe.each(WAYS)('%s', (kind, dial) => {
  async function pair(): Promise<{
    client: Carrier
    heard: Recorder
    server: Accepted
    listener: Listener
    host: CountingHost
  }> {
    const { listener, next } = await serve()
    const heard = new Recorder()
    const host = new CountingHost()
    const client = await dial({ host: '127.0.0.1', port: listener.port }, heard, { host })
    afterTest(() => client.close())
    client.write([utf8('hello')])
    const server = await next()
    await server.recorder.data(5)
    return { client, heard, server, listener, host }
  }

  test('bytes pass both ways, gathered from chunks, in order', async () => {
    const { client, heard, server } = await pair()
    expect(server.incoming.kind).toBe(kind)
    client.write([utf8(' '), new Uint8Array(0), utf8('wor'), utf8('ld')])
    client.write([utf8('!')])
    server.carrier.write([utf8('back'), utf8(' again')])
    await Promise.all([server.recorder.data(12), heard.data(10)])
    expect(server.recorder.text).toBe('hello world!')
    expect(heard.text).toBe('back again')
  })

  test('chunks are plain byte arrays, not buffers', async () => {
    const { heard, server } = await pair()
    server.carrier.write([utf8('x')])
    await heard.data(1)
    for (const chunk of [...heard.chunks, ...server.recorder.chunks]) {
      expect(Object.getPrototypeOf(chunk)).toBe(Uint8Array.prototype)
    }
  })

  test('50 MB up and 20 MB down arrive as sent; what waits is counted, and told when it goes down', async () => {
    const { client, heard, server, host } = await pair()
    const hash = createHash('sha256').update('hello')
    let most = 0
    for (let i = 0; i < 100; i++) {
      const part = new Uint8Array(500_000).fill(i)
      part[i] = 255
      hash.update(part)
      client.write([utf8('head'), part])
      hash.update('')
      most = Math.max(most, client.buffered)
      if (client.buffered > 4_000_000) await heard.drained(() => client.buffered < 1_000_000)
    }
    const down = new Uint8Array(20_000_000).map((_, i) => i >> 3)
    const sum = createHash('sha256').update(down).digest('hex')
    server.carrier.write([down])
    await Promise.all([server.recorder.data(5 + 100 * 500_004), heard.data(down.length)])
    expect(most).toBeGreaterThan(0)
    expect(heard.drains).toBeGreaterThan(0)
    expect(createHash('sha256').update(heard.bytes).digest('hex')).toBe(sum)
    const up = server.recorder.bytes
    const check = createHash('sha256').update(up.subarray(0, 5))
    for (let at = 5; at < up.length; at += 500_004) check.update(up.subarray(at + 4, at + 500_004))
    expect(check.digest('hex')).toBe(hash.digest('hex'))
    await heard.drained(() => client.buffered === 0)
    client.close()
    await heard.closed()
    expect(host.pending.size).toBe(0)
  }, 30_000)

  test('closing this side ends both, here without error, there with one; what was written before arrives', async () => {
    const { client, heard, server, host } = await pair()
    client.write([new Uint8Array(3_000_000)])
    client.close()
    client.close()
    client.write([utf8('too late')])
    await Promise.all([heard.closed(), server.recorder.closed()])
    expect([heard.closes, heard.closeError]).toEqual([1, undefined])
    expect(server.recorder.closeError).toMatchObject({ name: 'TransportError', code: 'CONNECTION_CLOSED' })
    expect(server.recorder.received).toBe(5 + 3_000_000)
    expect(host.pending.size).toBe(0)
  })

  test('the other side closing is an error that names it', async () => {
    const { heard, server, client, listener } = await pair()
    server.carrier.write([utf8('last words')])
    server.carrier.close()
    await Promise.all([heard.closed(), server.recorder.closed()])
    expect(heard.text).toBe('last words')
    expect(heard.closes).toBe(1)
    expect(heard.closeError).toMatchObject({ code: 'CONNECTION_CLOSED' })
    expect(heard.closeError!.message).toContain(`127.0.0.1:${listener.port}`)
    expect(server.recorder.closeError).toBeUndefined()
    client.write([utf8('nobody hears this')])
    client.close()
    expect(heard.closes).toBe(1)
  })

  test('last words reach a client that is still sending', async () => {
    const { client, heard, server } = await pair()
    for (let i = 0; i < 20; i++) client.write([new Uint8Array(500_000)])
    server.carrier.write([utf8('flood')])
    server.carrier.close()
    await Promise.all([heard.closed(), server.recorder.closed()])
    expect(heard.text).toBe('flood')
  })

  test('nothing listens: one sentence says where, why and what to check', async () => {
    const port = await closedPort()
    const host = new CountingHost()
    const error = await failureOf(dial({ host: '127.0.0.1', port }, new Recorder(), { host }))
    expect(error.code).toBe('CONNECT_FAILED')
    expect(error.message).toBe(
      `cannot connect to 127.0.0.1:${port}: nothing listens there (connection refused); check the port, and that the server runs`,
    )
    expect(error.cause).toBeDefined()
    expect(host.pending.size).toBe(0)
  })

  test('IPv6 addresses stand in brackets', async () => {
    const port = await closedPort()
    const error = await failureOf(dial({ host: '::1', port }, new Recorder(), { host: new CountingHost() }))
    expect(error.message).toContain(`cannot connect to [::1]:${port}: `)
  })

  test.each([0, 65_536, 1.5, Number.NaN])('port %d is refused at once', async (port) => {
    const host = new CountingHost()
    await expect(dial({ host: '127.0.0.1', port }, new Recorder(), { host })).rejects.toThrow(UsageError)
    expect(host.pending.size).toBe(0)
  })

  test('a signal that was given before ends dialling at once, with its reason', async () => {
    const { listener } = await serve()
    const host = new CountingHost()
    const reason = new Error('changed my mind')
    const dialling = dial({ host: '127.0.0.1', port: listener.port }, new Recorder(), {
      host,
      signal: AbortSignal.abort(reason),
    })
    await expect(dialling).rejects.toBe(reason)
    expect(host.pending.size).toBe(0)
  })

  test('a signal during dialling drops the attempt and leaves nothing behind', async () => {
    const gone: Promise<void>[] = []
    const { port, server } = await bareServer((socket) => {
      gone.push(new Promise((resolve) => socket.once('close', () => resolve())))
      socket.resume()
    })
    const host = new CountingHost()
    const recorder = new Recorder()
    const abort = new AbortController()
    const dialling = dial({ host: '127.0.0.1', port }, recorder, { host, signal: abort.signal })
    if (kind === 'websocket') await new Promise((resolve) => server.once('connection', resolve))
    abort.abort()
    await expect(dialling).rejects.toBe(abort.signal.reason)
    expect(host.pending.size).toBe(0)
    await knock(port)
    await Promise.all(gone)
    expect(recorder.closes).toBe(0)
  })

  test('a signal has no effect once the carrier is open', async () => {
    const { listener, next } = await serve()
    const abort = new AbortController()
    const heard = new Recorder()
    const client = await dial({ host: '127.0.0.1', port: listener.port }, heard, {
      host: systemHost,
      signal: abort.signal,
    })
    abort.abort()
    client.write([utf8('on')])
    const { recorder } = await next()
    await recorder.data(2)
    client.close()
    await heard.closed()
    expect(heard.closeError).toBeUndefined()
  })

  test('no answer in time: an error that says so, and the attempt is dropped', async () => {
    const gone: Promise<void>[] = []
    const { port, server } = await bareServer((socket) => {
      gone.push(new Promise((resolve) => socket.once('close', () => resolve())))
      socket.resume()
    })
    const host = new CountingHost()
    const dialling = dial({ host: '127.0.0.1', port }, new Recorder(), { host, timeout: 7_000 })
    if (kind === 'websocket') await new Promise((resolve) => server.once('connection', resolve))
    else await Promise.resolve()
    host.fireAll()
    const error = await failureOf(dialling)
    expect(error.code).toBe('CONNECT_TIMEOUT')
    expect(error.message).toBe(
      `cannot connect to 127.0.0.1:${port}: no answer within 7 s; check address, network and firewalls`,
    )
    await knock(port)
    await Promise.all(gone)
    expect(host.pending.size).toBe(0)
  })

  test('a server that goes away with all its connections ends this one', async () => {
    const { listener, next } = await serve()
    const heard = new Recorder()
    const client = await dial({ host: '127.0.0.1', port: listener.port }, heard, { host: systemHost })
    client.write([utf8('x')])
    await next()
    await listener.close()
    await heard.closed()
    expect(heard.closeError).toMatchObject({ code: 'CONNECTION_CLOSED' })
    expect(heard.closeError!.message).toMatch(/^the connection to 127\.0\.0\.1:\d+ is closed: /)
  })

  test('no handler is called before the one who dialled has the carrier', async () => {
    const { listener, next } = await serve()
    void next().then(({ carrier }) => carrier.close())
    let carrier: Carrier | undefined
    let early = false
    const recorder = new Recorder()
    const indirect = async (): Promise<Carrier> => {
      const opened = await dial(
        { host: '127.0.0.1', port: listener.port },
        {
          onData: () => {
            early ||= !carrier
          },
          onClose: (error) => {
            early ||= !carrier
            recorder.onClose(error)
          },
        },
        { host: systemHost },
      )
      return opened
    }
    carrier = await indirect()
    carrier.write([utf8('x')])
    await recorder.closed()
    expect(early).toBe(false)
  })
})
