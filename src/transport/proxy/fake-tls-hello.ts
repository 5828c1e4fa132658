/**
 * The forged ClientHello of an MTProxy connection.
 */
import { UsageError } from '../../errors.ts'

/** Longest domain that leaves room for the rest of a hello of 517 bytes. */
const MAX_DOMAIN = 182

/** @throws UsageError for what is no domain, or one too long */
export function checkDomain(domain: string): void {
  if (domain.length > MAX_DOMAIN || !/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i.test(domain)) {
    throw new UsageError(
      `the MTProxy secret ends in no domain: letters, digits, "-" and ".", at most ${MAX_DOMAIN} characters`,
    )
  }
}
