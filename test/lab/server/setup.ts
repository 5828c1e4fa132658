/**
 * A test DC in memory and raw clients for it, on a virtual clock.
 */
import { readFileSync } from 'node:fs'
import { fromHex, toBigInt } from '../../../src/bytes.ts'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import { fingerprint } from '../../../src/crypto/rsa.ts'
import type { RsaKey } from '../../../src/lab/server/dc.ts'
import { memoryParts } from '../../../src/lab/server/parts-store.ts'
import { TestServer, type TestServerOptions } from '../../../src/lab/server/server.ts'
import { World } from '../../../src/lab/server/world.ts'
import type { AuthAuthorization } from '../../../src/tl/generated/api-types.ts'
import { authImportBotAuthorization } from '../../../src/tl/generated/client/methods.ts'
import { memoryDial } from '../../../src/transport/carrier/memory.ts'
import { createFraming, type PacketCodec } from '../../../src/transport/framing/index.ts'
import { initialised, RawClient, useKey } from '../../support/raw-client.ts'
import { type RawExchangeOptions, type RawExchangeResult, rawExchange } from '../../support/raw-exchange.ts'
import { VirtualHost } from '../../support/virtual-host.ts'

/** The RSA key of the vectors: one for all tests, so that none has to be made. */
export const TEST_KEY: RsaKey = (() => {
  const { n, e, d } = JSON.parse(readFileSync(new URL('../../vectors/rsa.json', import.meta.url), 'utf8')) as {
    n: string
    e: number
    d: string
  }
  const modulus = toBigInt(fromHex(n))
  const exponent = BigInt(e)
  return {
    n: modulus,
    e: exponent,
    d: toBigInt(fromHex(d)),
    fingerprint: fingerprint(nativeCrypto, modulus, exponent),
  }
})()

export const BOT_TOKEN = '1000:secret'

export interface Setup {
  readonly host: VirtualHost
  readonly world: World
  readonly server: TestServer
  /** A connected client without a key. */
  client(codec?: () => PacketCodec): Promise<RawClient>
  /** A connected client with a key that was agreed on beforehand: no exchange takes place. */
  keyed(codec?: () => PacketCodec): Promise<RawClient>
  /** A client with a key that has made its first call and is logged in as a bot. */
  bot(layer?: number): Promise<RawClient>
  exchange(client: RawClient, options?: Partial<RawExchangeOptions>): Promise<RawExchangeResult>
  /** Lets virtual time pass until a promise settles. */
  run<T>(promise: Promise<T>): Promise<T>
}

export function setUp(options: Partial<TestServerOptions> = {}): Setup {
  const host = new VirtualHost({ seed: 7 })
  const world = options.world ?? new World({ random: host.random, parts: memoryParts() })
  const server = new TestServer({ dcId: 2, host, crypto: nativeCrypto, rsaKeys: [TEST_KEY], world, ...options })
  world.addDc({ id: server.dcId, host: '127.0.0.1', port: 443 })
  const run = <T>(promise: Promise<T>): Promise<T> => host.runUntil(promise)
  const intermediate = (): PacketCodec => createFraming('intermediate', host.random)
  const setup: Setup = {
    host,
    world,
    server,
    run,
    client: (codec = intermediate) =>
      run(
        new RawClient({
          host,
          crypto: nativeCrypto,
          dial: memoryDial(server.accept),
          address: { host: 'dc', port: 443 },
          codec,
        }).connect(),
      ),
    keyed: async (codec) => {
      const client = await setup.client(codec)
      const bytes = host.random(new Uint8Array(256))
      server.keys.add(bytes, 77n, Math.floor(host.wallClock() / 1000))
      useKey(client, bytes, 77n)
      return client
    },
    bot: async (layer) => {
      const client = await setup.keyed()
      await run(login(client, layer))
      return client
    },
    exchange: (client, exchange = {}) => run(rawExchange(client, { key: TEST_KEY, ...exchange })),
  }
  return setup
}

/** First call and login in one. */
export function login(client: RawClient, layer = 223, token = BOT_TOKEN): Promise<AuthAuthorization> {
  return client.call(
    authImportBotAuthorization,
    { _: 'auth.importBotAuthorization', flags: 0, apiId: 1, apiHash: 'hash', botAuthToken: token },
    (query) => initialised(query, layer),
  )
}
