/**
 * How a key exchange ends when the server breaks one of its rules.
 */
import { SecurityError } from '../errors.ts'

/**
 * Ends the exchange.
 * @param why what was wrong, behind a colon; a `hint`, so that bundles leave it out
 * @throws SecurityError EXCHANGE_REFUSED, always
 */
export function refuse(why: string | undefined): never {
  throw new SecurityError('EXCHANGE_REFUSED', `the key exchange was refused${why ?? ''}`)
}
