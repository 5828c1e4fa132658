/**
 * Dials through fake TLS: the carrier it opens travels inside of TLS records.
 */
import { TransportError } from '../../errors.ts'
import type { Address, Carrier, CarrierHandlers, Dial } from '../carrier/carrier.ts'
import { FakeTls, type FakeTlsOptions } from './fake-tls.ts'
import { type ProxyProtocol, proxyName } from './handshake.ts'
import { dialThrough } from './through.ts'
import { type RecordStream, recordStream } from './tls-records.ts'

/** What stays the same from connection to connection. */
export type FakeTlsSecret = Pick<FakeTlsOptions, 'key' | 'domain' | 'crypto'>

/**
 * A {@link Dial} that goes to a proxy and speaks fake TLS with it.
 * @param name what errors call the proxy
 * @param dial how the proxy is reached
 */
export function fakeTlsDial(proxy: Address, name: string, secret: FakeTlsSecret, dial: Dial): Dial {
  return async (target, handlers, options) => {
    const { host } = options
    const protocol: ProxyProtocol = {
      name,
      handshake: (_target, refuse) =>
        new FakeTls({ ...secret, random: host.random, wallClock: () => host.wallClock(), refuse }),
    }
    const link = new TlsLink(handlers, proxyName(protocol, proxy))
    return link.around(await dialThrough(proxy, protocol, dial)(target, link, options))
  }
}

/** The records between the carrier to the proxy and its owner. */
class TlsLink implements CarrierHandlers {
  readonly #handlers: CarrierHandlers
  readonly #where: string
  readonly #records: RecordStream = recordStream('client')
  #inner: Carrier | undefined
  /** By its owner. */
  #closing = false
  #closed = false

  constructor(handlers: CarrierHandlers, where: string) {
    this.#handlers = handlers
    this.#where = where
  }

  around(inner: Carrier): Carrier {
    this.#inner = inner
    return {
      get buffered() {
        return inner.buffered
      },
      write: (chunks) => {
        if (!this.#closed) inner.write(this.#records.seal(chunks))
      },
      close: () => {
        this.#closing = true
        inner.close()
      },
    }
  }

  onData(chunk: Uint8Array): void {
    if (this.#closed) return
    for (const data of this.#open(chunk)) {
      // Whoever hears of one piece may close before the next.
      if (!this.#closing) this.#handlers.onData(data)
    }
  }

  onDrain(): void {
    if (!this.#closed) this.#handlers.onDrain?.()
  }

  onClose(error?: TransportError): void {
    if (this.#closed) return
    this.#closed = true
    this.#handlers.onClose(error)
  }

  /** What a chunk holds; nothing, and the end of the connection, where it breaks the rules of TLS. */
  #open(chunk: Uint8Array): Uint8Array[] {
    try {
      return this.#records.open(chunk)
    } catch (cause) {
      if (!(cause instanceof TransportError)) throw cause
      this.onClose(new TransportError(cause.code, `${this.#where} broke its TLS: ${cause.message}`, { cause }))
      this.#inner?.close()
      return []
    }
  }
}
