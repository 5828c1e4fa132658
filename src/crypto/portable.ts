/**
 * Everything in plain JavaScript, at once and alike on every platform: what simulations and comparisons use.
 */
import type { Crypto } from './crypto.ts'
import { gunzipWith } from './gzip.ts'
import { inflate } from './inflate.ts'
import { primitives } from './primitives.ts'

/** The primitives in plain JavaScript. */
export const portableCrypto: Crypto<Uint8Array> = {
  ...primitives,
  gunzip: (data, limit) => gunzipWith(data, limit, inflate),
}
