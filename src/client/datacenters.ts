/**
 * Where Telegram's datacenters are and which keys they have: what a client must know before a server has told it more.
 *
 * Five production and three test datacenters, each by IPv4, by IPv6, and for browsers by name over WebSocket with TLS.
 * The numeric addresses are those of https://my.telegram.org ("Available MTProto servers") and the ones that Telegram
 * Desktop and TDLib have built in; the names are those of https://core.telegram.org/mtproto/transports#uri-format.
 */
import type { ServerKey } from '../crypto/rsa.ts'
import { UsageError } from '../errors.ts'
import type { Address } from '../transport/carrier/carrier.ts'
import { PRODUCTION_KEY, TEST_KEY } from './server-keys.ts'

const PORT = 443
const IPV4 = ['149.154.175.50', '149.154.167.51', '149.154.175.100', '149.154.167.91', '149.154.171.5']
const IPV4_TEST = ['149.154.175.10', '149.154.167.40', '149.154.175.117']
/** Networks of the datacenters: DC 3, for example, is 2001:b28:f23d:f003::a, and its test server ::e. */
const IPV6 = ['b28:f23d', '67c:4e8', 'b28:f23d', '67c:4e8', 'b28:f23f']
const NAMES = ['pluto', 'venus', 'aurora', 'vesta', 'flora']

/** Which of a datacenter's addresses is wanted. */
export interface TelegramAddressOptions {
  /** The test datacenters. */
  readonly test?: boolean
  /** The name for a WebSocket; wins over `ipv6`. */
  readonly webSocket?: boolean
  /** IPv6 instead of IPv4. */
  readonly ipv6?: boolean
}

/**
 * An address of one of Telegram's datacenters.
 * @param id 1 to 5, of the test datacenters 1 to 3
 * @throws UsageError when there is no such datacenter
 */
export function telegramAddress(id: number, { test, webSocket, ipv6 }: TelegramAddressOptions = {}): Address {
  const list = test ? IPV4_TEST : IPV4
  const host = list[id - 1]
  if (!host)
    throw new UsageError(`Telegram's ${test ? 'test ' : ''}datacenters are 1 to ${list.length}; there is no ${id}`)
  if (webSocket) {
    const name = `${NAMES[id - 1]}.web.telegram.org`
    return { host: name, port: PORT, path: test ? '/apiws_test' : '/apiws', secure: true }
  }
  return { host: ipv6 ? `2001:${IPV6[id - 1]}:f00${id}::${test ? 'e' : 'a'}` : host, port: PORT }
}

/** The public keys of Telegram's datacenters. */
export function telegramKeys(test: boolean): readonly ServerKey[] {
  return [test ? TEST_KEY : PRODUCTION_KEY]
}
