/**
 * What a stored session says, and its form as a string: JSON with a format name and a version.
 *
 * A string that is damaged, or that a newer version wrote, is an error and never overwritten.
 */
import { hint } from '#explain'
import { fromHex, toHex } from '../bytes.ts'
import { StorageError } from '../errors.ts'
import type { Address } from '../transport/carrier/carrier.ts'

const FORMAT = 'mtproto-upload session'
const VERSION = 1

/** Everything worth keeping between two runs. */
export interface SessionData {
  /** True for Telegram's test datacenters. */
  test: boolean
  /** The account's datacenter. */
  dc: number
  /** Address of that datacenter, if a server told it. */
  address?: Address | undefined
  /** Authorization keys by datacenter. */
  readonly keys: Map<number, { key: Uint8Array; salt: bigint }>
  /** What a server told of all datacenters, for whoever asked it; of no use to others. */
  config?: unknown
  /** The account, once logged in. */
  user?: { readonly id: bigint; readonly bot: boolean; readonly username?: string | undefined } | undefined
  /** What a finder of peers has noted, line by line: access hashes and usernames; see `peers/book.ts`. */
  peers?: readonly string[] | undefined
}

/** The string form of a session. It holds keys: whoever has it is logged in. */
export function encodeSession(data: SessionData): string {
  const keys = Array.from(data.keys, ([dc, { key, salt }]) => [dc, toHex(key), `${salt}`])
  const user = data.user && { ...data.user, id: `${data.user.id}` }
  return `${JSON.stringify({ format: FORMAT, version: VERSION, ...data, keys, user }, undefined, 1)}\n`
}

/**
 * Reads the string form.
 * @throws StorageError SESSION_DAMAGED or SESSION_NEWER
 */
export function decodeSession(text: string): SessionData {
  try {
    // What else there is stays as it is.
    const { format, version, ...stored } = JSON.parse(text) as Record<string, unknown>
    const { test, dc, keys, user } = stored
    if (format === FORMAT && (version as number) > VERSION) {
      throw new StorageError(
        'SESSION_NEWER',
        `the stored session is of a newer version (${String(version)})${hint(() => ` than is known (${VERSION}); update, or use another storage`) ?? ''}`,
      )
    }
    const data = { ...stored, keys: new Map() } as unknown as SessionData
    for (const [id, key, salt] of keys as [number, string, string][]) {
      data.keys.set(id, { key: fromHex(key), salt: BigInt(salt) })
    }
    if (user) data.user = { ...(user as { bot: boolean; username?: string }), id: BigInt((user as { id: string }).id) }
    const sound =
      [...data.keys].every(([id, { key }]) => isDc(id) && key.length === 256) &&
      typeof (data.address ?? { host: '' }).host === 'string'
    if (format !== FORMAT || version !== VERSION || typeof test !== 'boolean' || !isDc(dc) || !sound)
      throw new TypeError(FORMAT)
    return data
  } catch (error) {
    if (error instanceof StorageError) throw error
    // The cause is not told: what a parser says quotes what it read, which is a key or a salt.
    throw new StorageError(
      'SESSION_DAMAGED',
      `the stored session is damaged${hint('; restore it, or remove it and log in again') ?? ''}`,
    )
  }
}

function isDc(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) > 0
}
