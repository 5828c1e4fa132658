/**
 * `mtproto-upload/transport/tcp`: the carrier that only Node, Bun and Deno have.
 */
export { dialTcp, socketCarrier } from './carrier/tcp.ts'
