/** A datacenter: what its lanes wait for, when they close and open, what they say, what is wiped. */
import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { toHex } from '../../src/bytes.ts'
import type { Crypto } from '../../src/crypto/crypto.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { portableCrypto } from '../../src/crypto/portable.ts'
import { TransportError } from '../../src/errors.ts'
import { helpGetConfig } from '../../src/tl/generated/client/methods.ts'
import { createCodec } from '../../src/transport/codec.ts'
import { Datacenter } from '../../src/transport/datacenter.ts'
import { SecretLab } from '../support/secret-lab.ts'
import { VirtualHost } from '../support/virtual-host.ts'

const CONFIG = { _: 'help.getConfig' } as const

function lax(): SecretLab {
  return new SecretLab({ server: { requireForwardSecrecy: false } })
}

test('while one connection makes the key the others wait, whichever was first, and leave no listener when they stop', async () => {
  for (const first of [0, 1]) {
    const host = new VirtualHost()
    let dialled = 0
    const dc = new Datacenter({
      host,
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
    const calls = [first, 1 - first, 2].map((lane) => dc.invoke(helpGetConfig, CONFIG, { lane, signal }))
    const outcome = Promise.allSettled(calls)
    await host.advance(10_000)
    expect([dialled, getEventListeners(signal, 'abort').length]).toEqual([1, 3])
    dc.close()
    expect(await outcome).toMatchObject(calls.map(() => ({ reason: { code: 'CLIENT_CLOSED' } })))
    expect([dialled, getEventListeners(signal, 'abort').length, host.pendingTimers]).toEqual([1, 0, 0])
  }
})

test('lanes that were used before there was a key share the one that is made', async () => {
  const lab = lax()
  const dc = new Datacenter(lab.options)
  await lab.run(Promise.all([2, 1, 0].map((lane) => dc.invoke(helpGetConfig, CONFIG, { lane }))))
  expect([[...lab.server.keys.all()].length, lab.open]).toEqual([1, 3])
})

test('a lane that is replaced is closed, what waits there fails as told, and the next call opens it anew', async () => {
  const lab = lax()
  const dc = new Datacenter(lab.options)
  await lab.run(lab.login(dc))
  lab.faults.onRequest = () => ({ kind: 'delay', ms: 30_000 })
  const waiting = dc.invoke(helpGetConfig, CONFIG, { lane: 1 })
  const main = dc.invoke(helpGetConfig, CONFIG)
  const error = new TransportError('NO_ANSWER', 'lane 1 stalls')
  const outcome = expect(waiting).rejects.toBe(error)
  await lab.host.advance(1_000)
  expect(lab.open).toBe(2)
  for (const lane of [1, 1, 7]) dc.replaceLane(lane, error)
  await outcome
  await lab.host.advance(1_000)
  expect(lab.open).toBe(1)
  // The main one is only asked for a sign of life.
  dc.replaceLane(0, error)
  expect(await lab.run(main)).toMatchObject({ _: 'config' })
  await lab.run(dc.invoke(helpGetConfig, CONFIG, { lane: 1 }))
  expect([lab.open, lab.dialled]).toEqual([2, 3])
  dc.close()
  await lab.host.advance(1_000)
  expect(lab.open).toBe(0)
})

test('a lane that has been idle for ten seconds is closed, the main connection stays, and the next call opens it again', async () => {
  const lab = lax()
  const dc = new Datacenter(lab.options)
  await lab.run(lab.login(dc))
  const onLane = (): Promise<unknown> => lab.run(dc.invoke(helpGetConfig, CONFIG, { lane: 1 }))
  await onLane()
  await lab.host.advance(9_500)
  expect(lab.open).toBe(2)
  // A call in between begins the wait anew.
  await onLane()
  await lab.host.advance(9_500)
  expect(lab.open).toBe(2)
  await lab.host.advance(1_000)
  expect(lab.open).toBe(1)
  await onLane()
  expect([lab.open, lab.dialled]).toEqual([2, 3])
})

test('closing while a lane is at work leaves no timer behind', async () => {
  const host = new VirtualHost()
  const dc = new Datacenter({
    ...lax().options,
    host,
    authKey: new Uint8Array(256).fill(7),
    dial: () => new Promise(() => {}),
  })
  const outcome = expect(dc.invoke(helpGetConfig, CONFIG, { lane: 1 })).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
  await host.settle()
  dc.close()
  await outcome
  expect(host.pendingTimers).toBe(0)
})

test('a lane stays open for as long as a call waits on it', async () => {
  const lab = lax()
  const dc = new Datacenter(lab.options)
  await lab.run(lab.login(dc))
  lab.faults.onRequest = () => ({ kind: 'delay', ms: 30_000 })
  const slow = dc.invoke(helpGetConfig, CONFIG, { lane: 1 })
  await lab.host.advance(25_000)
  expect(lab.open).toBe(2)
  expect(await lab.run(slow)).toMatchObject({ _: 'config' })
})

test('calls on lanes say that they want no updates, those on the main connection do not', async () => {
  const lab = lax()
  const said: boolean[] = []
  let isWrapped = false
  const dc = new Datacenter({
    ...lab.options,
    init: (query) => (writer) => {
      isWrapped = false
      lab.options.init(query)(writer)
      said.push(isWrapped)
    },
    withoutUpdates: (query) => (writer) => {
      isWrapped = true
      lab.options.withoutUpdates(query)(writer)
    },
  })
  for (const lane of [0, 1, 2]) await lab.run(dc.invoke(helpGetConfig, CONFIG, { lane }))
  expect(said).toEqual([false, true, true])
})

test('when the network says that it is back, every lost connection is tried at once', async () => {
  const lab = lax()
  const dc = new Datacenter(lab.options)
  await lab.run(lab.login(dc))
  const onLanes = (): Promise<unknown> =>
    Promise.all([0, 1, 2].map((lane) => dc.invoke(helpGetConfig, CONFIG, { lane })))
  await lab.run(onLanes())
  const calls = onLanes()
  lab.network(false)
  await lab.host.advance(20_000)
  lab.network(true)
  const from = lab.host.now()
  dc.networkChanged()
  await lab.run(calls)
  expect(lab.host.now() - from).toBeLessThan(200)
})

test('a key is wiped when the server has lost it, and when all is closed; those who store it keep theirs', async () => {
  const seen = new Set<Uint8Array>()
  const crypto: Crypto = {
    ...nativeCrypto,
    sha1: (...parts) => {
      // The hash of a key alone is its id: this one is about to be used.
      if (parts.length === 1 && parts[0]!.length === 256) seen.add(parts[0]!)
      return nativeCrypto.sha1(...parts)
    },
  }
  const lab = new SecretLab({ crypto, server: { requireForwardSecrecy: false } })
  const stored: Uint8Array[] = []
  const dc = new Datacenter({ ...lab.options, onAuthKey: (bytes) => bytes && stored.push(bytes) })
  await lab.run(lab.login(dc))
  const alive = (): Uint8Array[] => [...seen].filter((key) => key.some((byte) => byte !== 0))
  expect(alive().filter((key) => !stored.includes(key)).length).toBe(1)
  lab.server.forgetKeys()
  lab.server.disconnectAll()
  await lab.run(dc.invoke(helpGetConfig, CONFIG))
  expect([alive().filter((key) => !stored.includes(key)).length, stored.length]).toEqual([1, 2])
  dc.close()
  expect(alive().every((key) => stored.includes(key))).toBe(true)
  expect(stored.every((key) => key.some((byte) => byte !== 0))).toBe(true)
  const own = new Uint8Array(256).fill(7)
  new Datacenter({ ...lab.options, authKey: own }).close()
  expect(own.every((byte) => byte === 7)).toBe(true)
})

test('no event and no error tells a key, a salt or a nonce', async () => {
  for (const isSecret of [false, true]) {
    const told: string[] = []
    const secrets = new Set<string>()
    const lab = new SecretLab({ server: { requireForwardSecrecy: isSecret } })
    const note = (bytes: Uint8Array): unknown => secrets.add(toHex(bytes).slice(0, 16))
    lab.faults.exchange = {
      tamper: (_, message) => {
        if ('nonce' in message) note(message.nonce)
        if ('serverNonce' in message) note(message.serverNonce)
        return message
      },
    }
    const tell = (value: unknown): unknown =>
      told.push(
        JSON.stringify(value, (_, one: unknown) => {
          if (one instanceof Uint8Array) return toHex(one)
          if (one instanceof Error) return `${one.stack} ${JSON.stringify(Object.entries(one))}`
          return typeof one === 'bigint' ? `${one} ${BigInt.asUintN(64, one).toString(16)}` : one
        }),
      )
    const options = { ...lab.options, onEvent: tell }
    const dc = isSecret ? lab.secret(60, options) : new Datacenter(options)
    await lab.run(lab.login(dc))
    const noteKeys = (): void => {
      for (const { authKey, salts } of lab.server.keys.all()) {
        note(authKey.bytes)
        const salt = salts.current(Math.floor(lab.host.wallClock() / 1000))
        secrets.add(`${salt}`).add(BigInt.asUintN(64, salt).toString(16))
      }
    }
    noteKeys()
    lab.server.rotateSalts()
    noteKeys()
    await lab.run(lab.me(dc))
    lab.server.forgetSessions()
    await lab.run(lab.me(dc))
    lab.faults.onSeal = (plain) => ({ ...plain, head: { ...plain.head, sessionId: 5n } })
    tell(await lab.run(lab.me(dc).catch((error: unknown) => error)))
    delete lab.faults.onSeal
    lab.server.forgetKeys()
    lab.faults.exchange.refuseParams = true
    tell(await lab.run(lab.me(dc).catch((error: unknown) => error)))
    dc.close()
    const all = told.join('\n')
    expect(told.length).toBeGreaterThan(10)
    expect(all).toMatch(/"salt"/)
    expect(secrets.size).toBeGreaterThan(6)
    expect([...secrets].filter((secret) => all.includes(secret))).toEqual([])
  }
})
