/**
 * `mtproto-upload/lab/server`: a test DC, as a server on a port or as a part of a simulation.
 */
export type { ClientInfo, KeyRecord } from './auth-keys.ts'
export {
  type ClusterDc,
  type ClusterDoor,
  type RunningCluster,
  type StartClusterOptions,
  startCluster,
} from './cluster.ts'
export type { Behaviour, RsaKey } from './dc.ts'
export type { DhGroup } from './dh-group.ts'
export { TELEGRAM_GROUP } from './dh-group.ts'
export type { CallFault, ExchangeFaults, ExchangeStep, Faults, OutgoingPlain, RequestInfo } from './faults.ts'
export type { CallLimit } from './flood.ts'
export { httpListener } from './http.ts'
export type { HttpReply } from './http-link.ts'
export { type ImageFormat, type ImageInfo, imageInfo } from './image-size.ts'
export { type Incoming, type Listener, type ListenOptions, listen } from './listen.ts'
export type { StoredDocument, StoredPhoto } from './media-store.ts'
export type { MtproxyEvent } from './mtproxy/house.ts'
export { mtproxyLink, type RunningMtproxy, type StartMtproxyOptions, startMtproxy } from './mtproxy/start.ts'
export { diskParts } from './parts-on-disk.ts'
export { memoryParts, type PartsStore, type StoredParts } from './parts-store.ts'
export {
  type ProxyRequest,
  type ProxyServerOptions,
  type RunningProxy,
  startHttpConnect,
  startSocks5,
} from './proxies/index.ts'
export { TestServer, type TestServerOptions } from './server.ts'
export { generateServerKey, readServerKey, type ServerKeyPair } from './server-key.ts'
export { type RunningServer, type StartServerOptions, startServer } from './start.ts'
export {
  accessHashFor,
  type DcAddress,
  type MediaRight,
  populate,
  type WebFile,
  World,
  type WorldChat,
  type WorldOptions,
  type WorldUser,
} from './world.ts'
export { type BusinessConnection, type StakedDice, storyKey, type WorldGame, type WorldStory } from './world-media.ts'
