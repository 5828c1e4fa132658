/**
 * Recordings in WAV, which are not compressed: how long they are, and how loud.
 *
 * For the waveform not all is read of a long one: of each hundredth the beginning.
 * Source: Multimedia Programming Interface and Data Specifications 1.0, "Waveform Audio File Format".
 */
import { view } from '../bytes.ts'
import { latin1 } from './frames.ts'
import { HEARD_PER_VALUE, PARTS_AT_MOST, WAVEFORM_VALUES } from './limits.ts'
import type { Peek } from './peek.ts'
import { drawWaveform } from './waveform.ts'

/** The form of the samples, and where they are. */
export interface Wav {
  readonly duration: number
  /** Samples as numbers of 16 bits; `undefined` for those of a compressed form. */
  readonly sample: ((fields: DataView, at: number) => number) | undefined
  /** Bytes of the samples of all channels at one time. */
  readonly frame: number
  /** Bytes of one sample. */
  readonly width: number
  readonly start: number
  readonly length: number
}

const PCM = 1
const FLOAT = 3
/** What stands for a length that is not known, or somewhat less. */
const UNKNOWN_LENGTH = 0xffff_0000
/** The real form stands further on. */
const EXTENSIBLE = 0xfffe

/** Reads the header; `undefined` if there is no sound behind it, or none that can be made out. */
export async function readWav(peek: Peek): Promise<Wav | undefined> {
  let form: { tag: number; hertz: number; rate: number; frame: number; bits: number } | undefined
  for (let part = 0, at = 12; part < PARTS_AT_MOST; part++) {
    const head = await peek.read(at, 8)
    if (head.length < 8) return undefined
    const type = latin1(head.subarray(0, 4))
    const length = view(head).getUint32(4, true)
    at += 8
    if (type === 'fmt ') {
      const bytes = await peek.read(at, Math.min(length, 40))
      if (bytes.length < 16) return undefined
      const fields = view(bytes)
      const tag = fields.getUint16(0, true)
      form = {
        tag: tag === EXTENSIBLE && bytes.length >= 26 ? fields.getUint16(24, true) : tag,
        hertz: fields.getUint32(4, true),
        rate: fields.getUint32(8, true),
        frame: fields.getUint16(12, true),
        bits: fields.getUint16(14, true),
      }
    } else if (type === 'data' && form) {
      // Whoever writes to a pipe does not know the length: it reaches to the end then, if that is known.
      if (peek.size === undefined && (length === 0 || length >= UNKNOWN_LENGTH)) return undefined
      const there = (peek.size ?? at + length) - at
      const known = length === 0 ? there : Math.min(length, there)
      const { tag, rate, frame, bits, hertz } = form
      const isPlain = (tag === PCM || tag === FLOAT) && frame > 0 && frame % Math.ceil(bits / 8) === 0
      const duration = isPlain ? known / frame / hertz : known / rate
      const sample = isPlain ? READERS[`${tag}/${bits}`] : undefined
      return { duration, sample, frame, width: bits / 8, start: at, length: known }
    }
    at += length + (length & 1)
  }
  return undefined
}

/** By form and bits of a sample. */
const READERS: Readonly<Record<string, (fields: DataView, at: number) => number>> = {
  [`${PCM}/8`]: (fields, at) => (fields.getUint8(at) - 128) * 256,
  [`${PCM}/16`]: (fields, at) => fields.getInt16(at, true),
  [`${PCM}/24`]: (fields, at) => fields.getInt16(at + 1, true),
  [`${PCM}/32`]: (fields, at) => fields.getInt16(at + 2, true),
  [`${FLOAT}/32`]: (fields, at) => Math.max(-1, Math.min(1, fields.getFloat32(at, true))) * 32_767 || 0,
}

/** The waveform of a recording; `undefined` if it cannot be heard. */
export async function wavWaveform(peek: Peek, wav: Wav): Promise<number[] | undefined> {
  const { sample, frame, width, start, length } = wav
  const frames = Math.floor(length / frame)
  if (!sample || frames === 0) return undefined
  const peaks: number[] = []
  for (let i = 0; i < WAVEFORM_VALUES; i++) {
    const from = Math.floor((i * frames) / WAVEFORM_VALUES)
    const to = Math.max(from + 1, Math.floor(((i + 1) * frames) / WAVEFORM_VALUES))
    const bytes = await peek.read(start + from * frame, Math.min((to - from) * frame, HEARD_PER_VALUE))
    const fields = view(bytes)
    let peak = 0
    for (let at = 0; at + width <= bytes.length; at += width) peak = Math.max(peak, Math.abs(sample(fields, at)))
    peaks.push(peak)
  }
  return drawWaveform(peaks)
}
