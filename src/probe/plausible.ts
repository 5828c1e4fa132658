/**
 * What may be true of what a file says of itself: anything else is left out. A width without a height says nothing, and a
 * duration of 0 s is that of a file that does not know its own.
 */
import { MAX_INT } from './limits.ts'
import type { Facts } from './types.ts'

/** The facts that can be; absent rather than `undefined`. */
export function plausible(facts: Facts): Facts {
  const { width, height, duration, frames, title, performer, waveform, ...others } = facts
  const known = {
    ...others,
    ...(isCount(width) && isCount(height) && { width, height }),
    ...(duration !== undefined && duration > 0 && duration <= MAX_INT && { duration }),
    ...(isCount(frames) && { frames }),
    title: text(title),
    performer: text(performer),
    waveform: waveform?.length ? waveform : undefined,
  }
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined))
}

function isCount(value: number | undefined): boolean {
  return Number.isInteger(value) && value! > 0 && value! <= MAX_INT
}

/** Without what only fills the field up. */
function text(value: string | undefined): string | undefined {
  return value?.replace(/\0.*$/s, '').trim() || undefined
}
