/** A test DC in virtual time, and datacenters with forward secrecy that talk to it over carriers that can be cut. */
import { initWrapper, withoutUpdates } from '../../src/client/init.ts'
import type { Crypto } from '../../src/crypto/crypto.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { TransportError } from '../../src/errors.ts'
import type { Faults, RequestInfo } from '../../src/lab/server/faults.ts'
import { memoryParts } from '../../src/lab/server/parts-store.ts'
import { TestServer, type TestServerOptions } from '../../src/lab/server/server.ts'
import { World } from '../../src/lab/server/world.ts'
import { authImportBotAuthorization, usersGetUsers } from '../../src/tl/generated/client/methods.ts'
import type { Dial } from '../../src/transport/carrier/carrier.ts'
import { memoryDial } from '../../src/transport/carrier/memory.ts'
import { createCodec } from '../../src/transport/codec.ts'
import type { DatacenterEvent, DatacenterLike, DatacenterOptions } from '../../src/transport/datacenter.ts'
import { Datacenter } from '../../src/transport/datacenter.ts'
import { forwardSecrecy } from '../../src/transport/forward-secrecy.ts'
import { TEST_KEY } from '../lab/server/setup.ts'
import { VirtualHost, type VirtualHostOptions } from './virtual-host.ts'

/** Milliseconds from one end to the other. */
export const DELAY = 20

export interface SecretLabOptions {
  readonly server?: Partial<TestServerOptions>
  readonly host?: VirtualHostOptions
  readonly crypto?: Crypto
}

export class SecretLab {
  readonly host: VirtualHost
  readonly faults: Faults = {}
  readonly requests: (RequestInfo & { readonly at: number })[] = []
  readonly events: DatacenterEvent[] = []
  readonly server: TestServer
  readonly crypto: Crypto
  /** What was given to be stored: keys, and undefined for one that was lost. */
  readonly stored: (Uint8Array | undefined)[] = []
  /** The salt that was given with the last key. */
  salt = 0n
  /** Nobody can be reached. */
  offline = false
  dialled = 0
  /** Called after each delivery to the client. */
  onDelivery: () => void = () => {}
  /** Connections of the client that are open. */
  open = 0
  readonly #dial: Dial

  constructor(options: SecretLabOptions = {}) {
    this.host = new VirtualHost({ seed: 11, ...options.host })
    this.crypto = options.crypto ?? nativeCrypto
    const world = new World({ random: this.host.random, parts: memoryParts() })
    this.server = new TestServer({
      dcId: 2,
      host: this.host,
      crypto: nativeCrypto,
      rsaKeys: [TEST_KEY],
      world,
      faults: this.faults,
      requireForwardSecrecy: true,
      onRequest: (info) => this.requests.push({ ...info, at: this.host.now() }),
      ...options.server,
    })
    world.addDc({ id: 2, host: '127.0.0.1', port: 443 })
    const dial = memoryDial(this.server.accept, { delay: DELAY })
    this.#dial = (address, handlers, dialOptions) => {
      this.dialled++
      if (this.offline) return Promise.reject(new TransportError('CONNECT_FAILED', 'no network'))
      const onClose = (error?: TransportError): void => {
        this.open--
        handlers.onClose(error)
      }
      const onData = (chunk: Uint8Array): void => {
        handlers.onData(chunk)
        this.onDelivery()
      }
      return dial(address, { ...handlers, onData, onClose }, dialOptions).then((carrier) => {
        this.open++
        return carrier
      })
    }
  }

  get options(): DatacenterOptions {
    const { host, crypto } = this
    return {
      host,
      crypto,
      id: 2,
      address: { host: '127.0.0.1', port: 443 },
      dial: this.#dial,
      codec: (options) => createCodec('intermediate', options),
      keys: [TEST_KEY],
      init: initWrapper({ apiId: 1 }),
      withoutUpdates,
      onAuthKey: (bytes, salt) => {
        this.stored.push(bytes?.slice())
        this.salt = salt
      },
      onEvent: (event) => this.events.push(event),
    }
  }

  /** A datacenter with forward secrecy. */
  secret(lifetime?: number, more: Partial<DatacenterOptions> = {}): DatacenterLike {
    return forwardSecrecy({ lifetime })({ ...this.options, ...more })
  }

  /** A datacenter without. */
  plain(): DatacenterLike {
    return new Datacenter(this.options)
  }

  run<T>(promise: Promise<T>): Promise<T> {
    return this.host.runUntil(promise)
  }

  login(dc: DatacenterLike): Promise<unknown> {
    const request = { _: 'auth.importBotAuthorization', flags: 0, apiId: 1, apiHash: 'x' } as const
    return dc.invoke(authImportBotAuthorization, { ...request, botAuthToken: '1000:secret' })
  }

  me(dc: DatacenterLike, signal?: AbortSignal): Promise<unknown> {
    return dc.invoke(usersGetUsers, { _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] }, { signal })
  }

  /** A datacenter that is logged in. */
  async ready(lifetime?: number): Promise<DatacenterLike> {
    const dc = this.secret(lifetime)
    await this.run(this.login(dc))
    return dc
  }

  /** Requests of a method. */
  named(method: string): SecretLab['requests'] {
    return this.requests.filter(({ request }) => request._ === method)
  }

  /** Keys that the server knows. */
  keys(): { permanent: bigint[]; temporary: bigint[] } {
    const all = [...this.server.keys.all()]
    return {
      permanent: all.filter(({ expiresAt }) => expiresAt === undefined).map(({ id }) => id),
      temporary: all.filter(({ expiresAt }) => expiresAt !== undefined).map(({ id }) => id),
    }
  }

  /** Nobody can be reached from now on, or everybody again. */
  network(isThere: boolean): void {
    this.offline = !isThere
    if (!isThere) this.server.disconnectAll()
  }
}
