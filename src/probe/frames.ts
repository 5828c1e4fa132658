/**
 * Frames of sound without a header: MP3, and AAC as ADTS has it. Sources: ISO/IEC 11172-3, 13818-3, 13818-7.
 */

/** Each byte as the character of its number. */
export function latin1(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes.subarray(0, 4096)) text += String.fromCharCode(byte)
  return text
}

/** Four characters as a number, the most significant first. */
export function int32(text: string, at: number): number {
  let value = 0
  for (let i = 0; i < 4; i++) value = value * 256 + (text.charCodeAt(at + i) || 0)
  return value
}

/** kbit/s of MPEG-1 and MPEG-2 layer III, by their number. ISO/IEC 11172-3, 13818-3 */
const RATES_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
const RATES_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
const SAMPLE_RATES = [44_100, 48_000, 32_000]

/** Length in bytes of the frame of an MP3 or of AAC (ADTS) at `at`, and which of them it is. */
function frameAt(
  text: string,
  at: number,
): { readonly type: string; readonly length: number; readonly rate?: number } | undefined {
  const bits = int32(text, at)
  if (bits >>> 20 !== 0xfff && bits >>> 21 !== 0x7ff) return undefined
  const layer = (bits >>> 17) & 3
  if (layer === 0 && bits >>> 20 === 0xfff) {
    const length = ((bits & 3) << 11) | ((int32(text, at + 2) >>> 5) & 0x7ff)
    // 13 sampling rates are defined.
    return ((bits >>> 10) & 15) < 13 && length > 7 ? { type: 'audio/aac', length } : undefined
  }
  const version = (bits >>> 19) & 3
  const rate = (bits >>> 12) & 15
  const sampling = SAMPLE_RATES[(bits >>> 10) & 3]
  if (layer !== 1 || version === 1 || rate === 0 || rate === 15 || !sampling) return undefined
  const first = version === 3
  const kbits = (first ? RATES_1 : RATES_2)[rate]!
  const hertz = sampling / (first ? 1 : version === 2 ? 2 : 4)
  const length = Math.floor(((first ? 144 : 72) * kbits * 1000) / hertz) + ((bits >>> 9) & 1)
  return { type: 'audio/mpeg', length, rate: kbits }
}

/** Sound without any header: one frame, and another where it ends. */
export function frameType(text: string): string | undefined {
  const one = frameAt(text, 0)
  const next = one && frameAt(text, one.length)
  return one && one.type === next?.type ? one.type : undefined
}

/** Where the first frame says how many there are: names that programs have for it. */
const COUNTED = /Xing|Info|VBRI/
/** So many frames are looked at. */
const FRAMES = 8

/**
 * Whether an MP3 that begins so tells its duration: by a count of its frames, or because all have one rate, as far as they
 * are seen. Of any other, the length says little.
 */
export function tellsDuration(text: string): boolean {
  const first = frameAt(text, 0)
  if (!first || COUNTED.test(text.slice(0, first.length))) return true
  let at = first.length
  for (let i = 0; i < FRAMES; i++) {
    const next = frameAt(text, at)
    if (!next) break
    if (next.rate !== first.rate) return false
    at += next.length
  }
  return true
}
