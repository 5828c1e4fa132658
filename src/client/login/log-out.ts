/**
 * Logging out: the server ends the login, and what was kept of it is forgotten.
 *
 * Source: https://core.telegram.org/method/auth.logOut
 */
import { authLogOut } from '#methods'
import { RpcError } from '../../errors.ts'
import type { Method } from '../../tl/method.ts'
import type { SessionStorage } from '../storage.ts'

/** What is needed of a client; `UploadClient` is one. */
export interface LoggedInClient {
  readonly storage: SessionStorage
  /** Calls a method; see `UploadClient.call`. */
  call<Request extends { readonly _: string }, Result>(
    method: Method<Request, Result>,
    request: Request,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<Result>
  /** Closes the connections and gives the session up. */
  close(): Promise<void>
}

/** Answers that mean: there is no login any more that could be ended. */
const ENDED = /^(AUTH_KEY_(UNREG|INV|DUP)|SESSION_(REV|EXP)|USER_DEACTIVATED)/

/**
 * Logs out: tells the server, closes the client, and empties its storage (a session file is removed). The key is of no use
 * to anybody afterwards. A login that the server has ended by itself is no error.
 *
 * ```ts
 * import { logOut } from 'mtproto-upload/login'
 * await logOut(client)
 * ```
 * @throws TransportError, RpcError when the server cannot be told; the client stays open then, and the session as it was
 * @throws StorageError when the storage cannot be emptied
 */
export async function logOut(
  client: LoggedInClient,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const { storage } = client
  try {
    await client.call(authLogOut, { _: 'auth.logOut' }, options)
  } catch (error) {
    if (!(error instanceof RpcError && ENDED.test(error.type))) throw error
  }
  await client.close()
  const release = await storage.claim?.()
  try {
    await storage.save('')
  } finally {
    await release?.()
  }
}
