/**
 * What people are told while they log in: how a code comes, what was wrong, who they are.
 */
import type { CodeDelivery, CodeRequest, PasswordRequest } from '../client/login/index.ts'
import { durationText } from '../observe/units.ts'

/** How a code was sent, and where to look for it. */
export function deliveryText({ delivery, pattern, url }: Pick<CodeRequest, 'delivery' | 'pattern' | 'url'>): string {
  const from = pattern === undefined ? '' : `, which begins with ${pattern}`
  switch (delivery) {
    case 'app':
      return 'the code was sent to the Telegram apps where this account is logged in: look for a message from Telegram'
    case 'sms':
      return 'the code was sent by SMS'
    case 'call':
      return 'the code is told by a phone call'
    case 'flash-call':
      return `the code is a phone number: of the call that ends at once${pattern === undefined ? '' : ` (${pattern})`}`
    case 'missed-call':
      return `the code is the last digits of the number that calls and hangs up${from}`
    case 'fragment':
      return `the code can be seen on Fragment${url === undefined ? '' : `: ${url}`}`
    case 'email':
      return `the code was sent by e-mail${pattern === undefined ? '' : ` to ${pattern}`}`
    case 'sms-word':
      return `a word was sent by SMS${from}`
    case 'sms-phrase':
      return `a phrase was sent by SMS${from}`
  }
}

/** Ways of delivery in short, after "by" or "as". */
const SHORT: Readonly<Record<CodeDelivery, string>> = {
  app: 'in the app',
  sms: 'by SMS',
  call: 'by a phone call',
  'flash-call': 'by a phone call that ends at once',
  'missed-call': 'by a missed call',
  fragment: 'on Fragment',
  email: 'by e-mail',
  'sms-word': 'as a word by SMS',
  'sms-phrase': 'as a phrase by SMS',
}

/** How another code can be had; a sentence on its own. @param now ms since 1970 */
export function anotherText({ next, nextAt = 0 }: CodeRequest, now: number): string {
  if (next === undefined) return 'there is no other way to have a code sent: use the one that was, or try again later'
  const wait = nextAt > now ? ` in ${durationText((nextAt - now) / 1000)}` : ''
  return `another code can be had ${SHORT[next]}${wait}`
}

/** Everything there is to say about a code that was just sent. */
export function sentLines(request: CodeRequest, now: number): string[] {
  const { length, next } = request
  const digits = length === undefined ? '' : ` (${length} ${length === 1 ? 'digit' : 'digits'})`
  const leave = next === undefined ? '' : ': leave the line empty for that'
  return [`${deliveryText(request)}${digits}; it is good for a few minutes`, `${anotherText(request, now)}${leave}`]
}

/** What goes before the question for a password. */
export function passwordLines({ hint, attempt, hasRecovery }: PasswordRequest): string[] {
  if (attempt > 1) return ['the password is wrong']
  const reminder = hint ? `; its hint is "${hint}"` : ''
  const recovery = hasRecovery ? '; if it is forgotten, an official app can take it away by e-mail' : ''
  return [`this account has a password (two-step verification)${reminder}${recovery}`]
}

/** Who an account is. */
export interface Person {
  readonly id: bigint
  readonly bot: boolean
  readonly username?: string | undefined
}

/** An account as people know it. */
export function nameOf({ id, bot, username }: Person): string {
  const name = username === undefined ? `id ${id}` : `@${username} (id ${id})`
  return bot ? `the bot ${name}` : name
}
