/**
 * The code that proves that a phone number is the user's: how it is sent, in plain words.
 *
 * Source: https://core.telegram.org/api/auth#code-types
 */
import { hint } from '#explain'
import { UsageError } from '../../errors.ts'
import type { AuthCodeType, AuthSentCodeType } from '../../tl/generated/api-types.ts'

/** How a code comes. */
export type CodeDelivery =
  | 'app'
  | 'sms'
  | 'call'
  | 'flash-call'
  | 'missed-call'
  | 'fragment'
  | 'email'
  | 'sms-word'
  | 'sms-phrase'

/** Where to look for a code, and what it looks like. */
export interface CodeRequest {
  /**
   * `app`: a message from Telegram in the user's other apps; `sms`; `call`: read out; `flash-call` and `missed-call`: the number that calls;
   * `fragment`: on fragment.com, see `url`; `email`; `sms-word`, `sms-phrase`: a word or phrase instead of digits.
   */
  readonly delivery: CodeDelivery
  /** Number of digits, where it is known. */
  readonly length: number | undefined
  /** What is known of it: the pattern of a number that calls, its first digits, the start of a word, or of an e-mail address. */
  readonly pattern: string | undefined
  /** Where a code of `fragment` can be seen. */
  readonly url: string | undefined
  /** How the next one would come, if this does not: answer with `RESEND`. */
  readonly next: CodeDelivery | undefined
  /** When the next one may be asked for: ms since 1970; undefined for now. */
  readonly nextAt: number | undefined
  /** 1 at first; more after wrong ones. */
  readonly attempt: number
  /** What was the matter with the one before: it was wrong, or came too late, so that this is another. */
  readonly problem: 'wrong' | 'expired' | undefined
}

/** What is told of a delivery beside its name. */
export type Delivery = Pick<CodeRequest, 'delivery' | 'length' | 'pattern' | 'url'>

function told(delivery: CodeDelivery, length?: number, pattern?: string, url?: string): Delivery {
  return { delivery, length, pattern, url }
}

/**
 * How a code was sent.
 * @throws UsageError for ways that only Telegram's own apps can take
 */
export function deliveryOf(type: AuthSentCodeType): Delivery {
  switch (type._) {
    case 'auth.sentCodeTypeApp':
      return told('app', type.length)
    case 'auth.sentCodeTypeSms':
    // Used only after a promise in the settings that we do not make, and sent once a phone has proved itself; should a server
    // use it all the same, the way on is the next one (RESEND).
    case 'auth.sentCodeTypeFirebaseSms':
      return told('sms', type.length)
    case 'auth.sentCodeTypeCall':
      return told('call', type.length)
    case 'auth.sentCodeTypeFlashCall':
      return told('flash-call', undefined, type.pattern)
    case 'auth.sentCodeTypeMissedCall':
      return told('missed-call', type.length, type.prefix)
    case 'auth.sentCodeTypeFragmentSms':
      return told('fragment', type.length, undefined, type.url)
    case 'auth.sentCodeTypeEmailCode':
      return told('email', type.length, type.emailPattern)
    case 'auth.sentCodeTypeSmsWord':
      return told('sms-word', undefined, type.beginning)
    case 'auth.sentCodeTypeSmsPhrase':
      return told('sms-phrase', undefined, type.beginning)
    default:
      throw new UsageError(
        `this account must be given an e-mail address before it can log in${hint('; log in once with an official app, which asks for it') ?? ''}`,
      )
  }
}

const NEXT: Readonly<Record<AuthCodeType['_'], CodeDelivery>> = {
  'auth.codeTypeSms': 'sms',
  'auth.codeTypeCall': 'call',
  'auth.codeTypeFlashCall': 'flash-call',
  'auth.codeTypeMissedCall': 'missed-call',
  'auth.codeTypeFragmentSms': 'fragment',
}

/** How the next code would come. */
export function nextDelivery(type: AuthCodeType | undefined): CodeDelivery | undefined {
  return type && NEXT[type._]
}
