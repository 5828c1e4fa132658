/**
 * Finds a datacenter by asking another one, for runtimes that keep no book of addresses.
 *
 * Source: https://core.telegram.org/method/help.getConfig
 */
import { helpGetConfig } from '#methods'
import type { Address } from '../transport/carrier/carrier.ts'
import type { Informant } from './way.ts'

/**
 * The addresses of datacenter `id` as `dc` tells them, for the account's own calls: the first, and the rest as its `others`.
 * @returns undefined if it knows none
 * @throws RpcError, TransportError
 */
export async function locate(id: number, dc: Informant): Promise<Address | undefined> {
  const { dcOptions } = await dc.invoke(helpGetConfig, { _: 'help.getConfig' })
  const found = dcOptions
    .filter((one) => one.id === id && !(one.cdn || one.mediaOnly || one.tcpoOnly || one.secret))
    // IPv4 first, as in the built-in list; who prefers IPv6 says so to the dial.
    .sort((a, b) => Number(a.ipv6 ?? false) - Number(b.ipv6 ?? false))
    .map(({ ipAddress: host, port }): Address => ({ host, port }))
  const [first, ...others] = found
  return first && { ...first, others }
}
