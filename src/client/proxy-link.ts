/**
 * Proxies as people write them down: URLs (`socks5://user:password@host:port`, `http://host:port`), Telegram's links
 * (`tg://proxy`, `tg://socks`, `https://t.me/proxy`, `https://t.me/socks`), and objects.
 *
 * Passwords and secrets never get into an error, and so no link is shown in one.
 * Source: https://core.telegram.org/api/links#mtproxy-links, https://core.telegram.org/api/links#socks5-proxy-links
 */
import { fromBase64 } from '../base64.ts'
import { fromHex } from '../bytes.ts'
import { UsageError } from '../errors.ts'
import type { Address } from '../transport/carrier/carrier.ts'
import { httpConnect, type ProxyProtocol, parseSecret, socks5 } from '../transport/proxy/index.ts'
import type { ProxyOptions } from './options.ts'

/** A proxy, ready to be gone through. */
export type ParsedProxy =
  | { readonly type: 'tunnel'; readonly address: Address; readonly protocol: ProxyProtocol }
  | { readonly type: 'mtproxy'; readonly address: Address; readonly secret: Uint8Array }

/** Ports of proxies where none is told: https://www.rfc-editor.org/rfc/rfc1928#section-3, and that of HTTP. */
const SOCKS_PORT = 1080
const HTTP_PORT = 80

const KINDS =
  'socks5://user:password@host:port, http://user:password@host:port, a tg://proxy, tg://socks, https://t.me/proxy or https://t.me/socks link'

/**
 * Reads a proxy.
 * @throws UsageError that says what is wrong, without any secret in it
 */
export function parseProxy(proxy: string | ProxyOptions): ParsedProxy {
  return fromOptions(typeof proxy === 'string' ? readUrl(proxy) : proxy)
}

/** An option as it was found in a link: nothing in it is sure. */
type Found = { readonly [Key in keyof ProxyOptions]?: ProxyOptions[Key] | undefined }

function fromOptions(options: Found): ParsedProxy {
  const { type, host, port, username, password, secret } = options
  if (type !== 'socks5' && type !== 'http' && type !== 'mtproxy') {
    throw new UsageError('the type of a proxy is socks5, http or mtproxy')
  }
  if (typeof host !== 'string' || host === '') throw new UsageError('the proxy has no host: give its name or address')
  if (!Number.isInteger(port) || port! < 1 || port! > 65_535) {
    throw new UsageError('the port of the proxy must be a whole number from 1 to 65535')
  }
  const address = { host: host.replace(/^\[(.*)\]$/, '$1'), port: port! }
  if (type === 'mtproxy') {
    if (username !== undefined || password !== undefined) {
      throw new UsageError('an MTProxy takes a secret, not a user name and a password')
    }
    return { type, address, secret: readSecret(secret) }
  }
  if (secret !== undefined) throw new UsageError('a secret is for proxies of the type mtproxy alone')
  if (password !== undefined && username === undefined) {
    throw new UsageError('the password for the proxy needs a user name too')
  }
  for (const text of [username, password]) {
    if (text !== undefined && typeof text !== 'string') {
      throw new UsageError('user name and password for the proxy must be strings')
    }
  }
  const login = username === undefined ? undefined : { username, password: password ?? '' }
  return { type: 'tunnel', address, protocol: type === 'socks5' ? socks5(login) : httpConnect(login) }
}

function readUrl(text: string): Found {
  let url: URL
  // Without a scheme, a host or a user's name would be taken for one.
  if (!/^\s*(?:[a-z][a-z0-9+.-]*:\/\/|tg:)/i.test(text)) {
    throw new UsageError(`the proxy is no URL, which begins with a scheme and //; it is like ${KINDS}`)
  }
  try {
    url = new URL(text)
  } catch {
    throw new UsageError(
      `the proxy is no URL that can be read: its port is a number up to 65535, and "/", "#", "?" and "@" in a password are written %2F, %23, %3F and %40; it is like ${KINDS}`,
    )
  }
  const link = linkOf(url)
  if (link) return readLink(link, url.searchParams)
  const scheme = url.protocol.slice(0, -1)
  const isSocks = /^socks5h?$/.test(scheme)
  if (scheme === 'https') {
    throw new UsageError(
      'proxies that are spoken to by TLS (https://) are not supported; use the http:// one, or SOCKS5',
    )
  }
  if (/^socks4?a?$/.test(scheme))
    throw new UsageError(`the proxy is ${scheme}://, and SOCKS5 alone is supported: socks5://`)
  if (!isSocks && scheme !== 'http')
    throw new UsageError(`"${scheme}:" is no kind of proxy that is known: give ${KINDS}`)
  if (!/^\/?$/.test(url.pathname) || url.search || url.hash) {
    throw new UsageError('the URL of a proxy ends with its port; percent-encode what is special in a password')
  }
  return {
    type: isSocks ? 'socks5' : 'http',
    host: decoded(url.hostname),
    port: url.port === '' ? (isSocks ? SOCKS_PORT : HTTP_PORT) : Number(url.port),
    ...(url.username !== '' && { username: decoded(url.username) }),
    ...(url.password !== '' && { password: decoded(url.password) }),
  }
}

/** `proxy` or `socks` for Telegram's own links. */
function linkOf({ protocol, host, pathname }: URL): 'proxy' | 'socks' | undefined {
  const isWeb = /^https?:$/.test(protocol) && /^(?:www\.)?(?:t|telegram)\.(?:me|dog)$/.test(host)
  const name = protocol === 'tg:' ? host + pathname : isWeb ? pathname : ''
  const [, found] = /^\/*(proxy|socks)\/?$/.exec(name) ?? []
  return found as 'proxy' | 'socks' | undefined
}

function readLink(link: 'proxy' | 'socks', query: URLSearchParams): Found {
  const value = (name: string): string | undefined => query.get(name) || undefined
  const digits = value('port') ?? ''
  const common = { host: value('server'), port: /^\d{1,5}$/.test(digits) ? Number(digits) : undefined }
  if (link === 'socks') {
    const [username, password] = [value('user'), value('pass')]
    return { ...common, type: 'socks5', username, password }
  }
  // What stood for a plus of base64 has become a space.
  return { ...common, type: 'mtproxy', secret: value('secret')?.replaceAll(' ', '+') }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new UsageError('the URL of the proxy has a "%" that encodes nothing; a plain one is written %25')
  }
}

const CUT_OFF = 'the secret of the MTProxy is cut off; copy it again, as a whole'

/** Hex, or base64 in either alphabet. What is in it is checked by its floor. */
function readSecret(secret: string | undefined): Uint8Array {
  if (typeof secret !== 'string' || secret === '') throw new UsageError('an MTProxy needs its secret')
  const isHex = /^(?:[0-9a-f]{2})+$/i.test(secret)
  if (!isHex && !/^[\w+/-]+={0,2}$/.test(secret)) {
    throw new UsageError('the secret of the MTProxy is neither hex nor base64; copy it again, as a whole')
  }
  // No secret in base64 has hex digits alone.
  if (!isHex && /^[0-9a-f]+$/i.test(secret)) throw new UsageError(CUT_OFF)
  const bytes = isHex ? fromHex(secret) : fromBase64(secret)
  if (!bytes) throw new UsageError(CUT_OFF)
  parseSecret(bytes)
  return bytes
}
