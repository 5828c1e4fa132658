/**
 * The target as proxies want it named: an IPv4 or IPv6 address as bytes, or a name in ASCII.
 *
 * The platform's URL parser does the reading, so a name cannot smuggle in what is none: spaces, line ends, further fields.
 * Source: https://url.spec.whatwg.org/#host-parsing
 */
import { view } from '../../bytes.ts'
import { UsageError } from '../../errors.ts'

/** A host that has been read. */
export type Host =
  | { readonly kind: 'ipv4' | 'ipv6'; readonly text: string; readonly bytes: Uint8Array }
  | { readonly kind: 'name'; readonly text: string }

/**
 * Reads a host. Names in other scripts get their ASCII form.
 * @throws UsageError for what is neither address nor name
 */
export function readHost(host: string): Host {
  const isIpv6 = host.includes(':')
  let text: string
  try {
    // What a URL would take for the end of the host, and the line ends that its parser leaves out.
    if (/[\s@/\\?#]/.test(host)) throw new TypeError('not a host')
    text = new URL(`http://${isIpv6 ? `[${host}]` : host}`).hostname
  } catch {
    throw new UsageError(`"${host}" is neither an IP address nor a host name`)
  }
  if (isIpv6) return { kind: 'ipv6', text, bytes: ipv6Bytes(text.slice(1, -1)) }
  if (/^\d+(?:\.\d+){3}$/.test(text)) return { kind: 'ipv4', text, bytes: Uint8Array.from(text.split('.'), Number) }
  return { kind: 'name', text }
}

/** Bytes of an IPv6 address as the URL parser writes it: groups of hex digits, at most one `::`. */
function ipv6Bytes(text: string): Uint8Array {
  const [head = [], tail = []] = text.split('::').map((half) => half.split(':').filter(Boolean))
  const out = new Uint8Array(16)
  const words = view(out)
  for (const [i, group] of head.entries()) words.setUint16(2 * i, Number.parseInt(group, 16))
  for (const [i, group] of tail.entries()) words.setUint16(16 - 2 * (tail.length - i), Number.parseInt(group, 16))
  return out
}
