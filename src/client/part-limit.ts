/**
 * How many parts a file of this account may have: whether it has Premium, and what the configuration says of that.
 *
 * Sources: https://core.telegram.org/api/files#uploading-files, https://core.telegram.org/api/config#client-configuration
 */
import { helpGetAppConfig, usersGetUsers } from '#methods'
import { RpcError } from '../errors.ts'
import { MAX_PARTS, MAX_PARTS_PREMIUM } from '../files/plan.ts'
import type { HelpAppConfig, UsersGetUsersRequest } from '../tl/generated/api-types.ts'
import type { Method } from '../tl/method.ts'

/** The one thing it takes of an account. */
export interface Caller {
  /** Calls a method. */
  invoke<Request extends { readonly _: string }, Result>(
    method: Method<Request, Result>,
    request: Request,
    options: { readonly signal: AbortSignal | undefined },
  ): Promise<Result>
}

/**
 * Makes what asks for the most parts of a file that the account may send. Where the server does not tell, it is what it told
 * for years; what a call throws but for the server's refusals is thrown.
 */
export function askMaxParts(account: Caller, signal: AbortSignal | undefined): () => Promise<number> {
  const unlessRefused = (error: unknown): undefined => {
    if (!(error instanceof RpcError)) throw error
  }
  return async () => {
    const self: UsersGetUsersRequest = { _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] }
    const [me] = (await account.invoke(usersGetUsers, self, { signal }).catch(unlessRefused)) ?? []
    const premium = me?._ === 'user' && me.premium === true
    const request = { _: 'help.getAppConfig', hash: 0 } as const
    const config = await account.invoke(helpGetAppConfig, request, { signal }).catch(unlessRefused)
    const told = numberIn(config, `upload_max_fileparts_${premium ? 'premium' : 'default'}`)
    return told ?? (premium ? MAX_PARTS_PREMIUM : MAX_PARTS)
  }
}

/** A whole number above 0 in the configuration; `undefined` if there is none of that name. */
function numberIn(config: HelpAppConfig | undefined, key: string): number | undefined {
  if (config?._ !== 'help.appConfig' || config.config._ !== 'jsonObject') return undefined
  const value = config.config.value.find((entry) => entry.key === key)?.value
  return value?._ === 'jsonNumber' && value.value >= 1 ? Math.floor(value.value) : undefined
}
