/**
 * The application and the login as the environment says them, by the names that the program `mtproto-upload` has for them too.
 */

import type { ConnectOptions } from '../client/options.ts'
import { UsageError } from '../errors.ts'

/** What there is of Node's `process` where there is none of it. */
interface Surroundings {
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> } | undefined
}

/**
 * `MTPROTO_API_ID` and `MTPROTO_API_HASH`, and where they are set `MTPROTO_BOT_TOKEN` and `MTPROTO_PROXY`.
 * @throws UsageError without the first two
 */
export function settingsOfEnvironment(): Omit<ConnectOptions, 'storage'> {
  const env = (globalThis as Surroundings).process?.env ?? {}
  const { MTPROTO_API_ID, MTPROTO_API_HASH, MTPROTO_BOT_TOKEN, MTPROTO_PROXY } = env
  if (!MTPROTO_API_ID || !MTPROTO_API_HASH)
    throw new UsageError(
      'which application is this? Give settings with apiId and apiHash, or set MTPROTO_API_ID and MTPROTO_API_HASH',
    )
  return {
    apiId: Number(MTPROTO_API_ID),
    apiHash: MTPROTO_API_HASH,
    botToken: MTPROTO_BOT_TOKEN || undefined,
    proxy: MTPROTO_PROXY || undefined,
  }
}
