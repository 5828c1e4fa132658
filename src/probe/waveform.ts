/**
 * How loud a recording is over its length, as it is drawn on a voice message: 100 values from 0 to 31.
 *
 * Each value is the highest peak of a hundredth of the recording, beside 1.8 times the mean of them all, so that a few loud
 * moments do not flatten the rest; what is louder than that is cut, and a recording that is all but silent stays flat. The
 * numbers are those that make it look as in Telegram's own apps.
 * The form: https://core.telegram.org/constructor/documentAttributeAudio
 */
import { WAVEFORM_TOP, WAVEFORM_VALUES } from './limits.ts'

/** Peaks kept while it is not known how long the recording is; pairs are joined when there are more. */
const BLOCKS = 4096
/** Of the mean peak: what the top of the drawing stands for, and its least, in 16-bit samples. */
const TOP_OF_MEAN = 1.8
const LEAST_TOP = 2500

/** Hears samples of a recording of unknown length. */
export interface Listener {
  /** Samples of all channels, from -32768 to 32767. */
  hear(samples: ArrayLike<number>): void
  /** The waveform; `undefined` if nothing was heard. */
  finish(): number[] | undefined
}

/** A listener that needs the same memory however long the recording is. */
export function createListener(): Listener {
  const peaks = new Float64Array(BLOCKS)
  let count = 0
  let perBlock = 1
  let peak = 0
  let inBlock = 0
  const close = (): void => {
    peaks[count++] = peak
    peak = 0
    inBlock = 0
    if (count < BLOCKS) return
    for (let i = 0; i < BLOCKS / 2; i++) peaks[i] = Math.max(peaks[2 * i]!, peaks[2 * i + 1]!)
    count = BLOCKS / 2
    perBlock *= 2
  }
  return {
    hear(samples) {
      for (let i = 0; i < samples.length; i++) {
        const loud = Math.abs(samples[i]!)
        if (loud > peak) peak = loud
        if (++inBlock === perBlock) close()
      }
    },
    finish() {
      if (inBlock > 0) close()
      return count > 0 ? drawWaveform(hundredths(peaks.subarray(0, count))) : undefined
    },
  }
}

/** The highest of each hundredth. */
function hundredths(peaks: Float64Array): number[] {
  return Array.from({ length: WAVEFORM_VALUES }, (_, i) => {
    const from = Math.floor((i * peaks.length) / WAVEFORM_VALUES)
    const to = Math.max(from + 1, Math.floor(((i + 1) * peaks.length) / WAVEFORM_VALUES))
    return peaks.subarray(from, to).reduce((most, one) => Math.max(most, one), 0)
  })
}

/** Peaks of 16-bit samples as values from 0 to 31. */
export function drawWaveform(peaks: readonly number[]): number[] {
  const mean = peaks.reduce((sum, one) => sum + one, 0) / peaks.length
  const top = Math.max(LEAST_TOP, TOP_OF_MEAN * mean)
  return peaks.map((one) => Math.floor((WAVEFORM_TOP * Math.min(one, top)) / top))
}
