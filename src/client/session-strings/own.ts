/**
 * Session strings of our own: everything that a session holds, on one line, for environment variables and secret stores.
 *
 * `mtu1_`, then base64 for URLs, without padding, of the CRC-32 (4 bytes, big-endian) and the session as a storage keeps it,
 * which has a version of its own. A string that was cut or mistyped is told by the CRC.
 */
import { hint } from '#explain'
import { fromBase64, toBareBase64Url } from '../../base64.ts'
import { concat, view } from '../../bytes.ts'
import { crc32 } from '../../crypto/crc32.ts'
import { StorageError } from '../../errors.ts'
import { decodeSession } from '../session-data.ts'

const PREFIX = 'mtu1_'
const CRC_LENGTH = 4

/** Whether a text is one of ours, or means to be. */
export function isOwnString(text: string): boolean {
  return text.trim().startsWith('mtu')
}

/** A session as a string. @throws StorageError SESSION_DAMAGED, SESSION_NEWER */
export function toOwnString(session: string): string {
  decodeSession(session)
  const bytes = new TextEncoder().encode(JSON.stringify(JSON.parse(session)))
  const crc = new Uint8Array(CRC_LENGTH)
  view(crc).setUint32(0, crc32(bytes))
  return PREFIX + toBareBase64Url(concat(crc, bytes))
}

/** The session that a string holds. @throws StorageError SESSION_DAMAGED, SESSION_NEWER */
export function fromOwnString(text: string): string {
  const trimmed = text.trim()
  if (!trimmed.startsWith(PREFIX)) {
    throw new StorageError('SESSION_NEWER', `this session string is of a newer version${hint('; update') ?? ''}`)
  }
  const bytes = fromBase64(trimmed.slice(PREFIX.length))
  const session = bytes?.subarray(CRC_LENGTH)
  if (!bytes || !session?.length || view(bytes).getUint32(0) !== crc32(session)) {
    throw new StorageError('SESSION_DAMAGED', `this session string is damaged${hint('; was it copied whole?') ?? ''}`)
  }
  const data = new TextDecoder().decode(session)
  decodeSession(data)
  return data
}
