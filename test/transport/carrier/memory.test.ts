import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import type { Carrier } from '../../../src/transport/carrier/carrier.ts'
import { memoryDial, memoryPair } from '../../../src/transport/carrier/memory.ts'
import { VirtualHost } from '../../support/virtual-host.ts'
import { Recorder, utf8 } from './recorder.ts'

const address = { host: 'dc', port: 443 }

test('what one end writes the other receives, later, in order, in memory of its own', async () => {
  const host = new VirtualHost()
  const [left, right] = [new Recorder(), new Recorder()]
  const [a, b] = memoryPair(host, left, right)
  const chunk = utf8('hello ')
  a.write([chunk, utf8('world')])
  b.write([utf8('back')])
  expect([left.received, right.received, a.buffered]).toEqual([0, 0, 11])
  await host.advance(0)
  expect([left.text, right.text, a.buffered]).toEqual(['back', 'hello world', 0])
  expect(left.drains).toBeGreaterThan(0)
  expect(right.chunks[0]!.buffer).not.toBe(chunk.buffer)
})

property.prop([fc.uint8Array({ maxLength: 100 }), fc.integer({ min: 1, max: 10 })])(
  'any split delivers all bytes in order',
  async (bytes, size) => {
    const host = new VirtualHost()
    const heard = new Recorder()
    function* split(chunk: Uint8Array): Generator<Uint8Array> {
      for (let at = 0; at < chunk.length; at += size) yield chunk.subarray(at, at + size)
    }
    const [a] = memoryPair(host, new Recorder(), heard, { split })
    a.write([bytes.slice(0, 50), bytes.slice(50)])
    await host.advance(0)
    expect([...heard.bytes]).toEqual([...bytes])
    for (const chunk of heard.chunks) expect(chunk.length).toBeLessThanOrEqual(size)
  },
)

test('closing: what was written before arrives, then both ends hear of it once', async () => {
  const host = new VirtualHost()
  const [left, right] = [new Recorder(), new Recorder()]
  const [a, b] = memoryPair(host, left, right)
  a.write([utf8('last words')])
  a.close()
  a.close()
  a.write([utf8('too late')])
  b.write([utf8('unheard')])
  await host.advance(0)
  b.close()
  await host.advance(0)
  expect(right.text).toBe('last words')
  expect([left.closes, left.closeError, left.received]).toEqual([1, undefined, 0])
  expect([right.closes, right.closeError?.code]).toEqual([1, 'CONNECTION_CLOSED'])
  expect(host.pendingTimers).toBe(0)
})

test('a carrier closed by its own handler hears no more', async () => {
  const host = new VirtualHost()
  const heard = new Recorder()
  const [a, b]: [Carrier, Carrier] = memoryPair(host, new Recorder(), {
    onData: (chunk) => {
      heard.onData(chunk)
      b.close()
    },
    onClose: () => heard.onClose(),
  })
  a.write([utf8('one'), utf8('two')])
  await host.advance(0)
  expect(heard.text).toBe('one')
})

test('a dial within the process connects to whoever accepts, at the delay given', async () => {
  const host = new VirtualHost()
  const [client, server] = [new Recorder(), new Recorder()]
  let end: Carrier | undefined
  let asked: unknown
  const dial = memoryDial(
    (carrier, to) => {
      end = carrier
      asked = to
      return server
    },
    { delay: 50 },
  )
  const carrier = await host.runUntil(dial(address, client, { host }))
  expect([host.now(), asked]).toEqual([50, address])
  carrier.write([utf8('up')])
  end!.write([utf8('down')])
  await host.advance(49)
  expect([server.text, client.text]).toEqual(['', ''])
  await host.advance(1)
  expect([server.text, client.text]).toEqual(['up', 'down'])
  end!.close()
  await host.advance(50)
  expect(client.closeError!.message).toContain('the connection to dc:443 is closed')
})

test('a server may refuse, be too late, or be given up', async () => {
  const host = new VirtualHost()
  const refusing = memoryDial(() => {
    throw new Error('no room')
  })
  await expect(host.runUntil(refusing(address, new Recorder(), { host }))).rejects.toMatchObject({
    code: 'CONNECT_FAILED',
    message: 'cannot connect to dc:443: no room',
  })
  const slow = memoryDial(() => new Recorder(), { delay: 20_000 })
  await expect(host.runUntil(slow(address, new Recorder(), { host }))).rejects.toMatchObject({
    code: 'CONNECT_TIMEOUT',
  })
  const abort = new AbortController()
  const dialling = slow(address, new Recorder(), { host, signal: abort.signal })
  abort.abort()
  await expect(dialling).rejects.toBe(abort.signal.reason)
  expect(host.pendingTimers).toBe(0)
})
