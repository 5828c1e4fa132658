/**
 * Logging in by phone number: a code is sent, and with some accounts a password is wanted in addition.
 *
 * Nothing that is typed is kept or shown. There is no signing up here: Telegram's own apps do that.
 * Source: https://core.telegram.org/api/auth
 */
import { hint } from '#explain'
import { authCancelCode, authResendCode, authSendCode, authSignIn } from '#methods'
import { RpcError, UsageError } from '../../errors.ts'
import { orAbort, quietly } from '../../files/abort.ts'
import type { AuthAuthorization, AuthSentCode } from '../../tl/generated/api-types.ts'
import { type CodeRequest, deliveryOf, nextDelivery } from './code.ts'
import type { Login, LoginContext } from './context.ts'
import { type AskPassword, checkPassword, wantsPassword } from './password.ts'

/** Answer of `code` that asks for another code, by the next way. */
export const RESEND: unique symbol = Symbol('another code, please')

/** What a number is asked for with. */
export interface PhoneRequest {
  /** 1 at first; more after numbers that cannot be. */
  readonly attempt: number
}

/** What {@link phoneLogin} asks for. */
export interface PhoneLoginOptions {
  /** The number with its country code: `+49 170 1234567`; or a function that asks for it, again where it cannot be one. */
  readonly phone: string | ((request: PhoneRequest) => string | Promise<string>)
  /** Asks for the code; called again after a wrong one. {@link RESEND} has another sent. */
  readonly code: (request: CodeRequest) => string | typeof RESEND | Promise<string | typeof RESEND>
  /** Asks for the password, of accounts that have one. */
  readonly password?: AskPassword | undefined
}

/** How often a wrong number or code may be given, and another code be sent. */
const MAX_ATTEMPTS = 5

type Sent = Extract<AuthSentCode, { _: 'auth.sentCode' }>

/**
 * A login by phone number, for the option `login`.
 *
 * ```ts
 * const client = await UploadClient.connect({
 *   apiId, apiHash, storage: 'me.session',
 *   login: phoneLogin({ phone: '+49 170 1234567', code: () => ask('Code: '), password: () => ask('Password: ') }),
 * })
 * ```
 * @throws RpcError for a number, code or password that the server refuses for good
 * @throws UsageError when the account does not exist yet, or cannot be logged in by other than Telegram's apps
 */
export function phoneLogin(options: PhoneLoginOptions): Login {
  return async (context) => {
    try {
      // A server that knows this device may ask for the password at once.
      const { phoneNumber, sent } = await codeSent(context, options.phone)
      const { authorization } = await codeEntered(context, options, phoneNumber, sent)
      if (authorization._ === 'auth.authorization') return authorization
    } catch (error) {
      if (wantsPassword(error)) return checkPassword(context, options.password)
      throw error
    }
    throw new UsageError(
      `there is no account with this number${hint('; sign up with an official app first, then log in here') ?? ''}`,
    )
  }
}

/** Has a code sent, and asks for the number until it can be one. */
async function codeSent(
  context: LoginContext,
  phone: PhoneLoginOptions['phone'],
): Promise<{ readonly phoneNumber: string; readonly sent: AuthSentCode }> {
  for (let attempt = 1; ; attempt++) {
    const given = typeof phone === 'string' ? phone : await orAbort(Promise.resolve(phone({ attempt })), context.signal)
    const phoneNumber = String(given).replace(/\D/g, '')
    try {
      if (!phoneNumber) throw new UsageError(`a phone number has digits${hint(', those of the country first') ?? ''}`)
      return { phoneNumber, sent: await sendCode(context, phoneNumber) }
    } catch (error) {
      const impossible = !phoneNumber || (error instanceof RpcError && error.type === 'PHONE_NUMBER_INVALID')
      if (!impossible || typeof phone === 'string' || attempt >= MAX_ATTEMPTS) throw error
    }
  }
}

function sendCode(context: LoginContext, phoneNumber: string): Promise<AuthSentCode> {
  const { apiId, apiHash } = context
  const settings = { _: 'codeSettings' } as const
  return context.call(authSendCode, { _: 'auth.sendCode', phoneNumber, apiId, apiHash, settings })
}

/** Asks for codes and gives them to the server until one is right. */
async function codeEntered(
  context: LoginContext,
  options: PhoneLoginOptions,
  phoneNumber: string,
  first: AuthSentCode,
): Promise<{ readonly authorization: AuthAuthorization }> {
  const { host, signal } = context
  let sent = first
  let problem: CodeRequest['problem']
  for (let attempt = 1, resent = 0; ; ) {
    if (sent._ === 'auth.sentCodeSuccess') return sent
    if (sent._ !== 'auth.sentCode') {
      throw new UsageError(
        `Telegram wants to be paid for a code to this number${hint('; log in with an official app') ?? ''}`,
      )
    }
    const { phoneCodeHash, timeout, nextType } = sent
    const nextAt = timeout === undefined ? timeout : host.wallClock() + 1000 * timeout
    const request = { ...deliveryOf(sent.type), next: nextDelivery(nextType), nextAt, attempt, problem }
    problem = undefined
    let code: string | typeof RESEND
    try {
      code = await orAbort(Promise.resolve(options.code(request)), signal)
      if (code !== RESEND && typeof code !== 'string') {
        throw new UsageError(`code must give a string or RESEND, not ${code === null ? 'nothing' : typeof code}`)
      }
    } catch (error) {
      // Whoever is asked gave up: the server need not wait for the code either.
      void quietly(() => context.call(authCancelCode, { _: 'auth.cancelCode', phoneNumber, phoneCodeHash }))
      throw error
    }
    try {
      // What was left empty is asked for again, without costing an attempt on the server's side.
      if (code !== RESEND && !code.trim()) throw new RpcError(400, 'PHONE_CODE_EMPTY', 'auth.signIn')
      if (code !== RESEND) return { authorization: await signIn(context, phoneNumber, sent, code) }
      if (resent++ >= MAX_ATTEMPTS) throw new UsageError('no further code is asked for')
      sent = await context.call(authResendCode, { _: 'auth.resendCode', phoneNumber, phoneCodeHash })
    } catch (error) {
      const type = error instanceof RpcError ? error.type : ''
      // A login that the server has lost starts over, just as one whose code came too late.
      if (/^(PHONE_CODE_EXPIRED|AUTH_RESTART)/.test(type) && resent++ < MAX_ATTEMPTS) {
        problem = 'expired'
        sent = await sendCode(context, phoneNumber)
        continue
      }
      // It had another way in mind, and has it no more: what was sent is still good.
      if (type === 'SEND_CODE_UNAVAILABLE' && nextType && sent._ === 'auth.sentCode') {
        sent = { ...sent, nextType: undefined }
        continue
      }
      if (!/^(PHONE_)?CODE_(INVALID|EMPTY)$/.test(type) || attempt++ >= MAX_ATTEMPTS) throw error
      if (!type.endsWith('EMPTY')) problem = 'wrong'
    }
  }
}

function signIn(context: LoginContext, phoneNumber: string, sent: Sent, typed: string): Promise<AuthAuthorization> {
  const { phoneCodeHash, type } = sent
  const code = String(typed).trim()
  const common = { _: 'auth.signIn', phoneNumber, phoneCodeHash } as const
  return context.call(
    authSignIn,
    type._ === 'auth.sentCodeTypeEmailCode'
      ? { ...common, emailVerification: { _: 'emailVerificationCode', code } }
      : { ...common, phoneCode: code },
  )
}
