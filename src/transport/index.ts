/**
 * `mtproto-upload/transport`: every layer between a socket and a call, each usable by itself: framings, carriers, the key
 * exchange, the envelope, the session, a connection, a datacenter.
 *
 * All of it runs in browsers too; so TCP, which they do not have, is an entry of its own, `mtproto-upload/transport/tcp`.
 */
export { type AuthKey, createAuthKey } from '../crypto/auth-key.ts'
export * from './carrier/index.ts'
export { createCodec, TRANSPORTS } from './codec.ts'
export { Connection } from './connection.ts'
export type { ConnectionEvent, ConnectionOptions, KeyHolder } from './connection-options.ts'
export {
  Datacenter,
  type DatacenterEvent,
  type DatacenterLike,
  type DatacenterOptions,
  type InvokeOptions,
  type MakeDatacenter,
} from './datacenter.ts'
export { type ExchangeOptions, type ExchangeResult, KeyExchange } from './exchange/exchange.ts'
export { unwrapPlain, wrapPlain } from './exchange/plain.ts'
export * from './framing/index.ts'
export * from './proxy/index.ts'
export type { Call, CallRequest } from './session/call.ts'
export { ServerClock, timeOfMsgId } from './session/clock.ts'
export { type MessageHead, open, seal, sealMessage } from './session/envelope.ts'
export type { SessionEvent } from './session/internals.ts'
export { atTime, MessageIds } from './session/message-id.ts'
export { type FutureSalt, Salts } from './session/salts.ts'
export { SEEN_IDS, SeenIds } from './session/seen-ids.ts'
export { Session, type SessionOptions } from './session/session.ts'
export type { CodecFactory, CodecOptions, TransportName } from './transport-name.ts'
