/**
 * `mtproto-upload/transport/tcp`: the carrier that only Node, Bun and Deno have.
 */
export { dialTcp, socketCarrier, tcpDial } from './carrier/tcp.ts'
export { webSocketOver } from './carrier/websocket-over.ts'
