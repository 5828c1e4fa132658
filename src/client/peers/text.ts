/**
 * Who a text names: a word, a username, a phone number, an id, a link.
 *
 * Source: https://core.telegram.org/api/links
 */
import { UsageError } from '../../errors.ts'
import { byChannelId, byMarkedId, byName, byPhone, FORMS, type Named, shown } from './named.ts'

/** Where links lead to Telegram. */
const HOSTS = /^(?:www\.)?(?:t|telegram)\.me$|^(?:www\.)?telegram\.dog$/
/** A name in front of `t.me`. */
const NAME_HOST = /^(?!www\.)([^.]+)\.t\.me$/

/** What can follow `t.me/` and is nobody's name. */
const RESERVED = new Set(
  (
    'addemoji addlist addstickers addtheme auth bg boost call confirmphone contact emoji giftcode invoice iv joinchat login m ' +
    'nft proxy setlanguage share socks stickers'
  ).split(' '),
)

/** Who a text names. @throws UsageError for one that names nobody */
export function parseText(given: string): Named {
  const text = given.trim()
  if (text === 'me' || text === 'self') return { kind: 'input', peer: { _: 'inputPeerSelf' } }
  if (text === 'empty') return { kind: 'input', peer: { _: 'inputPeerEmpty' } }
  if (text === '') throw new UsageError(`the peer is an empty string; ${FORMS}`)
  if (/^-?\d+$/.test(text)) return byMarkedId(BigInt(text))
  if (text.startsWith('+')) return byPhone(text)
  if (text.startsWith('@')) return byName(text.slice(1))
  if (/^[a-z]\w{3,31}$/i.test(text)) return byName(text)
  const link = parseLink(text)
  if (link) return link
  throw new UsageError(`"${shown(text)}" is no peer; ${FORMS}`)
}

/** Who a link names; undefined for what is no link to Telegram. */
function parseLink(text: string): Named | undefined {
  const [, action, fields] = /^tg:(?:\/\/)?(\w+)\/?(?:\?([^#]*))?/i.exec(text) ?? []
  if (action) return byAction(action.toLowerCase(), new URLSearchParams(fields), text)
  const [, host = '', path = ''] = /^(?:https?:\/\/)?([^/?#\s]+)(?:\/([^?#]*))?/i.exec(text) ?? []
  const name = NAME_HOST.exec(host.toLowerCase())?.[1]
  if (!name && !HOSTS.test(host.toLowerCase())) return undefined
  const steps = path.split('/').filter(Boolean).map(decode)
  return byPath(name ? [name, ...steps] : steps, text)
}

/** A link to `t.me`, step by step. */
function byPath([first = '', second = '']: readonly string[], text: string): Named {
  const word = first.toLowerCase()
  // A preview of a channel, for browsers.
  if (word === 's' && second) return byName(second)
  if (word === 'c' && /^\d+$/.test(second)) return byChannelId(BigInt(second))
  if (word === 'joinchat' && second) return { kind: 'invite', hash: second }
  // After a plus there is a phone number, or else the hash of an invitation.
  if (/^\+\d{7,15}$/.test(first)) return byPhone(first)
  if (/^\+./.test(first)) return { kind: 'invite', hash: first.slice(1) }
  if (!RESERVED.has(word) && /^@?[a-z]\w+$/i.test(first)) return byName(first.replace(/^@/, ''))
  throw namesNobody(text)
}

/** A link with the scheme `tg:`. */
function byAction(action: string, fields: URLSearchParams, text: string): Named {
  const field = (name: string, shape: RegExp): string | undefined => shape.exec(fields.get(name) ?? '')?.[0]
  const id = field(action === 'user' ? 'id' : 'user_id', /^\d+$/)
  const name = field('domain', /.+/)
  const phone = field('phone', /.+/)
  const channel = field('channel', /^\d+$/)
  const hash = field('invite', /.+/)
  if (action === 'resolve' && name) return byName(name)
  if (action === 'resolve' && phone) return byPhone(phone.trim())
  if ((action === 'user' || action === 'openmessage') && id) return byMarkedId(BigInt(id))
  if (action === 'privatepost' && channel) return byChannelId(BigInt(channel))
  if (action === 'join' && hash) return { kind: 'invite', hash }
  throw namesNobody(text)
}

/** What stands behind the first step of a link may be a login's code, a hash, a proxy's secret. */
function namesNobody(text: string): UsageError {
  const [link] = /^(?:[a-z]+:\/*)?[^/?#]*(?:\/[^/?#]*)?/i.exec(text)!
  return new UsageError(`the link ${link} leads to no user or chat; ${FORMS}`)
}

function decode(step: string): string {
  try {
    return decodeURIComponent(step)
  } catch {
    return step
  }
}
