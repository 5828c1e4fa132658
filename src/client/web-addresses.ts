/**
 * Where Telegram's datacenters are for WebSockets.
 *
 * Source: https://core.telegram.org/mtproto/transports#uri-format
 */
import { UsageError } from '../errors.ts'
import type { Address } from '../transport/carrier/carrier.ts'

const NAMES = ['pluto', 'venus', 'aurora', 'vesta', 'flora']

/**
 * Address of a datacenter: WebSocket with TLS.
 * @param id 1 to 5, of the test ones 1 to 3
 * @throws UsageError if there is no such datacenter
 */
export function webSocketAddress(id: number, test: boolean): Address {
  const name = NAMES[id - 1]
  if (!name || (test && id > 3)) throw noSuchDatacenter(id, test)
  return { host: `${name}.web.telegram.org`, port: 443, path: test ? '/apiws_test' : '/apiws', secure: true }
}

/** Telegram has 5 datacenters, and 3 for tests. */
export function noSuchDatacenter(id: number, test: boolean): UsageError {
  return new UsageError(`Telegram has no ${test ? 'test ' : ''}datacenter ${id}`)
}
