/**
 * Where Telegram's datacenters are for TCP: what a client must know before a server has told it more.
 *
 * Five production and three test datacenters, each by IPv4 and by IPv6. The addresses are those of https://my.telegram.org
 * ("Available MTProto servers") and the ones that Telegram Desktop and TDLib have built in, as are the ports.
 */
import type { Address } from '../transport/carrier/carrier.ts'
import { noSuchDatacenter } from './web-addresses.ts'

const IPV4 = ['149.154.175.50', '149.154.167.51', '149.154.175.100', '149.154.167.91', '149.154.171.5']
const IPV4_TEST = ['149.154.175.10', '149.154.167.40', '149.154.175.117']
/** Networks of the datacenters: DC 3, for example, is 2001:b28:f23d:f003::a, and its test server ::e. */
const IPV6 = ['b28:f23d', '67c:4e8', 'b28:f23d', '67c:4e8', 'b28:f23f']

/** The ports that listen at each address, the usual one first. */
const PORTS = [443, 80, 5222]

/**
 * The addresses of one of Telegram's datacenters, the usual one first and the rest as its `others`.
 * @param id 1 to 5, of the test ones 1 to 3
 * @throws UsageError if there is no such datacenter
 */
export function telegramAddress(id: number, test: boolean): Address {
  const ipv4 = (test ? IPV4_TEST : IPV4)[id - 1]
  if (!ipv4) throw noSuchDatacenter(id, test)
  const ipv6 = `2001:${IPV6[id - 1]}:f00${id}::${test ? 'e' : 'a'}`
  const [first, ...others] = PORTS.flatMap((port) => [ipv4, ipv6].map((host): Address => ({ host, port })))
  return { ...first!, others }
}

/** The port that HTTP without TLS is sent to: what stands on the way expects it there. */
const HTTP_PORT = 80

/**
 * The addresses of one of Telegram's datacenters for HTTP.
 * @throws UsageError if there is no such datacenter
 */
export function httpAddress(id: number, test: boolean): Address {
  const { others = [], ...usual } = telegramAddress(id, test)
  const path = test ? '/api_test' : '/api'
  const [first, ...rest] = [usual, ...others].filter(({ port }) => port === HTTP_PORT).map((one) => ({ ...one, path }))
  return { ...first!, others: rest }
}
