/**
 * The session that a client begins with.
 */
import { hint } from '#explain'
import { UsageError } from '../errors.ts'
import { FIRST_DC } from './limits.ts'
import type { ConnectOptions } from './options.ts'
import { decodeSession, type SessionData } from './session-data.ts'

/**
 * The stored session, or a new one. It must be of the same world and the same account as what is asked for.
 * @throws StorageError for a string that is none; UsageError for another world or account
 */
export function sessionOf(
  stored: string | undefined,
  { dc, test: asked = false, botToken }: ConnectOptions,
): SessionData {
  const test = dc?.test ?? asked
  if (!stored) return { test, dc: dc?.id ?? FIRST_DC, keys: new Map() }
  const data = decodeSession(stored)
  const other = (what: string): UsageError =>
    new UsageError(`the stored session is ${what}${hint('; use another storage') ?? ''}`)
  if (data.test !== test) throw other(`of the ${data.test ? 'test' : 'production'} datacenters`)
  if (botToken && data.user && botToken.split(':')[0] !== `${data.user.id}`) {
    throw other(`that of account ${data.user.id}, not of the token`)
  }
  return data
}
