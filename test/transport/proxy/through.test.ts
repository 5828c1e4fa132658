/** Dialling through a proxy, in virtual time: what is told to whom, and that nothing is left behind. */
import { getEventListeners } from 'node:events'
import { beforeEach, describe, expect, test } from 'vitest'
import { type TransportError, UsageError } from '../../../src/errors.ts'
import type { Address, Carrier, CarrierHandlers, DialOptions } from '../../../src/transport/carrier/carrier.ts'
import { memoryDial } from '../../../src/transport/carrier/memory.ts'
import { httpConnect } from '../../../src/transport/proxy/http-connect.ts'
import { dialThrough } from '../../../src/transport/proxy/through.ts'
import { VirtualHost } from '../../support/virtual-host.ts'
import { Recorder, utf8 } from '../carrier/recorder.ts'

const PROXY: Address = { host: '192.0.2.9', port: 3128 }
const TARGET: Address = { host: '192.0.2.1', port: 443 }
const OPEN = 'HTTP/1.1 200 OK\r\n\r\n'

let host: VirtualHost
/** The proxy's end of the connection. */
let atProxy: Recorder
let proxy: Carrier
let heard: Recorder

beforeEach(() => {
  host = new VirtualHost()
  heard = new Recorder()
})

/** Dials through a proxy that does with its connection what the test says. */
function dial(onConnection: (carrier: Carrier) => void, options: Partial<DialOptions> = {}, target = TARGET) {
  const toProxy = memoryDial(
    (carrier, address): CarrierHandlers => {
      expect(address).toEqual(PROXY)
      proxy = carrier
      atProxy = new Recorder()
      onConnection(carrier)
      return atProxy
    },
    { delay: 10, split: (chunk) => Array.from(chunk, (byte) => Uint8Array.of(byte)) },
  )
  return dialThrough(PROXY, httpConnect(), toProxy)(target, heard, { host, ...options })
}

const answering = (answer: string) => (carrier: Carrier) => carrier.write([utf8(answer)])
const failure = async (promise: Promise<unknown>): Promise<TransportError> =>
  (await host.runUntil(promise.catch((error: unknown) => error))) as TransportError

describe('an open way', () => {
  test('carries bytes both ways, and its end', async () => {
    const carrier = await host.runUntil(dial(answering(OPEN)))
    await host.advance(50)
    carrier.write([utf8('up'), utf8('stream')])
    expect(carrier.buffered).toBe(8)
    proxy.write([utf8('down')])
    await host.advance(50)
    expect(atProxy.text).toMatch(/\r\n\r\nupstream$/)
    expect(carrier.buffered).toBe(0)
    expect(heard.text).toBe('down')
    expect(heard.drains).toBeGreaterThan(0)
    proxy.close()
    await host.advance(50)
    expect(heard.closeError).toMatchObject({ code: 'CONNECTION_CLOSED' })
    expect(host.pendingTimers).toBe(0)
  })

  test('what comes right behind the handshake is not lost, comes first, and not before the owner has the carrier', async () => {
    let isOurs = false
    const order: string[] = []
    const toProxy = memoryDial((carrier) => {
      carrier.write([utf8(`${OPEN}first`)])
      carrier.write([utf8(' second')])
      carrier.close()
      return new Recorder()
    })
    const told = (what: string): void => void order.push(`${isOurs ? '' : 'too early: '}${what}`)
    const handlers: CarrierHandlers = {
      onData: (chunk) => told(new TextDecoder().decode(chunk)),
      onClose: () => told('close'),
    }
    const promise = dialThrough(PROXY, httpConnect(), toProxy)(TARGET, handlers, { host }).then(() => {
      isOurs = true
    })
    await host.runUntil(promise)
    await host.advance(50)
    expect(order).toEqual(['first', ' second', 'close'])
    expect(host.pendingTimers).toBe(0)
  })

  test('closed by its owner tells no more data, and its own end without error', async () => {
    const carrier = await host.runUntil(dial(answering(`${OPEN}leftover`)))
    carrier.close()
    await host.advance(50)
    expect(heard.text).toBe('')
    expect({ closes: heard.closes, error: heard.closeError }).toEqual({ closes: 1, error: undefined })
    expect(atProxy.closes).toBe(1)
    expect(host.pendingTimers).toBe(0)
  })
})

describe('a way that does not open', () => {
  const expectNothingLeft = async (): Promise<void> => {
    await host.advance(50)
    expect(host.pendingTimers).toBe(0)
    expect(heard.closes).toBe(0)
    expect(atProxy.closes).toBe(1)
  }

  test('refused: the connection to the proxy is closed', async () => {
    const error = await failure(dial(answering('HTTP/1.1 403 No\r\n\r\n')))
    expect(error).toMatchObject({ code: 'CONNECT_FAILED', retryable: false })
    await expectNothingLeft()
  })

  test('closed by the proxy in the middle of the talk: that is said', async () => {
    const error = await failure(
      dial((carrier) => {
        carrier.write([utf8('HTTP/1.1 200')])
        carrier.close()
      }),
    )
    expect(error).toMatchObject({ code: 'CONNECT_FAILED', retryable: true })
    expect(error.message).toMatch(
      /192.0.2.1:443 through the HTTP proxy at 192.0.2.9:3128: it closed the connection before/,
    )
    await host.advance(50)
    expect(host.pendingTimers).toBe(0)
  })

  test('silent: one deadline holds for reaching the proxy and for the talk', async () => {
    const error = await failure(dial(() => {}, { timeout: 2000 }))
    expect(host.now()).toBe(2000)
    expect(error).toMatchObject({ code: 'CONNECT_TIMEOUT' })
    expect(error.message).toMatch(
      /the HTTP proxy at 192.0.2.9:3128 took the connection, but opened none .* within 2 s$/,
    )
    await expectNothingLeft()
  })

  test('given up in the middle of the talk: the reason is the signal’s', async () => {
    const abort = new AbortController()
    const promise = dial(() => {}, { signal: abort.signal })
    const rejected = expect(promise).rejects.toBe('enough')
    await host.advance(100)
    abort.abort('enough')
    await rejected
    await expectNothingLeft()
  })

  test('open or not, nothing is left with the signal of its caller', async () => {
    const { signal } = new AbortController()
    for (const answer of [OPEN, 'HTTP/1.1 403 No\r\n\r\n']) {
      await host.runUntil(dial(answering(answer), { signal }).catch(() => {}))
      expect(getEventListeners(signal, 'abort')).toEqual([])
    }
  })

  test('given up while the proxy is dialled: the reason is the signal’s too', async () => {
    const abort = new AbortController()
    const promise = dial(() => {}, { signal: abort.signal })
    abort.abort('enough')
    await expect(promise).rejects.toBe('enough')
    expect(host.pendingTimers).toBe(0)
  })

  test('a proxy out of reach is called that, with the cause kept', async () => {
    const toProxy = memoryDial(() => {
      throw Object.assign(new Error('no'), { code: 'ECONNREFUSED' })
    })
    const error = await failure(dialThrough(PROXY, httpConnect(), toProxy)(TARGET, heard, { host }))
    expect(error).toMatchObject({ code: 'CONNECT_FAILED', retryable: true, cause: { code: 'ECONNREFUSED' } })
    expect(error.message).toMatch(
      /^the HTTP proxy on the way to 192.0.2.1:443 is out of reach: cannot connect to 192.0.2.9:3128: nothing listens/,
    )
  })

  test('a target that cannot be is a wrong option, and the proxy is not bothered', async () => {
    const never = (): void => expect.unreachable('the proxy was dialled')
    await expect(dial(never, {}, { host: 'a b', port: 1 })).rejects.toThrow(UsageError)
    await expect(dial(never, {}, { host: 'a', port: 0 })).rejects.toThrow(UsageError)
  })
})
