/**
 * Proxies to test clients with.
 */
export { startHttpConnect } from './http-connect.ts'
export { startSocks5 } from './socks5.ts'
export type { ProxyRequest, ProxyServerOptions, RunningProxy } from './tunnels.ts'
