/**
 * What the session strings of other libraries have in common, and the small tools that reading and writing them takes.
 */
import { hint } from '#explain'
import { StorageError } from '../../errors.ts'

/** The libraries whose session strings are known. */
export type StringFormat = 'telethon' | 'gramjs' | 'pyrogram' | 'mtcute'

/** Host and port of a datacenter, as some formats carry them. */
export interface StringAddress {
  /** IPv4 or IPv6 address, without brackets. */
  readonly host: string
  readonly port: number
}

/** What a session string says. Fields that a format does not carry are absent. */
export interface ForeignSession {
  /** The account's datacenter. */
  readonly dc: number
  /** Whether it is one of Telegram's test datacenters. */
  readonly test?: boolean | undefined
  readonly address?: StringAddress | undefined
  /** The authorization key, 256 bytes. */
  readonly key: Uint8Array
  readonly user?: { readonly id: bigint; readonly bot: boolean } | undefined
  readonly apiId?: number | undefined
}

/** How one library writes its strings. */
export interface SessionCodec {
  /** Reads the string's bytes; undefined if they are not of this format. */
  readonly read: (bytes: Uint8Array) => ForeignSession | undefined
  /** Writes the string; throws for what the format must have and the session has not. */
  readonly write: (session: ForeignSession) => string
  /** What its strings begin with, before the base64. */
  readonly prefix: string
  /** Whether the base64 is padded: without the padding a string was cut, and might be taken for a shorter one. */
  readonly padded: boolean
}

/** Length of an authorization key. */
export const KEY_LENGTH = 256

/** A byte that stands for true or false; undefined for all other values. */
export function flagOf(byte: number | undefined): boolean | undefined {
  return byte === 0 || byte === 1 ? byte === 1 : undefined
}

/** The error of a session that lacks what a format must have. */
export function lacks(format: StringFormat, what: string): StorageError {
  return new StorageError(
    'SESSION_NOT_WRITABLE',
    `a session string of ${format} must have ${what}, and this session has none${hint('; give it in the options') ?? ''}`,
  )
}
