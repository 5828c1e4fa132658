/**
 * Login of people: codes sent to phones, passwords, QR codes.
 *
 * Sources: https://core.telegram.org/api/auth, https://core.telegram.org/api/srp, https://core.telegram.org/api/qr-login
 */
import type { AuthAuthorization, AuthLoginToken, AuthSentCode } from '../../../tl/generated/api-types.ts'
import { TlWriter } from '../../../tl/writer.ts'
import { codeType, type Logins, type SentCode, sentCodeType, TOKEN_LENGTH } from '../logins.ts'
import { badRequest, RpcFailure } from '../rpc-failure.ts'
import type { WorldUser } from '../world.ts'
import { authorized, checkApp } from './auth.ts'
import { type Handlers, type MethodCall, self } from './handler.ts'

const PHONE = /^\d{7,15}$/

export const LOGIN_METHODS: Handlers<
  | 'auth.sendCode'
  | 'auth.resendCode'
  | 'auth.cancelCode'
  | 'auth.signIn'
  | 'account.getPassword'
  | 'auth.checkPassword'
  | 'auth.exportLoginToken'
  | 'auth.importLoginToken'
  | 'auth.acceptLoginToken'
> = {
  'auth.sendCode': (call, request) => {
    const { dc } = call
    const { world, id } = dc
    const { logins } = world
    checkApp(call, request)
    checkAge(call)
    const phoneNumber = digitsOf(request.phoneNumber)
    if (logins.bannedPhones.has(phoneNumber)) throw badRequest('PHONE_NUMBER_BANNED')
    const user = userOf(world.users.values(), phoneNumber)
    if (!user && logins.signUpForbidden) throw badRequest('PHONE_NUMBER_APP_SIGNUP_FORBIDDEN')
    if (user && logins.wrongPasswords(user.id) >= logins.mostPasswords)
      throw new RpcFailure(406, 'PHONE_PASSWORD_FLOOD')
    if (logins.sentTo(phoneNumber) >= logins.mostCodes) throw badRequest('PHONE_NUMBER_FLOOD')
    if (logins.deliveries.get(phoneNumber)?.length === 0) throw badRequest('SMS_CODE_CREATE_FAILED')
    const homeDc = user?.homeDc
    if (homeDc !== undefined && homeDc !== id) throw new RpcFailure(303, `PHONE_MIGRATE_${homeDc}`)
    return told(logins, logins.send(phoneNumber, dc.seconds()))
  },

  'auth.resendCode': (call, { phoneNumber, phoneCodeHash }) => {
    const { dc } = call
    const { further, delivery, phone } = pending(call, phoneNumber, phoneCodeHash)
    if (delivery === 'set-up-email') throw badRequest('EMAIL_INSTALL_MISSING')
    if (further.length === 0) throw new RpcFailure(406, 'SEND_CODE_UNAVAILABLE')
    dc.world.logins.drop(phoneCodeHash)
    return told(dc.world.logins, dc.world.logins.send(phone, dc.seconds(), further))
  },

  'auth.cancelCode': (call, { phoneNumber, phoneCodeHash }) => {
    pending(call, phoneNumber, phoneCodeHash)
    call.dc.world.logins.drop(phoneCodeHash)
    return true
  },

  'auth.signIn': (call, { phoneNumber, phoneCodeHash, phoneCode, emailVerification }) => {
    const { world } = call.dc
    checkAge(call)
    if (world.logins.wasRestarted(phoneCodeHash)) throw new RpcFailure(500, 'AUTH_RESTART')
    const sent = pending(call, phoneNumber, phoneCodeHash)
    const mail = emailVerification?._ === 'emailVerificationCode' ? emailVerification.code : undefined
    const typed = sent.delivery === 'email' ? mail : phoneCode
    if (!typed) throw badRequest('PHONE_CODE_EMPTY')
    if (typed !== sent.code) throw badRequest(sent.delivery === 'email' ? 'CODE_INVALID' : 'PHONE_CODE_INVALID')
    const user = userOf(world.users.values(), sent.phone)
    const home = user?.homeDc ?? call.dc.id
    if (home !== call.dc.id) throw new RpcFailure(303, `USER_MIGRATE_${home}`)
    world.logins.drop(phoneCodeHash)
    return user ? enter(call, user) : { _: 'auth.authorizationSignUpRequired' }
  },

  'account.getPassword': (call) => {
    const { crypto, world } = call.dc
    const userId = call.who.passwordFor ?? self(call).id
    const challenge = world.logins.challenge(crypto, userId)
    const unknown = { _: 'passwordKdfAlgoUnknown' } as const
    const common = {
      _: 'account.password',
      newAlgo: unknown,
      newSecureAlgo: { _: 'securePasswordKdfAlgoUnknown' },
      secureRandom: new Uint8Array(32),
    } as const
    if (!challenge) return common
    const { algorithm, srpB, id, hint } = challenge
    return {
      ...common,
      hasPassword: true,
      currentAlgo: { _: 'passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow', ...algorithm },
      srpB,
      srpId: id,
      hint,
    }
  },

  'auth.checkPassword': (call, { password }) => {
    const { world } = call.dc
    const userId = call.who.passwordFor
    if (userId === undefined) throw new RpcFailure(401, 'AUTH_KEY_UNREGISTERED')
    if (password._ === 'inputCheckPasswordEmpty') throw badRequest('PASSWORD_HASH_INVALID')
    const right = world.logins.answer(userId, password.srpId, password.A, password.M1)
    if (right === undefined) throw badRequest('SRP_ID_INVALID')
    if (right === 'changed') throw badRequest('SRP_PASSWORD_CHANGED')
    if (!right) throw badRequest('PASSWORD_HASH_INVALID')
    return authorized(call, world.users.get(userId)!)
  },

  'auth.exportLoginToken': (call, request) => {
    const { dc, who } = call
    checkApp(call, request)
    if (call.user) throw badRequest('AUTH_TOKEN_ALREADY_ACCEPTED')
    const shown = who.shownToken
    if (shown?.acceptedBy !== undefined) return accepted(call, shown.token)
    const token = dc.world.logins.newToken(dc.seconds(), request.exceptIds, () =>
      call.push(scannedUpdate(dc.seconds())),
    )
    who.shownToken = token
    return { _: 'auth.loginToken', expires: token.expiresAt, token: token.token }
  },

  'auth.importLoginToken': (call, { token }) => {
    if (token.length !== TOKEN_LENGTH) throw badRequest('AUTH_TOKEN_INVALID')
    return accepted(call, token)
  },

  'auth.acceptLoginToken': (call, { token: bytes }) => {
    const { dc } = call
    const user = self(call)
    if (bytes.length !== TOKEN_LENGTH) throw badRequest('AUTH_TOKEN_INVALIDX')
    const token = dc.world.logins.findToken(bytes, dc.seconds())
    if (!token) throw badRequest('AUTH_TOKEN_EXPIRED')
    if (token.acceptedBy !== undefined) throw badRequest('AUTH_TOKEN_ALREADY_ACCEPTED')
    if (token.except.includes(user.id)) throw badRequest('AUTH_TOKEN_EXCEPTION')
    token.acceptedBy = user.id
    token.scanned()
    const now = dc.seconds()
    return {
      _: 'authorization',
      hash: 1n,
      deviceModel: '',
      platform: '',
      systemVersion: '',
      apiId: 1,
      appName: '',
      appVersion: '',
      dateCreated: now,
      dateActive: now,
      ip: '127.0.0.1',
      country: '',
      region: '',
    }
  },
}

/** `updateShort` with `updateLoginToken` in it. */
function scannedUpdate(date: number): Uint8Array {
  const writer = new TlWriter(12)
  writer.uint(0x78d4dec1)
  writer.uint(0x564fe691)
  writer.int(date)
  return writer.finish()
}

/** @throws RpcFailure UPDATE_APP_TO_LOGIN when the client is too old for people to log in with */
function checkAge({ who, dc }: MethodCall): void {
  if (who.layer < dc.world.oldestLoginLayer) throw new RpcFailure(406, 'UPDATE_APP_TO_LOGIN')
}

/**
 * The digits of a phone number, which clients send as people write it.
 * @throws RpcFailure PHONE_NUMBER_INVALID, in logins with 406: https://core.telegram.org/method/auth.sendCode
 */
function digitsOf(phone: string): string {
  const digits = phone.replace(/[+\s().-]/g, '')
  if (!PHONE.test(digits)) throw new RpcFailure(406, 'PHONE_NUMBER_INVALID')
  return digits
}

/** Who has a phone number. */
function userOf(users: Iterable<WorldUser>, phone: string): WorldUser | undefined {
  for (const user of users) if (user.phone === phone) return user
  return undefined
}

/** The code that was sent, and is still good. */
function pending({ dc }: MethodCall, phone: string, hash: string): SentCode {
  const digits = digitsOf(phone)
  if (hash === '') throw badRequest('PHONE_CODE_HASH_EMPTY')
  const sent = dc.world.logins.find(digits, hash, dc.seconds())
  if (!sent) throw badRequest('PHONE_CODE_EXPIRED')
  return sent
}

function told(logins: Logins, sent: SentCode): AuthSentCode {
  const nextType = codeType(sent.further[0])
  return {
    _: 'auth.sentCode',
    type: sentCodeType(sent),
    phoneCodeHash: sent.hash,
    nextType,
    timeout: nextType && logins.resendAfter,
  }
}

/** Logs in, unless there is a password. */
function enter(call: MethodCall, user: WorldUser): AuthAuthorization {
  if (user.deactivated) throw new RpcFailure(401, 'USER_DEACTIVATED')
  if (!call.dc.world.logins.hasPassword(user.id)) return authorized(call, user)
  call.who.passwordFor = user.id
  throw new RpcFailure(401, 'SESSION_PASSWORD_NEEDED')
}

/** A QR code that was scanned: to its account, wherever that lives. */
function accepted(call: MethodCall, bytes: Uint8Array): AuthLoginToken {
  const { world, id } = call.dc
  if (world.logins.wasUsed(bytes)) throw badRequest('AUTH_TOKEN_ALREADY_ACCEPTED')
  const token = world.logins.findToken(bytes, call.dc.seconds())
  const user = token?.acceptedBy === undefined ? undefined : world.users.get(token.acceptedBy)
  if (!token || !user) throw badRequest('AUTH_TOKEN_EXPIRED')
  if (user.homeDc !== undefined && user.homeDc !== id)
    return { _: 'auth.loginTokenMigrateTo', dcId: user.homeDc, token: bytes }
  world.logins.dropToken(token)
  return { _: 'auth.loginTokenSuccess', authorization: enter(call, user) }
}
