/**
 * Logging in by QR code: another device of the account, that is logged in, scans what is shown here.
 *
 * The code holds a token that is good for half a minute; then the next one is shown. The server says when one was scanned.
 * Source: https://core.telegram.org/api/qr-login
 */
import { authExportLoginToken, authImportLoginToken } from '#methods'
import { toBareBase64Url } from '../../base64.ts'
import { RpcError, UsageError } from '../../errors.ts'
import { orAbort } from '../../files/abort.ts'
import type { AuthLoginToken } from '../../tl/generated/api-types.ts'
import type { TlReader } from '../../tl/reader.ts'
import type { Login, LoginContext } from './context.ts'
import { type AskPassword, checkPassword, wantsPassword } from './password.ts'

/** What is to be shown. */
export interface QrToken {
  /** What the QR code says: `tg://login?token=…`. */
  readonly url: string
  /** When another one comes: ms since 1970, by the clock here. */
  readonly expiresAt: number
}

/** What {@link qrLogin} asks for. */
export interface QrLoginOptions {
  /** Shows a code; called again for each new one. Throwing ends the login. */
  readonly onToken: (token: QrToken) => void
  /** Accounts that are logged in here already and shall not be taken again. */
  readonly exceptIds?: readonly bigint[] | undefined
  /** Asks for the password, of accounts that have one. */
  readonly password?: AskPassword | undefined
}

/** `updateLoginToken`: what the server says when a code was scanned. */
const UPDATE_LOGIN_TOKEN = 0x564fe691
/** In what it may say so: an `updateShort`, or `updates` and `updatesCombined`, which begin with a vector of updates. */
const UPDATE_SHORT = 0x78d4dec1
const UPDATES: readonly number[] = [0x74ae4240, 0x725b04c3]

/** How often a code may be over by the time that it is given to the server. */
const MAX_LATE = 5

/** A token that is gone when it comes is asked for again after this many milliseconds. */
const SHORTEST = 1000

/**
 * A login by QR code, for the option `login`. It goes on until a code was scanned or the signal is aborted.
 *
 * ```ts
 * login: qrLogin({ onToken: ({ url }) => showQrCode(url) })
 * ```
 * @throws RpcError when the server refuses it, UsageError when the account has a password and nobody is there to ask
 */
export function qrLogin({ onToken, exceptIds = [], password }: QrLoginOptions): Login {
  return async (context) => {
    const { apiId, apiHash, host } = context
    let late = 0
    try {
      for (;;) {
        const scanned = untilScanned(context)
        try {
          const request = { _: 'auth.exportLoginToken', apiId, apiHash, exceptIds: [...exceptIds] } as const
          const answer = await followed(context, await context.call(authExportLoginToken, request))
          if (answer._ === 'auth.loginTokenSuccess') return answer.authorization
          // By the server's clock, as it is meant: the one here may be hours off.
          const left = Math.max(SHORTEST, 1000 * answer.expires - context.serverTime())
          const url = `tg://login?token=${toBareBase64Url(answer.token)}`
          onToken({ url, expiresAt: host.wallClock() + left })
          await scanned.or(left)
        } catch (error) {
          // Scanned at the last moment, and over before it came to where the account lives: another one is shown.
          if (!(error instanceof RpcError && error.type === 'AUTH_TOKEN_EXPIRED') || ++late > MAX_LATE) throw error
        } finally {
          scanned.end()
        }
      }
    } catch (error) {
      if (wantsPassword(error)) return checkPassword(context, password)
      throw error
    }
  }
}

/** Goes where the account lives. */
async function followed(
  context: LoginContext,
  answer: AuthLoginToken,
): Promise<Exclude<AuthLoginToken, { _: 'auth.loginTokenMigrateTo' }>> {
  let now = answer
  // The account lives in one place, so one move is enough; a server that sends us on and on is not followed.
  for (let moves = 0; now._ === 'auth.loginTokenMigrateTo'; moves++) {
    if (moves > 2) throw new UsageError('the server sends this login from one datacenter to the next')
    await context.moveTo(now.dcId)
    now = await context.call(authImportLoginToken, { _: 'auth.importLoginToken', token: now.token })
  }
  return now
}

/** Hears from now on whether a code is scanned. */
function untilScanned(context: LoginContext): { or(ms: number): Promise<void>; end(): void } {
  const { host, signal } = context
  let scanned = false
  let wake = (): void => {}
  context.onMessage((reader) => {
    if (!isScan(reader)) return
    scanned = true
    wake()
  })
  return {
    or(ms) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve
      })
      if (scanned) wake()
      const timer = host.setTimer(ms, wake)
      return orAbort(woken, signal).finally(() => timer.cancel())
    },
    end: () => context.onMessage(undefined),
  }
}

/** Whether what the server says is that a code was scanned. Before a login there is nothing else to be told of along with it. */
function isScan(reader: TlReader): boolean {
  if (reader.remaining < 8) return false
  const kind = reader.uint()
  if (UPDATES.includes(kind) && reader.remaining >= 12) {
    // The vector's own id, and how many there are.
    reader.uint()
    reader.uint()
  } else if (kind !== UPDATE_SHORT) return false
  return reader.uint() === UPDATE_LOGIN_TOKEN
}
