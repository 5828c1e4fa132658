/**
 * Ways to a server through somebody else's: handshakes with proxies, and the dials that go through them.
 */
export type { Handshake, HandshakeStep, ProxyLogin, ProxyProtocol, Refuse } from './handshake.ts'
export { httpConnect } from './http-connect.ts'
export { type Mtproxy, type MtproxySecret, mtproxyCodec, mtproxyDial, parseSecret } from './mtproxy.ts'
export { socks5 } from './socks5.ts'
export { dialThrough } from './through.ts'
