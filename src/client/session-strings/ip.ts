/**
 * IP addresses as bytes and as text.
 *
 * Source: RFC 4291, section 2.2; RFC 5952, section 4 (the shortest form of an IPv6 address)
 */

/** The bytes of an address: 4 or 16; undefined for a name. */
export function ipBytes(host: string): Uint8Array | undefined {
  const four = host.split('.')
  if (four.length === 4 && four.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) {
    return Uint8Array.from(four, Number)
  }
  const [head, tail, more] = host.split('::')
  if (more !== undefined || !host.includes(':')) return undefined
  const left = head ? head.split(':') : []
  const right = tail ? tail.split(':') : []
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length
  if (zeros < 0 || (tail !== undefined && zeros === 0)) return undefined
  const groups = [...left, ...new Array<string>(zeros).fill('0'), ...right]
  if (groups.length !== 8 || !groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return undefined
  const numbers = groups.map((group) => Number.parseInt(group, 16))
  return Uint8Array.from(numbers.flatMap((number) => [number >> 8, number & 255]))
}

/** The text of an address of 4 or 16 bytes; of IPv6 in its shortest form. */
export function ipText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16))
  const text = groups.join(':')
  // The longest run of zeros, the first of several, gives way to two colons; a single zero stays.
  const runs = [...text.matchAll(/\b0(?::0\b)+/g)].sort((a, b) => b[0].length - a[0].length || a.index - b.index)
  const [run] = runs
  if (!run) return text
  const before = text.slice(0, run.index).replace(/:$/, '')
  const after = text.slice(run.index + run[0].length).replace(/^:/, '')
  return `${before}::${after}`
}
