/**
 * What the program adds to an error of a connection: the proxy that the way leads through, which the connection itself
 * does not know of, and what to do next where a connection simply ended.
 */
import { parseProxy } from '../client/proxy-link.ts'
import { TransportError } from '../errors.ts'
import { formatAddress } from '../transport/carrier/carrier.ts'

/** Errors of a connection that stood, as far as it could tell; those of dialling name the proxy themselves. */
const STOOD: readonly string[] = ['CONNECTION_CLOSED', 'FRAMING', 'NO_ANSWER', 'SERVER_TRANSPORT_ERROR']

/** A proxy as errors call it, without its secrets: `the SOCKS5 proxy at 10.0.0.1:1080`. @throws UsageError for one that cannot be */
export function labelOf(proxy: string): string {
  const parsed = parseProxy(proxy)
  const kind = parsed.type === 'mtproxy' ? 'MTProto' : parsed.protocol.name
  return `the ${kind} proxy at ${formatAddress(parsed.address)}`
}

/**
 * The error with what it lacks.
 * @param isLoggedIn whether the server is known to speak MTProto
 */
export function explainWay(error: unknown, proxy: string | undefined, isLoggedIn: boolean): unknown {
  if (!(error instanceof TransportError) || !STOOD.includes(error.code)) return error
  const { code, message, retryable, status, cause } = error
  const advice = code === 'CONNECTION_CLOSED' && !message.includes('; ') ? adviceFor(isLoggedIn) : ''
  const way = proxy && !message.includes(proxy) ? `; the way leads through ${proxy}, which may be the cause itself` : ''
  if (advice === '' && way === '') return error
  return new TransportError(code, message + advice + way, {
    retryable,
    cause: cause ?? error,
    ...(status !== undefined && { status }),
  })
}

function adviceFor(isLoggedIn: boolean): string {
  return isLoggedIn ? '; try again later' : '; check host, port and transport, or try again later'
}
