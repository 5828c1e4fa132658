import { describe, expect, test } from 'vitest'
import { fromBigInt, fromHex } from '../../../src/bytes.ts'
import { checkDhGroup } from '../../../src/crypto/dh.ts'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import { TELEGRAM_GROUP } from '../../../src/lab/server/dh-group.ts'
import type { Faults } from '../../../src/lab/server/faults.ts'
import { randomPq } from '../../../src/lab/server/proof-of-work.ts'
import { helpGetConfig } from '../../../src/tl/generated/client/methods.ts'
import type { ClientMessage } from '../../../src/tl/generated/mtproto/types.ts'
import { KeyExchange } from '../../../src/transport/exchange/exchange.ts'
import { unwrapPlain, wrapPlain } from '../../../src/transport/exchange/plain.ts'
import { transportErrorOf } from '../../../src/transport/framing/index.ts'
import { encode, initialised } from '../../support/raw-client.ts'
import { VirtualHost } from '../../support/virtual-host.ts'
import { setUp, TEST_KEY } from './setup.ts'

const now = (setup: ReturnType<typeof setUp>): number => Math.floor(setup.host.wallClock() / 1000)

describe('a key exchange that keeps to the protocol', () => {
  for (const padding of ['rsa-pad', 'sha1'] as const) {
    for (const inner of [
      'p_q_inner_data',
      'p_q_inner_data_dc',
      'p_q_inner_data_temp',
      'p_q_inner_data_temp_dc',
    ] as const) {
      test(`with ${inner} and ${padding}`, async () => {
        const setup = setUp()
        const client = await setup.client()
        const { authKey, salt, serverTime } = await setup.exchange(client, { padding, inner })
        const [record] = [...setup.server.keys.all()]
        expect(record?.authKey.bytes).toEqual(authKey)
        expect(record?.salts.current(now(setup))).toBe(salt)
        expect(serverTime).toBe(now(setup))
        expect(record?.expiresAt).toBe(inner.includes('temp') ? now(setup) + 3600 : undefined)
      })
    }
  }

  test('with req_pq, the first form of req_pq_multi', async () => {
    const setup = setUp()
    await setup.exchange(await setup.client(), { old: true })
    expect(setup.server.keys.size).toBe(1)
  })

  test('with random bytes behind every plain message', async () => {
    const setup = setUp()
    await setup.exchange(await setup.client(), { trailing: 32 })
    expect(setup.server.keys.size).toBe(1)
  })

  for (const dc of [2, -2, 10_002, -10_002]) {
    test(`with dc ${dc} for DC 2: itself, its media twin, and both on a test DC`, async () => {
      const setup = setUp()
      await setup.exchange(await setup.client(), { dc })
      expect(setup.server.keys.size).toBe(1)
    })
  }

  test('with the client of this project', async () => {
    const setup = setUp()
    const client = await setup.client()
    const exchange = new KeyExchange({
      crypto: nativeCrypto,
      random: setup.host.random,
      keys: [TEST_KEY],
      dc: 2,
    })
    let body = exchange.start()
    for (;;) {
      client.sendPacket(wrapPlain(client.ids.next(setup.host.wallClock()), body))
      const step = exchange.receive(unwrapPlain(await setup.run(client.nextPacket())).body)
      if ('done' in step) {
        expect([...setup.server.keys.all()][0]?.authKey.bytes).toEqual(step.done.authKey)
        break
      }
      body = step.send
    }
  })

  test('several times over one connection, with encrypted messages in between', async () => {
    const setup = setUp()
    const client = await setup.client()
    await setup.exchange(client)
    const config = () => setup.run(client.call(helpGetConfig, { _: 'help.getConfig' }, (query) => initialised(query)))
    expect((await config()).thisDc).toBe(2)
    await setup.exchange(client)
    client.newSession()
    expect((await config()).thisDc).toBe(2)
    expect(setup.server.keys.size).toBe(2)
  })

  test('and ends in a key shorter than 256 bytes: zeros fill it on the left on both sides', async () => {
    const setup = setUp()
    const client = await setup.client()
    const { authKey } = await setup.exchange(client, { shortKey: true })
    expect([authKey[0], authKey.length]).toEqual([0, 256])
    const config = await setup.run(client.call(helpGetConfig, { _: 'help.getConfig' }, (query) => initialised(query)))
    expect(config.thisDc).toBe(2)
  })

  test('for a temporary key, which is gone when its time is over', async () => {
    const setup = setUp()
    const client = await setup.client()
    await setup.exchange(client, { inner: 'p_q_inner_data_temp_dc', expiresIn: 60 })
    await setup.host.advance(61_000)
    client.send(encode({ _: 'ping', pingId: 1n }))
    expect((await setup.run(client.untilClosed())).map(transportErrorOf)).toEqual([-404])
  })
})

describe('a request that is repeated byte for byte gets the same answer', () => {
  test('set_client_DH_params', async () => {
    const setup = setUp()
    const client = await setup.client()
    const sent: Uint8Array[] = []
    const original = client.sendPacket.bind(client)
    client.sendPacket = (packet) => {
      sent.push(packet.slice())
      original(packet)
    }
    await setup.exchange(client)
    for (const packet of sent.slice(1)) {
      original(packet)
      expect((await setup.run(client.nextPlain()))._).toMatch(/server_DH_params_ok|dh_gen_ok/)
    }
    expect(setup.server.keys.size).toBe(1)
  })
})

describe('a server told to', () => {
  const faulty = (exchange: Faults['exchange']): ReturnType<typeof setUp> => setUp({ faults: { exchange: exchange! } })

  test('ask for another key does so, and takes the one after with the hash of the failed one', async () => {
    const setup = faulty({ retries: 3 })
    expect((await setup.exchange(await setup.client())).retries).toBe(3)
    expect(setup.server.keys.size).toBe(1)
  })

  test('fail answers dh_gen_fail with its hash', async () => {
    const setup = faulty({ fail: true })
    await expect(setup.exchange(await setup.client())).rejects.toThrow('dh_gen_fail')
    expect(setup.server.keys.size).toBe(0)
  })

  test('refuse the parameters answers server_DH_params_fail with its hash', async () => {
    const setup = faulty({ refuseParams: true })
    await expect(setup.exchange(await setup.client())).rejects.toThrow('server_DH_params_fail')
  })

  test('change a message does so at each step', async () => {
    const steps: string[] = []
    const setup = faulty({
      tamper: (step, message) => {
        steps.push(step)
        return step === 'resPQ' && message._ === 'resPQ' ? { ...message, nonce: new Uint8Array(16) } : message
      },
    })
    const client = await setup.client()
    await expect(setup.exchange(client)).rejects.toThrow('another nonce')
    expect(steps).toEqual(['resPQ'])
  })
})

describe('a client that breaks the protocol gets -404 and nothing more', () => {
  const wrong = new Uint8Array(16).fill(1)
  const change =
    (name: ClientMessage['_'], fields: Record<string, unknown>) =>
    (message: ClientMessage): ClientMessage =>
      message._ === name ? { ...message, ...fields } : message

  const cases: Record<string, Parameters<ReturnType<typeof setUp>['exchange']>[1]> = {
    'another nonce in req_DH_params': { tamper: change('req_DH_params', { nonce: wrong }) },
    'another server nonce in req_DH_params': { tamper: change('req_DH_params', { serverNonce: wrong }) },
    'another factor': { tamper: change('req_DH_params', { p: fromHex('03') }) },
    'a fingerprint not offered': { tamper: change('req_DH_params', { publicKeyFingerprint: 1n }) },
    'data not encrypted to the key': {
      tamper: change('req_DH_params', { encryptedData: new Uint8Array(256).fill(7) }),
    },
    'data of another length': { tamper: change('req_DH_params', { encryptedData: new Uint8Array(255) }) },
    'another nonce inside': { tamper: change('p_q_inner_data_dc', { nonce: wrong }) },
    'another server nonce inside': { tamper: change('p_q_inner_data_dc', { serverNonce: wrong }) },
    'another pq inside': { tamper: change('p_q_inner_data_dc', { pq: fromHex('0f') }) },
    'another DC': { dc: 3 },
    'another test DC': { dc: 10_003 },
    'a temporary key without a life': { inner: 'p_q_inner_data_temp_dc', expiresIn: 0 },
    'a temporary key for ever': { inner: 'p_q_inner_data_temp_dc', expiresIn: 8 * 24 * 3600 },
    'another nonce in set_client_DH_params': { tamper: change('set_client_DH_params', { nonce: wrong }) },
    'another nonce in client_DH_inner_data': { tamper: change('client_DH_inner_data', { nonce: wrong }) },
    'another retry_id': { tamper: change('client_DH_inner_data', { retryId: 5n }) },
    'data not encrypted under the nonces': {
      tamper: change('set_client_DH_params', { encryptedData: new Uint8Array(336) }),
    },
    'no data': { tamper: change('set_client_DH_params', { encryptedData: new Uint8Array(0) }) },
    'data that is no whole block': { tamper: change('set_client_DH_params', { encryptedData: new Uint8Array(30) }) },
    'two blocks of padding': { clientPadding: 28 },
    'a step of another kind': {
      tamper: (message) => (message._ === 'req_DH_params' ? { ...message, _: 'set_client_DH_params' } : message),
    },
  }
  for (const [name, options] of Object.entries(cases)) {
    test(name, async () => {
      const setup = setUp()
      const client = await setup.client()
      await expect(setup.exchange(client, options)).rejects.toThrow()
      expect(setup.server.keys.size).toBe(0)
      await setup.host.advance(2_000)
      expect(client.closed).toBe(true)
    })
  }

  test('a message that is none', async () => {
    const setup = setUp()
    const client = await setup.client()
    client.sendPacket(wrapPlain(client.ids.next(setup.host.wallClock()), new Uint8Array(8).fill(9)))
    expect((await setup.run(client.untilClosed())).map(transportErrorOf)).toEqual([-404])
  })

  for (const gB of [1n, TELEGRAM_GROUP.prime - 1n, (1n << 1984n) - 1n, TELEGRAM_GROUP.prime - (1n << 1984n) + 1n]) {
    test(`a g_b too near the ends of the group is answered dh_gen_fail (${gB.toString(16).length} digits)`, async () => {
      const setup = setUp()
      const client = await setup.client()
      const tamper = change('client_DH_inner_data', { gB: fromBigInt(gB, 256) })
      // The hash covers the key that the server computed, which is not the client's.
      await expect(setup.exchange(client, { tamper })).rejects.toThrow(/dh_gen_fail|hash 3 is wrong/)
      expect(setup.server.keys.size).toBe(0)
    })
  }
})

test('the group is one that clients find safe', () => {
  const { prime, g } = TELEGRAM_GROUP
  expect(() => checkDhGroup(nativeCrypto, new VirtualHost().random, prime, g)).not.toThrow()
})

test('pq is the product of two different primes of 31 bits, the smaller first', () => {
  const { random } = new VirtualHost({ seed: 3 })
  for (let i = 0; i < 20; i++) {
    const [p, q] = randomPq(nativeCrypto, random)
    expect(p).toBeLessThan(q)
    for (const prime of [p, q]) {
      expect(prime.toString(2)).toHaveLength(31)
      expect(nativeCrypto.isProbablePrime(prime, 20, random)).toBe(true)
    }
  }
})
