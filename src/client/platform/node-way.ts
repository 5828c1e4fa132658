/**
 * The ways to a server on Node, Bun and Deno: every transport, over TCP or WebSocket, straight or through a proxy.
 */
import { nativeCrypto } from '../../crypto/native.ts'
import { UsageError } from '../../errors.ts'
import { postHttp } from '../../transport/carrier/http.ts'
import { noticingHttp } from '../../transport/carrier/noticing-http.ts'
import { tcpDial } from '../../transport/carrier/tcp.ts'
import { dialWebSocket } from '../../transport/carrier/websocket.ts'
import { webSocketOver } from '../../transport/carrier/websocket-over.ts'
import { createCodec } from '../../transport/codec.ts'
import { bare } from '../../transport/framing/bare.ts'
import { mediaLanes } from '../../transport/media-lanes.ts'
import { dialThrough, mtproxyCodec, mtproxyDial } from '../../transport/proxy/index.ts'
import { mtproxyName } from '../../transport/proxy/mtproxy.ts'
import { type AddressBook, addressBook } from '../address-book.ts'
import { httpAddress, telegramAddress } from '../datacenters.ts'
import type { ConnectOptions, WayOptions } from '../options.ts'
import { parseProxy } from '../proxy-link.ts'
import { webSocketAddress } from '../web-addresses.ts'
import type { Way } from './platform.ts'
import { systemHost } from './system-host.ts'

/** What the way depends on. */
type NodeWayOptions = WayOptions & Pick<ConnectOptions, 'dc' | 'test' | 'host'>

/**
 * The way that the options ask for; `intermediate` framing over TCP unless told.
 * @throws UsageError for a proxy that cannot be
 */
export function nodeWay(options: NodeWayOptions): Way {
  const { transport = 'intermediate', proxy: wanted, ipv6, dc } = options
  const proxy = wanted === undefined ? undefined : parseProxy(wanted)
  const tcp = tcpDial({ ipv6 })
  if (proxy?.type === 'mtproxy') {
    return {
      name: 'mtproxy',
      codec: mtproxyCodec(proxy.secret),
      dial: noticingHttp(
        mtproxyDial({ ...proxy.address, secret: proxy.secret }, tcp, nativeCrypto),
        mtproxyName(proxy.address),
      ),
      address: telegramAddress,
      ...bookOf(options, { proxied: true, obfuscated: true }).way,
    }
  }
  if (typeof transport === 'object' || transport === 'http') {
    if (proxy) throw new UsageError('this transport goes through no proxy: choose another one, or leave the proxy out')
    if (typeof transport === 'object') return transport
    const { way, noting } = bookOf(options, { proxied: false, obfuscated: false })
    return { name: transport, codec: bare, dial: noting(postHttp, { ipv6 }), address: httpAddress, ...way }
  }
  const isWeb = transport === 'ws'
  const { way, noting } = bookOf(options, {
    proxied: proxy !== undefined,
    obfuscated: isWeb || transport === 'obfuscated',
  })
  // Each address of the server is asked of the proxy in turn: it may have a network that leads to one of them only.
  const stream = noting(proxy ? dialThrough(proxy.address, proxy.protocol, tcp) : tcp, { ipv6 })
  return {
    name: transport,
    codec: (about) => createCodec(transport, about),
    dial: !isWeb ? noticingHttp(stream) : proxy || ipv6 !== undefined ? webSocketOver(stream) : dialWebSocket,
    address: isWeb ? webSocketAddress : telegramAddress,
    // Telegram's own servers have names for WebSockets, which no server tells; others are where they say.
    ...((dc || !isWeb) && way),
  }
}

/** The addresses that servers tell, on this way. */
function bookOf(
  { transport, dc, test = false, host = systemHost }: NodeWayOptions,
  about: { readonly proxied: boolean; readonly obfuscated: boolean },
): { readonly way: Pick<Way, 'locate' | 'keepUp' | 'make'>; readonly noting: AddressBook['noting'] } {
  const isHttp = transport === 'http'
  const addresses = isHttp ? httpAddress : telegramAddress
  const { locate, keepUp, noting } = addressBook({
    ...about,
    host,
    builtIn: dc ? undefined : (id) => addresses(id, test),
    // What is told is for TCP: HTTP is at the same machines, and its own port.
    ...(isHttp && !dc && { adapt: ({ host }) => ({ ...addresses(1, test), host, others: undefined }) }),
  })
  // Servers for media are told by their addresses for TCP alone.
  return { way: { locate, keepUp, ...(!isHttp && { make: mediaLanes }) }, noting }
}
