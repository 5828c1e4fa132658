/** A datacenter: what its lanes wait for. */
import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { portableCrypto } from '../../src/crypto/portable.ts'
import { helpGetConfig } from '../../src/tl/generated/client/methods.ts'
import { createCodec } from '../../src/transport/codec.ts'
import { Datacenter } from '../../src/transport/datacenter.ts'
import { VirtualHost } from '../support/virtual-host.ts'

test('a lane of a fresh datacenter makes no key of its own, and leaves no listener when it stops waiting for one', async () => {
  let dialled = 0
  const dc = new Datacenter({
    host: new VirtualHost(),
    crypto: portableCrypto,
    id: 2,
    address: { host: '127.0.0.1', port: 1 },
    dial: () => {
      dialled++
      return new Promise(() => {})
    },
    codec: (options) => createCodec('intermediate', options),
    keys: [],
    init: (query) => query,
    withoutUpdates: (query) => query,
  })
  const { signal } = new AbortController()
  const call = dc.invoke(helpGetConfig, { _: 'help.getConfig' }, { lane: 1, signal })
  const outcome = expect(call).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
  await Promise.resolve()
  expect([dialled, getEventListeners(signal, 'abort').length]).toEqual([0, 1])
  dc.close()
  await outcome
  expect([dialled, getEventListeners(signal, 'abort').length]).toEqual([0, 0])
})
