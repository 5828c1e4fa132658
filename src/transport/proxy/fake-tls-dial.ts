/**
 * Dials through fake TLS: the carrier it opens travels inside of TLS records.
 */
import type { Crypto } from '../../crypto/crypto.ts'
import { TransportError } from '../../errors.ts'
import type { Dial } from '../carrier/carrier.ts'

/** What the forged handshake is made of. */
export interface FakeTlsOptions {
  /** The 16 bytes of the secret. */
  readonly key: Uint8Array
  /** What the handshake pretends to go to. */
  readonly domain: string
  readonly crypto: Pick<Crypto, 'sha256'>
}

/** A {@link Dial} that opens `dial`'s carrier and speaks fake TLS over it. */
export function fakeTlsDial(_options: FakeTlsOptions, _dial: Dial): Dial {
  return () => Promise.reject(new TransportError('CONNECT_FAILED', 'fake TLS is not spoken yet', { retryable: false }))
}
