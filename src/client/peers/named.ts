/**
 * What a peer is named by, once the form that it came in is understood: nothing is looked up yet.
 */
import { UsageError } from '../../errors.ts'
import type { InputPeer } from '../../tl/generated/api-types.ts'

/** Somebody who has an id: a person or a bot, a basic group, or a supergroup or channel. */
export interface ById {
  readonly kind: 'user' | 'chat' | 'channel'
  readonly id: bigint
  /** It was told in the short form, whose access hash is good for nothing here. */
  readonly min?: boolean
}

/** Who is meant. */
export type Named =
  | ById
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'phone'; readonly digits: string }
  | { readonly kind: 'invite'; readonly hash: string }
  | { readonly kind: 'input'; readonly peer: InputPeer }

/** A name that others may see; with `@` or in a link also those few that are shorter than one can have today. */
const USERNAME = /^[a-z]\w{1,31}$/i
/** Digits of a phone number with its country's code. Source: https://www.itu.int/rec/T-REC-E.164 */
const PHONE = /^\d{7,15}$/

/** Highest id of a user, a basic group, a channel. Source: https://core.telegram.org/api/bots/ids */
const MAX_USER = 0xff_ffff_ffffn
const MAX_CHAT = 999_999_999_999n
const MAX_CHANNEL = 997_852_516_352n
/** Ids of monoforums, which are channels: another range of their own. */
const MIN_MONOFORUM = 1_002_147_483_649n
const MAX_MONOFORUM = 3_000_000_000_000n
/** What is added to a channel's id before it is made negative. */
const CHANNEL_MARK = 1_000_000_000_000n

/** What can be said where something names nobody. */
export const FORMS =
  "give 'me', a @username, a t.me link, a phone number with +, an id (a channel's with -100 in front), or an object such as a message"

/** Longer texts are cut, in characters, and so are numbers in them: what is given by mistake may be a token, a session, a phone number. */
const SHOWN = 16
const SHOWN_START = 6

/** What was given, as far as it may be repeated in a sentence. */
export function shown(text: string): string {
  const start = text.length > SHOWN ? `${text.slice(0, SHOWN_START)}…` : text
  // Of a bot's token, nothing behind its id.
  return start.replace(/^(\d+:).+/s, '$1…').replace(/(\d{3})\d{4,}/g, '$1…')
}

/** The bearer of a username. @throws UsageError for what is none */
export function byName(name: string): Named {
  if (USERNAME.test(name)) return { kind: 'name', name }
  throw new UsageError(
    `"${shown(name)}" is no username: they have letters, digits and underscores, a letter first; ${FORMS}`,
  )
}

/** The owner of a phone number. @throws UsageError for what is none */
export function byPhone(text: string): Named {
  const digits = text.replace(/[\s().-]/g, '').replace(/^\+/, '')
  if (PHONE.test(digits)) return { kind: 'phone', digits }
  throw new UsageError(`"${shown(text)}" is no phone number: give it with the code of its country, as +49 170 1234567`)
}

/**
 * Who has an id, in the form that bots know: users as they are, basic groups negative, channels and supergroups with -100
 * in front.
 * @throws UsageError for numbers that are nobody's
 */
export function byMarkedId(marked: bigint): ById {
  if (marked > 0n && marked <= MAX_USER) return { kind: 'user', id: marked }
  const id = -marked
  if (id > 0n && id <= MAX_CHAT) return { kind: 'chat', id }
  const channel = id - CHANNEL_MARK
  if (isChannel(channel)) return { kind: 'channel', id: channel }
  const why =
    channel > MAX_CHANNEL && channel < MIN_MONOFORUM ? 'the id of a secret chat, which takes no uploads' : 'no id'
  throw new UsageError(`${marked} is ${why}; ${FORMS}`)
}

/** A supergroup or channel by its own id. @throws UsageError */
export function byChannelId(id: bigint): ById {
  if (isChannel(id)) return { kind: 'channel', id }
  throw new UsageError(`${id} is no id of a channel`)
}

function isChannel(id: bigint): boolean {
  return (id > 0n && id <= MAX_CHANNEL) || (id >= MIN_MONOFORUM && id <= MAX_MONOFORUM)
}

/** An id as bots know it: what people can find elsewhere. */
export function markedId({ kind, id }: ById): bigint {
  if (kind === 'user') return id
  return kind === 'chat' ? -id : -id - CHANNEL_MARK
}
