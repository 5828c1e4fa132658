/**
 * How long to wait before something that failed is tried again: twice as long each time, spread by chance, so that many
 * clients that failed together do not come back together.
 */
import type { RandomSource } from '../host.ts'
import { FIRST_BACKOFF, LONGEST_BACKOFF } from './limits.ts'

/** Milliseconds to wait after the n-th failure (from 1 on): 500, 1000, 2000 … 8000, each give or take a quarter. */
export function backoff(failures: number, random: RandomSource): number {
  const spread = 0.75 + random(new Uint8Array(1))[0]! / 510
  return Math.round(Math.min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** (failures - 1)) * spread)
}
