/**
 * Where Telegram's datacenters are for TCP: what a client must know before a server has told it more.
 *
 * Five production and three test datacenters, each by IPv4 and by IPv6. The addresses are those of https://my.telegram.org
 * ("Available MTProto servers") and the ones that Telegram Desktop and TDLib have built in.
 */
import type { Address } from '../transport/carrier/carrier.ts'
import { noSuchDatacenter } from './web-addresses.ts'

const IPV4 = ['149.154.175.50', '149.154.167.51', '149.154.175.100', '149.154.167.91', '149.154.171.5']
const IPV4_TEST = ['149.154.175.10', '149.154.167.40', '149.154.175.117']
/** Networks of the datacenters: DC 3, for example, is 2001:b28:f23d:f003::a, and its test server ::e. */
const IPV6 = ['b28:f23d', '67c:4e8', 'b28:f23d', '67c:4e8', 'b28:f23f']

/**
 * An address of one of Telegram's datacenters.
 * @param id 1 to 5, of the test ones 1 to 3
 * @param ipv6 the IPv6 address instead of the IPv4 one
 * @throws UsageError if there is no such datacenter
 */
export function telegramAddress(id: number, test: boolean, ipv6 = false): Address {
  const host = (test ? IPV4_TEST : IPV4)[id - 1]
  if (!host) throw noSuchDatacenter(id, test)
  return { host: ipv6 ? `2001:${IPV6[id - 1]}:f00${id}::${test ? 'e' : 'a'}` : host, port: 443 }
}
