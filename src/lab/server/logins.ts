/**
 * Logins of people that are under way, and what they are checked against: codes sent to phones, passwords, QR codes shown.
 *
 * Numbers that begin with 99966 are those of Telegram's test accounts: their code is their sixth digit, five times
 * (https://core.telegram.org/api/auth#test-accounts). All other codes are drawn; {@link Logins.onCode} tells them.
 */
import { pbkdf2 } from '#pbkdf2'
import { fromBigInt, toHex, view } from '../../bytes.ts'
import type { CodeDelivery } from '../../client/login/code.ts'
import type { Crypto } from '../../crypto/crypto.ts'
import { PRODUCTION_PRIME } from '../../crypto/production-prime.ts'
import { type SrpAlgorithm, type SrpChallenge, srpChallenge, srpVerifier } from '../../crypto/srp-server.ts'
import { type RandomSource, randomBytes } from '../../host.ts'
import type { AuthCodeType, AuthSentCodeType } from '../../tl/generated/api-types.ts'

/** How a code can be sent here. */
export type Delivery = CodeDelivery | 'set-up-email'

/** A code on its way to somebody. */
export interface SentCode {
  readonly phone: string
  readonly hash: string
  readonly code: string
  readonly delivery: Delivery
  /** How the next one would be sent. */
  readonly further: readonly Delivery[]
  /** Server's second from which on it is no good. */
  readonly expiresAt: number
}

/** A QR code that is shown somewhere. */
export interface LoginToken {
  readonly token: Uint8Array
  /** Server's second from which on it is no good. */
  readonly expiresAt: number
  /** Accounts that shall not be taken. */
  readonly except: readonly bigint[]
  /** Tells whoever shows it that it was scanned. */
  readonly scanned: () => void
  acceptedBy?: bigint | undefined
}

/** What is kept of a password. */
interface Password {
  readonly algorithm: SrpAlgorithm
  readonly verifier: Uint8Array
  readonly hint: string | undefined
}

/** Seconds. */
const CODE_LIFE = 300
const TOKEN_LIFE = 30
const RESEND_AFTER = 60
/** Bytes of a QR code's secret. */
export const TOKEN_LENGTH = 32
const SRP_GENERATOR = 3

/** Numbers of Telegram's test accounts. */
const TEST_PHONE = /^99966(\d)\d{4}$/

export class Logins {
  /** How codes are sent to a number, in this order; `app`, `sms`, `call` unless told. */
  readonly deliveries: Map<string, readonly Delivery[]> = new Map()
  /** Numbers that are refused with PHONE_NUMBER_BANNED. */
  readonly bannedPhones: Set<string> = new Set()
  /** Numbers that nobody has cannot be signed up by other people's clients: PHONE_NUMBER_APP_SIGNUP_FORBIDDEN. */
  signUpForbidden: boolean = false
  /** Codes that may be sent to a number, and wrong passwords for an account: after that, no more codes are sent. */
  mostCodes: number = Number.POSITIVE_INFINITY
  mostPasswords: number = Number.POSITIVE_INFINITY
  /** Told of every code that is sent. */
  onCode: ((sent: SentCode) => void) | undefined
  /** How long a QR code is good for, in seconds. */
  tokenLife: number = TOKEN_LIFE
  /** Seconds until another code may be asked for, as clients are told. */
  resendAfter: number = RESEND_AFTER
  readonly #random: RandomSource
  readonly #codes = new Map<string, SentCode>()
  /** How many were sent, by number. */
  readonly #sent = new Map<string, number>()
  /** Hashes of codes that {@link restart} made useless. */
  readonly #restarted = new Set<string>()
  readonly #usedTokens = new Set<string>()
  readonly #passwords = new Map<bigint, Password>()
  readonly #wrong = new Map<bigint, number>()
  readonly #challenges = new Map<
    bigint,
    { readonly userId: bigint; readonly challenge: SrpChallenge; readonly of: Password }
  >()
  readonly #tokens = new Map<string, LoginToken>()

  constructor(random: RandomSource) {
    this.#random = random
  }

  /** Sends a code; with `deliveries`, by the first of them. */
  send(
    phone: string,
    now: number,
    deliveries: readonly Delivery[] = this.deliveries.get(phone) ?? ['app', 'sms', 'call'],
  ): SentCode {
    const [delivery = 'sms', ...further] = deliveries
    const digit = TEST_PHONE.exec(phone)?.[1]
    const drawn = String(view(randomBytes(this.#random, 4)).getUint32(0) % 100_000).padStart(5, '0')
    const code = digit?.repeat(5) ?? drawn
    const hash = toHex(randomBytes(this.#random, 9))
    const sent: SentCode = { phone, hash, code, delivery, further, expiresAt: now + CODE_LIFE }
    this.#codes.set(hash, sent)
    this.#sent.set(phone, this.sentTo(phone) + 1)
    this.onCode?.(sent)
    return sent
  }

  /** The code of a hash, if it was sent to this number and is still good. */
  find(phone: string, hash: string, now: number): SentCode | undefined {
    const sent = this.#codes.get(hash)
    return sent?.phone === phone && now < sent.expiresAt ? sent : undefined
  }

  /** A code is used up, or not wanted any more. */
  drop(hash: string): void {
    this.#codes.delete(hash)
  }

  /** How many codes were sent to a number. */
  sentTo(phone: string): number {
    return this.#sent.get(phone) ?? 0
  }

  /** Forgets all logins under way: whoever comes with a code that was sent has to start over. A test's knob. */
  restart(): void {
    for (const hash of this.#codes.keys()) this.#restarted.add(hash)
    this.#codes.clear()
  }

  /** Whether a code was forgotten in a {@link restart}. */
  wasRestarted(hash: string): boolean {
    return this.#restarted.has(hash)
  }

  /** How often a wrong password was given for an account. */
  wrongPasswords(userId: bigint): number {
    return this.#wrong.get(userId) ?? 0
  }

  /** Gives an account a password. */
  async setPassword(crypto: Crypto, userId: bigint, password: string, hint?: string): Promise<void> {
    const salt = (): Uint8Array => randomBytes(this.#random, 16)
    const algorithm = { salt1: salt(), salt2: salt(), g: SRP_GENERATOR, p: fromBigInt(PRODUCTION_PRIME, 256) }
    const verifier = await srpVerifier(crypto, pbkdf2, new TextEncoder().encode(password), algorithm)
    this.#passwords.set(userId, { algorithm, verifier, hint })
  }

  /** Whether an account has a password. */
  hasPassword(userId: bigint): boolean {
    return this.#passwords.has(userId)
  }

  /** Makes a challenge for an account; undefined if it has no password. */
  challenge(
    crypto: Crypto,
    userId: bigint,
  ): ({ readonly id: bigint; readonly srpB: Uint8Array } & Password) | undefined {
    const password = this.#passwords.get(userId)
    if (!password) return undefined
    const id = view(randomBytes(this.#random, 8)).getBigInt64(0)
    const challenge = srpChallenge(crypto, this.#random, password.verifier, password.algorithm)
    this.#challenges.set(id, { userId, challenge, of: password })
    return { ...password, id, srpB: challenge.srpB }
  }

  /**
   * Takes the answer to a challenge, which is good once; undefined if there is no such challenge for this account.
   * `changed` if it is about a password that was replaced since.
   */
  answer(userId: bigint, id: bigint, A: Uint8Array, M1: Uint8Array): boolean | 'changed' | undefined {
    const found = this.#challenges.get(id)
    if (found?.userId !== userId) return undefined
    this.#challenges.delete(id)
    if (found.of !== this.#passwords.get(userId)) return 'changed'
    const right = found.challenge.accepts(A, M1)
    if (!right) this.#wrong.set(userId, this.wrongPasswords(userId) + 1)
    return right
  }

  /** Makes a QR code. */
  newToken(now: number, except: readonly bigint[], scanned: () => void): LoginToken {
    const token: LoginToken = {
      token: randomBytes(this.#random, TOKEN_LENGTH),
      expiresAt: now + this.tokenLife,
      except,
      scanned,
    }
    this.#tokens.set(toHex(token.token), token)
    return token
  }

  /** A QR code that is still good. */
  findToken(bytes: Uint8Array, now: number): LoginToken | undefined {
    const token = this.#tokens.get(toHex(bytes))
    return token && now < token.expiresAt ? token : undefined
  }

  /** A QR code was used. */
  dropToken({ token }: LoginToken): void {
    this.#tokens.delete(toHex(token))
    this.#usedTokens.add(toHex(token))
  }

  /** Whether a QR code was used before. */
  wasUsed(bytes: Uint8Array): boolean {
    return this.#usedTokens.has(toHex(bytes))
  }
}

/** A delivery as the API has it. */
export function sentCodeType({ delivery, code, phone }: SentCode): AuthSentCodeType {
  const { length } = code
  switch (delivery) {
    case 'app':
      return { _: 'auth.sentCodeTypeApp', length }
    case 'sms':
      return { _: 'auth.sentCodeTypeSms', length }
    case 'call':
      return { _: 'auth.sentCodeTypeCall', length }
    case 'flash-call':
      return { _: 'auth.sentCodeTypeFlashCall', pattern: `+49*****${code}` }
    case 'missed-call':
      return { _: 'auth.sentCodeTypeMissedCall', prefix: '+49 30', length }
    case 'fragment':
      return { _: 'auth.sentCodeTypeFragmentSms', url: `https://fragment.com/login/${phone}`, length }
    case 'email':
      return { _: 'auth.sentCodeTypeEmailCode', emailPattern: 'a***@e***.org', length }
    case 'sms-word':
      return { _: 'auth.sentCodeTypeSmsWord', beginning: code[0] }
    case 'sms-phrase':
      return { _: 'auth.sentCodeTypeSmsPhrase', beginning: code[0] }
    case 'set-up-email':
      return { _: 'auth.sentCodeTypeSetUpEmailRequired' }
  }
}

const CODE_TYPES: Readonly<Partial<Record<Delivery, AuthCodeType>>> = {
  sms: { _: 'auth.codeTypeSms' },
  call: { _: 'auth.codeTypeCall' },
  'flash-call': { _: 'auth.codeTypeFlashCall' },
  'missed-call': { _: 'auth.codeTypeMissedCall' },
  fragment: { _: 'auth.codeTypeFragmentSms' },
}

/** How the next code would be sent, as the API has it. */
export function codeType(delivery: Delivery | undefined): AuthCodeType | undefined {
  return delivery && CODE_TYPES[delivery]
}
