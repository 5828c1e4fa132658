/**
 * Where a datacenter is: its address, its keys, the number it goes by.
 */
import type { ServerKey } from '../crypto/rsa.ts'
import { UsageError } from '../errors.ts'
import type { Address } from '../transport/carrier/carrier.ts'
import type { ConnectOptions } from './options.ts'
import type { Platform, Way } from './platform/platform.ts'

/** One datacenter, ready to be connected to. */
export interface Place {
  readonly id: number
  readonly test: boolean
  readonly address: Address
  readonly keys: readonly ServerKey[]
}

/**
 * The place of datacenter `id`.
 * @param known its address as a server told it
 * @throws UsageError for a datacenter that nobody knows
 */
export function placeOf(id: number, options: ConnectOptions, platform: Platform, way: Way, known?: Address): Place {
  const { dc, test = false } = options
  if (dc === undefined) return { id, test, address: known ?? way.address(id, test), keys: platform.keys(test) }
  const keys = dc.serverKeys.map((key) => (typeof key === 'string' ? platform.parseKey(key) : key))
  const at = id === dc.id ? dc : known
  if (!at) throw new UsageError(`the address of datacenter ${id} is not known`)
  return { id, test: dc.test ?? false, address: { ...dc, ...at }, keys }
}
