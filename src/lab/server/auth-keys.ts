/**
 * The authorization keys of one DC, and what the server knows of each: who is logged in, its salts, its sessions.
 *
 * A temporary key has no user of its own: `auth.bindTempAuthKey` ties it to a permanent one, and from then on it acts for
 * it until it expires. Source: https://core.telegram.org/api/pfs
 */
import { view } from '../../bytes.ts'
import { type AuthKey, createAuthKey } from '../../crypto/auth-key.ts'
import type { Crypto } from '../../crypto/crypto.ts'
import type { RandomSource } from '../../host.ts'
import type { LoginToken } from './logins.ts'
import { SaltSchedule } from './salt-schedule.ts'

/** What clients say about themselves in `initConnection`. */
export interface ClientInfo {
  readonly apiId: number
  readonly deviceModel: string
  readonly systemVersion: string
  readonly appVersion: string
  readonly langCode: string
}

/** One key that a client has agreed on with this DC. */
export interface KeyRecord {
  readonly authKey: AuthKey
  /** The key's id as a number, little-endian as on the wire. */
  readonly id: bigint
  readonly salts: SaltSchedule
  /** Server's second at which a temporary key ends; undefined for a permanent one. */
  readonly expiresAt: number | undefined
  /** The permanent key that a temporary one is bound to. */
  boundTo: KeyRecord | undefined
  /** The user logged in, on permanent keys. */
  userId: bigint | undefined
  /** The login was brought from another DC, by `auth.importAuthorization`. */
  guest: boolean
  /** The account that has proved its phone and still owes its password. */
  passwordFor: bigint | undefined
  /** The QR code that was last shown under this key. */
  shownToken: LoginToken | undefined
  /** Layer of the last `invokeWithLayer`, 0 before the first. */
  layer: number
  /** From the last `initConnection`. */
  client: ClientInfo | undefined
  /** An error that every call on this key gets, as after AUTH_KEY_DUPLICATED. */
  revoked: { code: number; text: string } | undefined
}

export class AuthKeys {
  readonly #crypto: Crypto
  readonly #random: RandomSource
  readonly #keys = new Map<bigint, KeyRecord>()
  /** Told of every key that is forgotten. */
  onRemove: (record: KeyRecord) => void = () => {}

  constructor(crypto: Crypto, random: RandomSource) {
    this.#crypto = crypto
    this.#random = random
  }

  /** Number of keys kept. */
  get size(): number {
    return this.#keys.size
  }

  /** Every key, in the order they were agreed on. */
  all(): IterableIterator<KeyRecord> {
    return this.#keys.values()
  }

  /**
   * Keeps a key.
   * @param bytes 256 bytes
   * @param salt the first salt
   * @param now server's time in seconds
   * @param expiresAt for a temporary key: the server's second at which it ends
   * @returns undefined if another key has the same id already
   */
  add(bytes: Uint8Array, salt: bigint, now: number, expiresAt?: number): KeyRecord | undefined {
    const authKey = createAuthKey(this.#crypto, bytes)
    const id = keyId(authKey.id)
    if (this.#keys.has(id)) return undefined
    const record: KeyRecord = {
      authKey,
      id,
      salts: new SaltSchedule(this.#random, salt, now),
      expiresAt,
      boundTo: undefined,
      userId: undefined,
      guest: false,
      passwordFor: undefined,
      shownToken: undefined,
      layer: 0,
      client: undefined,
      revoked: undefined,
    }
    this.#keys.set(id, record)
    return record
  }

  /** The key of that id; a temporary one that has expired is forgotten first. */
  find(id: bigint, now: number): KeyRecord | undefined {
    const record = this.#keys.get(id)
    if (record?.expiresAt !== undefined && record.expiresAt <= now) {
      this.remove(record)
      return undefined
    }
    return record
  }

  /** Forgets a key and the temporary keys bound to it. */
  remove(record: KeyRecord): void {
    this.#keys.delete(record.id)
    this.onRemove(record)
    for (const other of [...this.#keys.values()]) if (other.boundTo === record) this.remove(other)
  }
}

/** A key id as a number, from its eight bytes in a packet. */
export function keyId(bytes: Uint8Array): bigint {
  return view(bytes).getBigInt64(0, true)
}

/** The record that holds login and layer: the permanent key behind a bound temporary one, else the key itself. */
export function identity(record: KeyRecord): KeyRecord {
  return record.boundTo ?? record
}
