/**
 * Amounts in a form that people read, and texts that fit on a line.
 */

/** Bytes: powers of 1000, three digits. */
export function bytesText(bytes: number): string {
  if (bytes === 1) return '1 byte'
  if (bytes < 1000) return `${bytes} bytes`
  let value = bytes / 1000
  for (const unit of ['kB', 'MB']) {
    if (value < 999.5) return `${value.toFixed(value < 99.95 ? 1 : 0)} ${unit}`
    value /= 1000
  }
  return `${value.toFixed(value < 99.95 ? 1 : 0)} GB`
}

/** Seconds, rounded up: `45 s`, `2 min 5 s`, `1 h 20 min`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** Milliseconds of something that took no longer than one waits for: `34 ms`, `2.5 s`. */
export function timeText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : durationText(ms / 1000)
}

/** Without whatever a terminal would obey: control characters, line ends, marks that turn the direction of writing. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')
}
