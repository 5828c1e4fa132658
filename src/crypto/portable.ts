/**
 * Everything in plain JavaScript, at once and alike on every platform: what simulations and comparisons use.
 */
import type { Crypto, WithMd5 } from './crypto.ts'
import { gunzipWith } from './gzip.ts'
import { inflate } from './inflate.ts'
import { md5 } from './md5.ts'
import { primitives } from './primitives.ts'

/** The primitives in plain JavaScript. */
export const portableCrypto: Crypto<Uint8Array> & WithMd5 = {
  ...primitives,
  md5,
  gunzip: (data, limit) => gunzipWith(data, limit, inflate),
}
