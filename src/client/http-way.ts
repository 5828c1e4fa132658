/**
 * `mtproto-upload/transport/http`: the HTTP transport for every runtime that has `fetch`, browsers above all.
 *
 * On Node and its kin `transport: 'http'` is enough. Bundles leave it out unless they import it from here.
 */
import { dialHttp } from '../transport/carrier/http.ts'
import { bare } from '../transport/framing/bare.ts'
import type { Way } from './way.ts'
import { webSocketAddress } from './web-addresses.ts'

export { dialHttp, type HttpFetch, type HttpRequest, httpDial } from '../transport/carrier/http.ts'
export type { HttpResponse } from '../transport/carrier/http-answer.ts'
export { bare } from '../transport/framing/bare.ts'
export type { Way } from './way.ts'

/**
 * The way over HTTP, for the option `transport`: to Telegram's servers by HTTPS, at the paths that any web page may use; to
 * a server of your own as its `dc` says (`path`, `secure`).
 *
 * ```ts
 * import { httpWay } from 'mtproto-upload/transport/http'
 * const client = await UploadClient.connect({ apiId, apiHash, botToken, transport: httpWay() })
 * ```
 * Source: https://core.telegram.org/mtproto/transports#http
 */
export function httpWay(): Way {
  return {
    name: 'http',
    codec: bare,
    dial: dialHttp,
    address: (id, test) => ({ ...webSocketAddress(id, test), path: test ? '/apiw_test1' : '/apiw1' }),
  }
}
