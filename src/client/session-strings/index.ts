/**
 * Session strings of other libraries: a login made there goes on here, and the other way round.
 *
 * ```ts
 * import { memoryStorage, UploadClient } from 'mtproto-upload'
 * import { importSession } from 'mtproto-upload/session-strings'
 *
 * const storage = memoryStorage(importSession(process.env.TELETHON_SESSION ?? ''))
 * const client = await UploadClient.connect({ apiId, apiHash, storage })
 * ```
 *
 * Known are those of Telethon, GramJS, Pyrogram and mtcute, and our own, which alone hold everything. All hold the
 * authorization key: whoever has one is logged in.
 */

import { hint } from '#explain'
import { fromBase64 } from '../../base64.ts'
import { fromHex } from '../../bytes.ts'
import { StorageError, UsageError } from '../../errors.ts'
import { telegramAddress } from '../datacenters.ts'
import { decodeSession, encodeSession, type SessionData } from '../session-data.ts'
import {
  type ForeignSession,
  KEY_LENGTH,
  lacks,
  type SessionCodec,
  type StringAddress,
  type StringFormat,
} from './foreign.ts'
import { gramjs } from './gramjs.ts'
import { mtcute } from './mtcute.ts'
import { fromOwnString, isOwnString, toOwnString } from './own.ts'
import { pyrogram } from './pyrogram.ts'
import { telethon } from './telethon.ts'

export type { ForeignSession, StringAddress, StringFormat } from './foreign.ts'

/** The more telling formats first: what is read by two is the former's. */
const CODECS: Readonly<Record<StringFormat, SessionCodec>> = { mtcute, pyrogram, gramjs, telethon }

/** Telegram's datacenters have the numbers from 1 to these. */
const DATACENTERS = 5
const TEST_DATACENTERS = 3

/** What a string does not say, or is to say otherwise. */
export interface ImportOptions {
  /** The library it is of; told from the string itself unless given. */
  readonly format?: StringFormat | undefined
  /** Whether it is of Telegram's test datacenters, for formats that do not say so; false unless told. */
  readonly test?: boolean | undefined
}

/** What a session does not say, and a format must have. */
export interface ExportOptions {
  /** Of the application, for Pyrogram. */
  readonly apiId?: number | undefined
  /** Where the datacenter is, if it is none of Telegram's: for all but Pyrogram. */
  readonly address?: StringAddress | undefined
}

/**
 * Reads a session string and says what is in it, and of which library it is.
 * @throws StorageError SESSION_DAMAGED if it is of none of them, or damaged
 */
export function readSessionString(
  text: string,
  format?: StringFormat,
): ForeignSession & { readonly format: StringFormat } {
  const trimmed = String(text).trim()
  for (const [name, { prefix, padded, read }] of Object.entries(CODECS) as [StringFormat, SessionCodec][]) {
    if ((format !== undefined && format !== name) || !trimmed.startsWith(prefix)) continue
    const base64 = trimmed.slice(prefix.length)
    const bytes = padded && base64.length % 4 !== 0 ? undefined : fromBase64(base64)
    const session = bytes && read(bytes)
    if (session && session.dc > 0) return { ...session, format: name }
  }
  const what = format === undefined ? 'known library' : `library called ${format}`
  throw new StorageError(
    'SESSION_DAMAGED',
    `this is no session string of a ${what}${hint('; was it copied whole, without quotes? Those of Telethon, GramJS, Pyrogram and mtcute are known') ?? ''}`,
  )
}

/**
 * Turns a session string into a session of ours, for `memoryStorage(…)` or any other storage. See `stringStorage` as well.
 * @param text of one of the libraries, or of our own (`exportSession(…, 'mtproto-upload')`)
 * @throws StorageError SESSION_DAMAGED, or SESSION_NEWER for one of our own of a newer version
 */
export function importSession(text: string, options: ImportOptions = {}): string {
  if (options.format === undefined && isOwnString(String(text))) return fromOwnString(text)
  const { dc, key, user, address, test = options.test ?? false } = readSessionString(text, options.format)
  // The salt is not in these strings: the server names one as soon as it hears from us.
  return encodeSession({
    test,
    dc,
    address: address && isElsewhere(address, dc, test) ? address : undefined,
    keys: new Map([[dc, { key, salt: 0n }]]),
    user,
  })
}

/** Names of Telegram's servers, which strings of browsers have. */
const TELEGRAM = /\.telegram\.org$/i

/** Whether an address is none of those that everybody knows: of a test server, or one behind a forwarded port. */
function isElsewhere({ host }: StringAddress, dc: number, test: boolean): boolean {
  if (TELEGRAM.test(host)) return false
  if (dc > (test ? TEST_DATACENTERS : DATACENTERS)) return true
  const { others = [], ...usual } = telegramAddress(dc, test)
  return ![usual, ...others].some((known) => known.host === host)
}

/** An authorization key that somebody has. */
export interface ExistingKey {
  /** The datacenter that it was agreed on with. */
  readonly dc: number
  /** The key: 256 bytes, or as hex. */
  readonly key: Uint8Array | string
  /** Whether it is of Telegram's test datacenters; false unless told. */
  readonly test?: boolean | undefined
}

/**
 * Turns an authorization key into a session of ours. Whose it is, the server says on connecting; a key that is not logged
 * in yet is logged in by `botToken` or `login`.
 * @throws UsageError for what is no such key
 */
export function sessionFromKey({ dc, key, test = false }: ExistingKey): string {
  const bytes = typeof key === 'string' ? hexOf(key) : key
  if (bytes?.length !== KEY_LENGTH) {
    // Not a word of what was given: it may be most of a key.
    throw new UsageError(
      `this is no authorization key${hint(`: it takes ${KEY_LENGTH} bytes, or as many in hex`) ?? ''}`,
    )
  }
  if (!(Number.isInteger(dc) && dc > 0)) throw new UsageError(`${dc} is not the number of a datacenter`)
  return encodeSession({ test, dc, keys: new Map([[dc, { key: bytes, salt: 0n }]]) })
}

function hexOf(text: string): Uint8Array | undefined {
  return /^([\da-f]{2})+$/i.test(text) ? fromHex(text) : undefined
}

/**
 * Turns a session of ours into a session string.
 * @param session what a storage has kept: `storage.load()`
 * @param format another library's, or `mtproto-upload` for one of our own, which holds everything
 * @throws StorageError SESSION_DAMAGED, SESSION_NEWER, or SESSION_NOT_WRITABLE when the format must have what the session has
 *   not
 * @throws UsageError for a library that is not known
 */
export function exportSession(
  session: string,
  format: StringFormat | 'mtproto-upload',
  options: ExportOptions = {},
): string {
  if (format === 'mtproto-upload') return toOwnString(session)
  const codec = Object.hasOwn(CODECS, format) ? CODECS[format] : undefined
  if (!codec) {
    throw new UsageError(
      `"${format}" is no known format of session strings: ${Object.keys(CODECS).join(', ')}, mtproto-upload`,
    )
  }
  const data = decodeSession(session)
  const { test, dc, user } = data
  const key = data.keys.get(dc)?.key
  if (!key) throw lacks(format, 'an authorization key')
  return codec.write({ dc, test, key, user, address: addressOf(data, options), apiId: options.apiId })
}

/** Where the session's datacenter is: as told, as a server said, or as everybody knows. */
function addressOf({ dc, test, address }: SessionData, options: ExportOptions): StringAddress | undefined {
  const { host, port } = options.address ?? address ?? telegramAddress(dc, test)
  return { host, port }
}
