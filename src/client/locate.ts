/**
 * Finds a datacenter by asking another one.
 *
 * Source: https://core.telegram.org/method/help.getConfig
 */
import { helpGetConfig } from '#methods'
import type { Address } from '../transport/carrier/carrier.ts'
import type { Datacenter } from '../transport/datacenter.ts'

/**
 * The address of datacenter `id` as `dc` tells it: IPv4, for the account's own calls.
 * @returns undefined if it knows none
 * @throws RpcError, TransportError
 */
export async function locate(
  id: number,
  dc: Datacenter,
  signal: AbortSignal | undefined,
): Promise<Address | undefined> {
  const { dcOptions } = await dc.invoke(helpGetConfig, { _: 'help.getConfig' }, { signal })
  const found = dcOptions.find((one) => one.id === id && !(one.ipv6 || one.cdn || one.mediaOnly || one.tcpoOnly))
  return found && { host: found.ipAddress, port: found.port }
}
