/**
 * Ways to a server through somebody else's: handshakes with proxies, and the dials that go through them.
 */
export type { Handshake, HandshakeStep } from './handshake.ts'
