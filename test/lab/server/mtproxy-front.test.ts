/** The MTProxy without sockets: its limits in time and in memory. */
import { expect, test } from 'vitest'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import { Front } from '../../../src/lab/server/mtproxy/front.ts'
import type { MtproxyEvent } from '../../../src/lab/server/mtproxy/house.ts'
import { Seen } from '../../../src/lab/server/mtproxy/seen.ts'
import { memoryDial } from '../../../src/transport/carrier/memory.ts'
import { createObfuscated } from '../../../src/transport/framing/index.ts'
import { VirtualHost } from '../../support/virtual-host.ts'
import { Recorder } from '../../transport/carrier/recorder.ts'

const SECRET = new Uint8Array(16).fill(1)

test.each([
  ['says nothing', 0],
  ['stops in the middle of its header', 63],
])('a client that %s is dropped after 10 seconds', async (_name, length) => {
  const host = new VirtualHost()
  const events: MtproxyEvent[] = []
  const front = new Front({
    secrets: [SECRET],
    maxSkew: 600,
    host,
    crypto: nativeCrypto,
    dcs: new Map(),
    onEvent: (event) => events.push(event),
  })
  const heard = new Recorder()
  const dial = memoryDial((carrier) => front.accept(carrier, 'a client'))
  const carrier = await host.runUntil(dial({ host: 'proxy', port: 1 }, heard, { host }))
  const { random } = host
  const header = createObfuscated('padded', { random, crypto: nativeCrypto, dc: 2, secret: SECRET }).start()
  carrier.write([header.subarray(0, length)])
  await host.advance(9_999)
  expect([heard.closes, events]).toEqual([0, []])
  await host.advance(2)
  expect(heard.closes).toBe(1)
  const reason = 'it did not show in time that it knows a secret'
  expect(events).toEqual([{ type: 'refused', remote: 'a client', reason }])
  expect(host.pendingTimers).toBe(0)
})

test('one that was let in is not dropped, however long it says nothing', async () => {
  const host = new VirtualHost()
  const atDc = new Recorder()
  const target = { address: { host: 'dc', port: 1 }, dial: memoryDial(() => atDc) }
  const front = new Front({ secrets: [SECRET], maxSkew: 600, host, crypto: nativeCrypto, dcs: new Map([[2, target]]) })
  const heard = new Recorder()
  const dial = memoryDial((carrier) => front.accept(carrier, 'a client'))
  const carrier = await host.runUntil(dial({ host: 'proxy', port: 1 }, heard, { host }))
  const { random } = host
  carrier.write([createObfuscated('padded', { random, crypto: nativeCrypto, dc: 2, secret: SECRET }).start()])
  await host.advance(3_600_000)
  // The header of the proxy's own.
  expect([heard.closes, atDc.received, atDc.closes]).toEqual([0, 64, 0])
  expect(host.pendingTimers).toBe(0)
  front.close()
  await host.advance(1)
  expect([heard.closes, atDc.closes]).toEqual([1, 1])
})

test('what was seen is remembered a hundred thousand times over, the oldest forgotten first', () => {
  const seen = new Seen()
  const name = (n: number): Uint8Array => Uint8Array.of(n >> 16, n >> 8, n)
  for (let n = 0; n < 100_000; n++) expect(seen.add(name(n))).toBe(true)
  expect(seen.add(name(0))).toBe(false)
  expect(seen.add(name(100_000))).toBe(true)
  expect([seen.add(name(1)), seen.add(name(0))]).toEqual([false, true])
})
