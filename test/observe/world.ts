/** A test DC and a client in virtual time, and everything that the client tells. */
import type { Crypto } from '../../src/crypto/crypto.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { type ConnectOptions, UploadClient } from '../../src/index.ts'
import type { Faults } from '../../src/lab/server/faults.ts'
import { memoryParts } from '../../src/lab/server/parts-store.ts'
import { TestServer } from '../../src/lab/server/server.ts'
import { World } from '../../src/lab/server/world.ts'
import type { ClientEvent, EventType } from '../../src/observe/index.ts'
import type { Dial } from '../../src/transport/carrier/carrier.ts'
import { memoryDial } from '../../src/transport/carrier/memory.ts'
import { TEST_KEY } from '../lab/server/setup.ts'
import { VirtualHost } from '../support/virtual-host.ts'

/** Milliseconds that bytes take, each way. */
export const DELAY = 50

export class WatchedWorld {
  readonly host: VirtualHost
  readonly faults: Faults = {}
  readonly events: ClientEvent[] = []
  /** Bytes that went over all connections. */
  sent = 0
  received = 0
  readonly #dial: Dial

  constructor(seed = 1) {
    this.host = new VirtualHost({ seed })
    const { host, faults } = this
    const world = new World({ random: host.random, parts: memoryParts() })
    const server = new TestServer({ dcId: 2, host, crypto: nativeCrypto, rsaKeys: [TEST_KEY], world, faults })
    world.addDc({ id: 2, host: '127.0.0.1', port: 443 })
    const inner = memoryDial(server.accept, { delay: DELAY })
    this.#dial = async (address, handlers, options) => {
      const onData = (chunk: Uint8Array): void => {
        this.received += chunk.length
        handlers.onData(chunk)
      }
      const carrier = await inner(address, { ...handlers, onData }, options)
      return {
        get buffered() {
          return carrier.buffered
        },
        write: (chunks) => {
          for (const { length } of chunks) this.sent += length
          carrier.write(chunks)
        },
        close: () => carrier.close(),
      }
    }
  }

  connect(more: Partial<ConnectOptions> = {}): Promise<UploadClient> {
    return this.host.runUntil(UploadClient.connect({ ...this.options(), ...more }))
  }

  /** What a client is connected with. */
  options(): ConnectOptions & { readonly host: VirtualHost; readonly crypto: Crypto } {
    const { host } = this
    return {
      apiId: 1,
      apiHash: 'hash',
      botToken: '1:token',
      dc: { id: 2, host: '127.0.0.1', port: 443, serverKeys: [TEST_KEY] },
      host,
      crypto: nativeCrypto,
      dial: this.#dial,
      onEvent: (event) => this.events.push(event),
    }
  }

  /** The events of one type. */
  of<Type extends EventType>(type: Type): Extract<ClientEvent, { readonly type: Type }>[] {
    return this.events.filter((event): event is Extract<ClientEvent, { readonly type: Type }> => event.type === type)
  }
}
