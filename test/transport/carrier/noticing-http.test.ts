/** Web servers are noticed by their first bytes, in any split; streams of packets pass untouched. */
import { beforeEach, describe, expect, test } from 'vitest'
import type { Carrier } from '../../../src/transport/carrier/carrier.ts'
import { memoryDial } from '../../../src/transport/carrier/memory.ts'
import { noticingHttp } from '../../../src/transport/carrier/noticing-http.ts'
import { VirtualHost } from '../../support/virtual-host.ts'
import { Recorder, utf8 } from './recorder.ts'

const ADDRESS = { host: '192.0.2.1', port: 80 }
let host: VirtualHost
let server: Carrier
let atServer: Recorder

beforeEach(() => {
  host = new VirtualHost()
})

async function dial(heard: Recorder, size: number): Promise<Carrier> {
  const split = function* (chunk: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < chunk.length; at += size) yield chunk.subarray(at, at + size)
  }
  const memory = memoryDial(
    (carrier) => {
      server = carrier
      atServer = new Recorder()
      return atServer
    },
    { split },
  )
  return host.runUntil(noticingHttp(memory)(ADDRESS, heard, { host }))
}

describe.each([1, 4, 1000])('in pieces of %d bytes', (size) => {
  test('an answer of HTTP ends the connection with an error that says so, once', async () => {
    const heard = new Recorder()
    await dial(heard, size)
    server.write([utf8('HTTP/1.1 400 Bad Request\r\n\r\n')])
    server.write([utf8('<html>')])
    await host.advance(10)
    // It is our side that ended it.
    expect(atServer.closes).toBe(1)
    expect(atServer.closeError).toMatchObject({ code: 'CONNECTION_CLOSED' })
    expect(heard.text).toBe('')
    expect(heard.closes).toBe(1)
    expect(heard.closeError).toMatchObject({
      code: 'FRAMING',
      message: '192.0.2.1:80 speaks HTTP, not MTProto; check host, port and transport',
    })
    expect(host.pendingTimers).toBe(0)
  })

  test.each([
    ['SSH', Uint8Array.from(utf8('SSH-2.0-OpenSSH_9.6\r\n'))],
    ['TLS', Uint8Array.of(0x15, 3, 1, 0, 2, 2, 70)],
    ['TLS', Uint8Array.of(0x15, 3, 3, 0, 2, 2, 10)],
  ])('so does one of %s', async (protocol, bytes) => {
    const heard = new Recorder()
    await dial(heard, size)
    server.write([bytes])
    await host.advance(10)
    expect(heard).toMatchObject({ text: '', closes: 1 })
    expect(heard.closeError?.message).toBe(
      `192.0.2.1:80 speaks ${protocol}, not MTProto; check host, port and transport`,
    )
  })

  test.each([
    'H',
    'HTTP/2.0 200',
    'HTTP/1',
    'HTTQ',
    '\xef\xee',
    'xHTTP/1.1 200',
    'SSH-3.0-x',
    '\x15\x03\x01\0\x02\x01',
  ])('bytes that only resemble it pass: %j', async (text) => {
    const heard = new Recorder()
    await dial(heard, size)
    server.write([utf8(text)])
    server.write([utf8('--more')])
    await host.advance(10)
    expect(heard.text).toBe(`${text}--more`)
    expect(heard.closes).toBe(0)
  })

  test('HTTP later in the stream is somebody’s data', async () => {
    const heard = new Recorder()
    await dial(heard, size)
    server.write([utf8('a')])
    server.write([utf8('HTTP/1.1 400')])
    await host.advance(10)
    expect(heard.text).toBe('aHTTP/1.1 400')
  })
})

test('a proxy that speaks something else is called by its name', async () => {
  const heard = new Recorder()
  const memory = memoryDial((carrier) => {
    server = carrier
    return new Recorder()
  })
  await host.runUntil(noticingHttp(memory, 'the proxy at x:1')(ADDRESS, heard, { host }))
  server.write([utf8('HTTP/1.1 400 Bad Request')])
  await host.advance(10)
  expect(heard.closeError?.message).toBe('the proxy at x:1 speaks HTTP, not MTProto; check its host and port')
})

test('the few bytes that were held back are told before the end', async () => {
  const heard = new Recorder()
  await dial(heard, 1)
  server.write([utf8('HTTP')])
  server.close()
  await host.advance(10)
  expect(heard.text).toBe('HTTP')
  expect(heard.closeError).toMatchObject({ code: 'CONNECTION_CLOSED' })
})

test('the carrier works, and its own end has no error', async () => {
  const heard = new Recorder()
  const carrier = await dial(heard, 1)
  carrier.write([utf8('up')])
  await host.advance(10)
  expect(atServer.text).toBe('up')
  expect(heard.drains).toBe(1)
  carrier.close()
  await host.advance(10)
  expect({ closes: heard.closes, error: heard.closeError }).toEqual({ closes: 1, error: undefined })
})
