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

  test.each(['H', 'HTTP/2.0 200', 'HTTP/1', 'HTTQ', '\xef\xee', 'xHTTP/1.1 200'])(
    'bytes that only resemble it pass: %j',
    async (text) => {
      const heard = new Recorder()
      await dial(heard, size)
      server.write([utf8(text)])
      server.write([utf8('--more')])
      await host.advance(10)
      expect(heard.text).toBe(`${text}--more`)
      expect(heard.closes).toBe(0)
    },
  )

  test('HTTP later in the stream is somebody’s data', async () => {
    const heard = new Recorder()
    await dial(heard, size)
    server.write([utf8('a')])
    server.write([utf8('HTTP/1.1 400')])
    await host.advance(10)
    expect(heard.text).toBe('aHTTP/1.1 400')
  })
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
