/**
 * The ways to a server on Node, Bun and Deno: every transport, over TCP or WebSocket, straight or through a proxy.
 */
import { nativeCrypto } from '../../crypto/native.ts'
import { UsageError } from '../../errors.ts'
import type { Dial } from '../../transport/carrier/carrier.ts'
import { happyEyeballs } from '../../transport/carrier/eyeballs.ts'
import { dialHttp } from '../../transport/carrier/http.ts'
import { noticingHttp } from '../../transport/carrier/noticing-http.ts'
import { tcpDial } from '../../transport/carrier/tcp.ts'
import { dialWebSocket } from '../../transport/carrier/websocket.ts'
import { webSocketOver } from '../../transport/carrier/websocket-over.ts'
import { createCodec } from '../../transport/codec.ts'
import { bare } from '../../transport/framing/bare.ts'
import { dialThrough, mtproxyCodec, mtproxyDial } from '../../transport/proxy/index.ts'
import { mtproxyName } from '../../transport/proxy/mtproxy.ts'
import { httpAddress, telegramAddress } from '../datacenters.ts'
import { locate } from '../locate.ts'
import type { ConnectOptions, WayOptions } from '../options.ts'
import { type ParsedProxy, parseProxy } from '../proxy-link.ts'
import { webSocketAddress } from '../web-addresses.ts'
import type { Way } from './platform.ts'

/** What the way depends on. */
type NodeWayOptions = WayOptions & Pick<ConnectOptions, 'dc'>

/**
 * The way that the options ask for; `intermediate` framing over TCP unless told.
 * @throws UsageError for a proxy that cannot be
 */
export function nodeWay({ transport = 'intermediate', proxy: wanted, ipv6, dc }: NodeWayOptions): Way {
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
      locate,
    }
  }
  if (typeof transport === 'object' || transport === 'http') {
    if (proxy) throw new UsageError('this transport goes through no proxy: choose another one, or leave the proxy out')
    if (typeof transport === 'object') return transport
    return { name: transport, codec: bare, dial: happyEyeballs(dialHttp, { ipv6 }), address: httpAddress, locate }
  }
  const stream = proxy ? through(proxy, tcp, ipv6) : tcp
  const isWeb = transport === 'ws'
  return {
    name: transport,
    codec: (options) => createCodec(transport, options),
    dial: !isWeb ? noticingHttp(stream) : proxy || ipv6 !== undefined ? webSocketOver(stream) : dialWebSocket,
    address: isWeb ? webSocketAddress : telegramAddress,
    // Telegram's own servers have names for WebSockets, which no server tells; others are where they say.
    ...((dc || !isWeb) && { locate }),
  }
}

/** Each address of the server is asked of the proxy in turn: it may have a network that leads to one of them only. */
function through(proxy: ParsedProxy & { readonly type: 'tunnel' }, dial: Dial, ipv6: boolean | undefined): Dial {
  return happyEyeballs(dialThrough(proxy.address, proxy.protocol, dial), { ipv6 })
}
