/**
 * Two-step verification: the password, which the server never learns.
 *
 * Source: https://core.telegram.org/api/srp
 */
import { hint } from '#explain'
import { accountGetPassword, authCheckPassword } from '#methods'
import { pbkdf2 } from '#pbkdf2'
import { answerSrp } from '../../crypto/srp.ts'
import { RpcError, UsageError } from '../../errors.ts'
import { orAbort } from '../../files/abort.ts'
import type { AuthAuthorization } from '../../tl/generated/api-types.ts'
import type { LoginContext } from './context.ts'

/** What the password is asked for with. */
export interface PasswordRequest {
  /** What the user has noted to remember it by. */
  readonly hint: string | undefined
  /** 1 at first; more after wrong ones. */
  readonly attempt: number
  /** Whether an address is known to which the server can send a code that takes the password away. */
  readonly hasRecovery: boolean
}

/** Gives the password, or asks somebody for it. It is not kept. */
export type AskPassword = (request: PasswordRequest) => string | Promise<string>

/** How often a wrong password may be given; the server makes one wait much earlier. */
const MAX_ATTEMPTS = 5
/** How often in a row a challenge may be over before its answer comes. */
const MAX_LATE = 5

/** Whether the server wants a password in addition. */
export function wantsPassword(error: unknown): boolean {
  return error instanceof RpcError && error.type === 'SESSION_PASSWORD_NEEDED'
}

/**
 * Gives the password until it is right.
 * @throws UsageError when there is nobody to ask, or this way of checking passwords is not known
 * @throws RpcError PASSWORD_HASH_INVALID after the last attempt
 */
export async function checkPassword(context: LoginContext, ask: AskPassword | undefined): Promise<AuthAuthorization> {
  const { crypto, host, signal } = context
  if (!ask) {
    throw new UsageError(
      `this account has a password${hint('; give the option password, a function that returns it') ?? ''}`,
    )
  }
  /** What was typed, while nothing was said of it. */
  let unchecked: string | undefined
  let late = 0
  for (let attempt = 1; ; ) {
    // Fresh each time: a challenge is good once.
    const challenge = await context.call(accountGetPassword, { _: 'account.getPassword' })
    const { currentAlgo, srpB, srpId, hint: reminder, hasRecovery = false } = challenge
    if (
      currentAlgo?._ !== 'passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow' ||
      !srpB ||
      srpId === undefined
    ) {
      throw new UsageError(
        `the server checks passwords in a way that is not known here${hint('; update this package') ?? ''}`,
      )
    }
    const password =
      unchecked ?? (await orAbort(Promise.resolve(ask({ hint: reminder, attempt, hasRecovery })), signal))
    if (typeof password !== 'string' || password === '') {
      throw new UsageError(`password must give a string that is not empty, not ${typeof password}`)
    }
    const text = new TextEncoder().encode(password)
    const answer = await answerSrp(crypto, host.random, pbkdf2, text, { ...currentAlgo, srpB })
    text.fill(0)
    signal?.throwIfAborted()
    try {
      return await context.call(authCheckPassword, {
        _: 'auth.checkPassword',
        password: { _: 'inputCheckPasswordSRP', srpId, A: answer.A, M1: answer.M1 },
      })
    } catch (error) {
      const { type } = error as Partial<RpcError>
      // An answer that came too late, as when somebody types slowly, says nothing about the password: no need to ask again.
      const isLate = type === 'SRP_ID_INVALID'
      unchecked = isLate ? password : undefined
      const again = isLate ? ++late < MAX_LATE : /^(PASSWORD_HASH|SRP_PASSWORD_CHANGED)/.test(type ?? '')
      if (!again || attempt >= MAX_ATTEMPTS) throw error
      if (!isLate) attempt++
    }
  }
}
