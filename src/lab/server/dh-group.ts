/**
 * The Diffie-Hellman group of new authorization keys.
 *
 * Source: https://core.telegram.org/mtproto/auth_key#presenting-proof-of-work-server-authentication
 */
import { PRODUCTION_PRIME } from '../../crypto/production-prime.ts'

/** A safe prime of 2048 bits and a generator of its large subgroup. */
export interface DhGroup {
  readonly prime: bigint
  readonly g: number
}

/** The group that Telegram's servers have used since 2013, which clients know to be safe. */
export const TELEGRAM_GROUP: DhGroup = { g: 3, prime: PRODUCTION_PRIME }
