/**
 * Ends the login that a session's file holds, and empties it.
 */
import { logOut } from '../client/login/index.ts'
import { decodeSession } from '../client/session-data.ts'
import type { FileStorage } from '../client/storage-file.ts'
import { type Connecting, connect, LoginEnded, namingSession } from './connect.ts'
import type { Person } from './login-words.ts'

/** What became of a login. */
export interface Ended {
  /** Ended now, ended before by the server, or there was none. */
  readonly was: 'ended' | 'dead' | 'none'
  readonly user?: Person | undefined
}

/**
 * Ends the login.
 * @throws StorageError for a file that is damaged or of a newer version; it is left as it is
 * @throws TransportError, RpcError when the server cannot be told; the file is left as it is
 */
export async function endLogin(
  { job, signal, tell }: Pick<Connecting, 'job' | 'signal' | 'tell'>,
  storage: FileStorage,
): Promise<Ended> {
  const stored = await storage.load()
  // A key that nobody was ever logged in with is as good as none.
  const hasKey = stored !== undefined && keysIn(stored, job.session) > 0
  try {
    if (!hasKey) {
      if (stored !== undefined) await empty(storage)
      return { was: 'none' }
    }
    const { client, close } = await connect({ job: { ...job, botToken: undefined }, storage, signal, tell })
    try {
      const { user } = client
      await logOut(client, { signal })
      return { was: 'ended', user }
    } finally {
      await close()
    }
  } catch (error) {
    if (!(error instanceof LoginEnded)) throw error
    await empty(storage)
    return { was: 'dead' }
  }
}

function keysIn(stored: string, path: string | undefined): number {
  try {
    return decodeSession(stored).keys.size
  } catch (error) {
    throw namingSession(error, path)
  }
}

async function empty(storage: FileStorage): Promise<void> {
  const release = await storage.claim()
  try {
    await storage.save('')
  } finally {
    await release()
  }
}
