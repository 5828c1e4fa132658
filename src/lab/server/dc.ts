/**
 * What the parts of one test DC share: its number, clock, keys, sessions, world and settings.
 *
 * There is no I/O here: time and randomness come from the host, bytes from the connections.
 */
import type { Crypto, WithMd5 } from '../../crypto/crypto.ts'
import type { ServerKey } from '../../crypto/rsa.ts'
import type { PrivateKey } from '../../crypto/rsa-unpad.ts'
import type { Host } from '../../host.ts'
import type { AuthKeys } from './auth-keys.ts'
import type { DhGroup } from './dh-group.ts'
import type { Faults, RequestInfo } from './faults.ts'
import type { Uploads } from './uploads.ts'
import type { World } from './world.ts'

/** An RSA key with both halves. */
export interface RsaKey extends ServerKey, PrivateKey {}

/** How the server does what the protocol leaves to it. */
export interface Behaviour {
  /** Compress answers: those that shrink, all, or none. */
  gzip: 'auto' | 'always' | 'never'
  /** Put messages into containers: when there are several, always, or never. */
  containers: 'auto' | 'always' | 'never'
  /** Milliseconds after which a message is acknowledged if no answer has gone out by then. */
  ackDelay: number
  /** An unacknowledged answer longer than this many bytes is announced by `msg_detailed_info` instead of sent again. */
  resendLimit: number
  /**
   * Refuse acknowledgements that carry an odd sequence number (code 34). The protocol says so, but servers let it pass,
   * and there are clients that send nothing else.
   */
  strictAcks: boolean
  /** Milliseconds `invokeAfterMsg` waits for a message that has not arrived. */
  afterTimeout: number
  /** Milliseconds for which the server waits for a file that it fetches from an address. */
  fetchTimeout: number
  /**
   * A key that is in use from two addresses at once (of one family: IPv4 or IPv6) is lost: AUTH_KEY_DUPLICATED.
   */
  oneAddress: boolean
  /**
   * A permanent key is bound to one temporary key at a time, as the documentation has it: binding another undoes the binding
   * before. Servers let several stand.
   */
  singleBinding: boolean
}

export const DEFAULT_BEHAVIOUR: Behaviour = {
  gzip: 'auto',
  containers: 'auto',
  ackDelay: 250,
  resendLimit: 64 * 1024,
  strictAcks: false,
  afterTimeout: 5_000,
  singleBinding: false,
  fetchTimeout: 5_000,
  oneAddress: true,
}

/** One DC of the world. */
export interface Dc {
  /** 1, 2, 3 … */
  readonly id: number
  /** One of the test datacenters: its number in key exchange and obfuscation is 10000 higher. */
  readonly test: boolean
  readonly host: Host
  readonly crypto: Crypto<Uint8Array> & WithMd5
  readonly rsaKeys: readonly RsaKey[]
  /** Safe prime for new authorization keys, and its generator. */
  readonly dh: DhGroup
  readonly keys: AuthKeys
  readonly world: World
  /** Parts on their way: they lie where they were sent. */
  readonly uploads: Uploads
  readonly behaviour: Behaviour
  readonly faults: Faults
  /** Secrets under which obfuscated connections are accepted besides none. */
  readonly secrets: readonly Uint8Array[]
  /** Refuse obfuscated connections that name another DC. */
  readonly strictDc: boolean
  /** Refuse calls that do not travel under a temporary key. */
  readonly requireForwardSecrecy: boolean
  /** Told of every request. */
  readonly onRequest: ((info: RequestInfo) => void) | undefined
  /** Server's time in milliseconds since 1970, whole or not. */
  milliseconds(): number
  /** Server's time in whole seconds since 1970. */
  seconds(): number
}
