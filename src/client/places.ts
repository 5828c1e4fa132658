/**
 * Where a datacenter is: its address, its keys, the number it goes by.
 */
import type { ServerKey } from '../crypto/rsa.ts'
import { UsageError } from '../errors.ts'
import type { Address } from '../transport/carrier/carrier.ts'
import { telegramAddress, telegramKeys } from './datacenters.ts'
import type { ConnectOptions } from './options.ts'
import type { Platform } from './platform/platform.ts'

/** One datacenter, ready to be connected to. */
export interface Place {
  readonly id: number
  readonly test: boolean
  readonly address: Address
  readonly keys: readonly ServerKey[]
}

/**
 * The place of datacenter `id`.
 * @param known its address as a server told it, for custom datacenters other than the one in the options
 * @throws UsageError for a datacenter that nobody knows
 */
export function placeOf(
  id: number,
  options: ConnectOptions,
  platform: Platform,
  known?: { host: string; port: number },
): Place {
  const { dc } = options
  if (dc) {
    const keys = dc.serverKeys.map((key) => (typeof key === 'string' ? parseKey(platform, key) : key))
    if (keys.length === 0) throw new UsageError('a custom datacenter needs at least one public key in `serverKeys`')
    if (id !== dc.id && !known)
      throw new UsageError(`the account lives in datacenter ${id}, and nobody told its address`)
    const { host, port } = id === dc.id || !known ? dc : known
    const address: Address = {
      host,
      port,
      ...(dc.path !== undefined && { path: dc.path }),
      ...(dc.secure && { secure: true }),
    }
    return { id, test: dc.test ?? false, address, keys }
  }
  const test = options.test ?? false
  const webSocket = (options.transport ?? platform.transport) === 'ws'
  return { id, test, address: telegramAddress(id, { test, webSocket }), keys: telegramKeys(test) }
}

function parseKey({ parseKey }: Platform, pem: string): ServerKey {
  if (parseKey) return parseKey(pem)
  throw new UsageError(
    "keys in PEM are not read here; give what parsePublicKey of 'mtproto-upload/crypto' makes of them",
  )
}
