/**
 * What a stored session says, and its form as a string: JSON with a format name and a version.
 *
 * A string that is damaged, or that a newer version wrote, is an error and never overwritten.
 */
import { fromHex, toHex } from '../bytes.ts'
import { StorageError } from '../errors.ts'

const FORMAT = 'mtproto-upload session'
const VERSION = 1

/** Everything worth keeping between two runs. */
export interface SessionData {
  /** True for Telegram's test datacenters. */
  test: boolean
  /** The account's datacenter. */
  dc: number
  /** Address of that datacenter when it is not a built-in one. */
  address?: { host: string; port: number }
  /** Authorization keys by datacenter. */
  keys: Map<number, { key: Uint8Array; salt: bigint }>
  /** The account, once logged in. */
  user?: { id: bigint; bot: boolean; username?: string }
}

/** The string form of a session. It holds keys: whoever has it is logged in. */
export function encodeSession(data: SessionData): string {
  const keys: Record<string, { key: string; salt: string }> = {}
  for (const [dc, { key, salt }] of data.keys) keys[dc] = { key: toHex(key), salt: salt.toString() }
  const { test, dc, address } = data
  const user = data.user && { ...data.user, id: data.user.id.toString() }
  return `${JSON.stringify({ format: FORMAT, version: VERSION, test, dc, address, keys, user }, undefined, 1)}\n`
}

/**
 * Reads the string form.
 * @throws StorageError SESSION_DAMAGED or SESSION_NEWER
 */
export function decodeSession(text: string): SessionData {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch (cause) {
    throw damaged('it is not JSON', cause)
  }
  if (!isRecord(raw) || raw['format'] !== FORMAT) throw damaged('it is something else')
  const version = raw['version']
  if (typeof version === 'number' && version > VERSION) {
    const message = `the stored session was written by a newer version of mtproto-upload (format ${version}, this one knows ${VERSION}); update, or use another session`
    throw new StorageError('SESSION_NEWER', message)
  }
  const { test, dc, keys, user, address } = raw
  if (version !== VERSION || typeof test !== 'boolean' || !isDc(dc) || !isRecord(keys))
    throw damaged('fields are missing')
  const data: SessionData = { test, dc, keys: new Map() }
  try {
    for (const [id, value] of Object.entries(keys)) {
      const { key, salt } = value as { key: string; salt: string }
      const bytes = fromHex(key)
      if (!isDc(Number(id)) || bytes.length !== 256) throw new RangeError('not a key')
      data.keys.set(Number(id), { key: bytes, salt: BigInt(salt) })
    }
    if (isRecord(address)) data.address = { host: String(address['host']), port: Number(address['port']) }
    if (isRecord(user)) {
      data.user = { id: BigInt(user['id'] as string), bot: user['bot'] === true }
      if (typeof user['username'] === 'string') data.user.username = user['username']
    }
  } catch (cause) {
    throw damaged('a key or an id in it is not one', cause)
  }
  return data
}

function damaged(why: string, cause?: unknown): StorageError {
  const message = `the stored session is damaged (${why}); restore it from a copy, or remove it and log in again`
  return new StorageError('SESSION_DAMAGED', message, { cause })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isDc(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) < 10_000
}
