/**
 * Animated stickers: Lottie, packed by gzip.
 *
 * Source: https://core.telegram.org/stickers/animated (formerly https://core.telegram.org/stickers#animated-stickers);
 * Lottie's own names are ip and op for the first and last frame, fr for frames a second.
 */
import { gunzipWith } from '../crypto/gzip.ts'
import { inflate } from '../crypto/inflate.ts'
import { LOTTIE_AT_MOST } from './limits.ts'
import type { Facts } from './types.ts'

/** The type of animated stickers. */
const TGS = 'application/x-tgsticker'

/** What a gzip file tells if it is an animated sticker; `undefined` if it is none. */
export function readTgs(bytes: Uint8Array): Facts | undefined {
  let lottie: Readonly<Record<string, unknown>>
  try {
    lottie = JSON.parse(new TextDecoder().decode(gunzipWith(bytes, LOTTIE_AT_MOST, inflate))) as typeof lottie
  } catch {
    // Something else in gzip.
    return undefined
  }
  if (lottie === null || typeof lottie !== 'object' || !Array.isArray(lottie.layers) || !('fr' in lottie))
    return undefined
  const frames = Number(lottie.op) - Number(lottie.ip)
  return {
    mimeType: TGS,
    width: Number(lottie.w),
    height: Number(lottie.h),
    duration: frames / Number(lottie.fr),
    animated: true,
    frames,
    hasSound: false,
  }
}
