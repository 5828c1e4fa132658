/**
 * Conversions hold for the whole layer: every constructor of MessageMedia is converted or says why not, no flag that both sides
 * have is lost, and whatever update or message holds a media is looked into. A new layer that adds some fails here.
 */
import { describe, expect, test } from 'vitest'
import type { Definition, Field, Type } from '../../scripts/generator/schema.ts'
import { UsageError } from '../../src/errors.ts'
import { type ConvertOptions, type Sendable, toInputMedia } from '../../src/media/index.ts'
import { api } from '../tl/schema.ts'

/** The constructor that stands for a type where any would do. */
const STAND_INS: Readonly<Record<string, string>> = {
  MessageMedia: 'messageMediaPhoto',
  MessageExtendedMedia: 'messageExtendedMedia',
  Message: 'message',
  WebPage: 'webPage',
  WallPaper: 'wallPaper',
  StoryItem: 'storyItem',
  DraftMessage: 'draftMessage',
  MessageAction: 'messageActionChatEditPhoto',
  InputMedia: 'inputMediaDice',
  Update: 'updateNewMessage',
}

/** A value of a type; `optional` says which fields behind flags are there. */
function sample(type: Type, depth = 0): unknown {
  switch (type.kind) {
    case 'union': {
      const members = api.types.get(type.name)
      if (!members) return true
      const made =
        members.find(({ name }) => name === STAND_INS[type.name]) ?? members.find(({ name }) => !/Empty/.test(name))
      return value(made ?? members[0]!, (field) => depth < 6 && holds(field), depth + 1)
    }
    case 'vector':
      return depth > 4 ? [] : [sample(type.item, depth)]
    default:
      return primitive(type)
  }
}

function primitive(type: Type): unknown {
  const name = String((type as { readonly name?: unknown }).name ?? type.kind)
  if (/long/.test(name)) return 7n
  if (/bytes/.test(name)) return Uint8Array.of(1)
  if (/string/.test(name)) return 'text'
  return /true|Bool/i.test(name) ? true : 5
}

function value(
  definition: Definition,
  optional: (field: Field) => boolean,
  depth = 0,
): { _: string; [field: string]: unknown } {
  const fields = definition.fields.filter(({ type }) => type.kind !== 'flags')
  return Object.fromEntries([
    ['_', definition.name],
    ...fields
      .filter((field) => !field.flag || optional(field))
      .map((field) => [field.property, sample(field.type, depth)]),
  ]) as { _: string }
}

const isFlagged = (field: Field): boolean => field.flag !== undefined
const ofType = (type: string): readonly Definition[] => api.types.get(type)!

/** Enough to convert whatever needs more than itself. */
const OPTIONS: ConvertOptions = {
  inputPeer: () => ({ _: 'inputPeerSelf' }),
  invoice: { payload: Uint8Array.of(1) },
}

/** Kinds that cannot be sent again, whatever is in them. */
const NEVER = [
  'messageMediaEmpty',
  'messageMediaUnsupported',
  'messageMediaGiveaway',
  'messageMediaGiveawayResults',
  'messageMediaVideoStream',
]

/** Flags that only what was received has: what the server found out, what happened to it, or what the account may do. */
const RECEIVED_ONLY: Readonly<Record<string, readonly string[]>> = {
  messageMediaDocument: ['nopremium', 'video', 'round', 'voice', 'altDocuments'],
  messageMediaDice: ['gameOutcome'],
  messageMediaInvoice: ['receiptMsgId', 'shippingAddressRequested', 'test'],
  messageMediaStory: ['viaMention', 'story'],
  messageMediaToDo: ['completions'],
  messageMediaWebPage: ['manual', 'safe'],
}
/** Flags that have another name in what is sent, or none because the field is always there. */
const RENAMED: Readonly<Record<string, string>> = { photo: 'id', document: 'id' }

describe('every constructor of MessageMedia', () => {
  test.each(ofType('MessageMedia').map((definition) => [definition.name, definition] as const))(
    '%s',
    (name, definition) => {
      const convert = (thing: object): { _: string; [field: string]: unknown } =>
        toInputMedia(thing as Sendable, OPTIONS) as unknown as { _: string }
      if (NEVER.includes(name)) {
        expect(() => convert(value(definition, isFlagged))).toThrow(UsageError)
        expect(() => convert(value(definition, isFlagged))).toThrow(/cannot be sent again: \w/)
        return
      }
      const whole = convert(value(definition, isFlagged))
      const made = ofType('InputMedia').find((one) => one.name === whole._)!
      expect(made).toBeDefined()
      for (const field of made.fields.filter(({ flag, type }) => !flag && type.kind !== 'flags'))
        expect(whole, 'what must be there is there').toHaveProperty(field.property)
      const has = (property: string): boolean => made.fields.some((field) => field.property === property)
      const lost: string[] = []
      for (const field of definition.fields.filter(isFlagged)) {
        const to = has(field.property) ? field.property : (RENAMED[field.property] ?? field.property)
        if (!has(to)) {
          lost.push(field.property)
          continue
        }
        expect(whole[to], field.property).toBeDefined()
        // The file itself is behind a flag, too: without it there is nothing to send.
        if (to === 'id') continue
        const without = convert(value(definition, (one) => isFlagged(one) && one !== field))
        expect(without[to], `no ${field.property}`).toBeUndefined()
      }
      expect(lost.sort()).toEqual([...(RECEIVED_ONLY[name] ?? [])].sort())
    },
  )
})

/** Types whose values are a media, or hold one. */
const HELD = new Set([...Object.keys(STAND_INS), 'Photo', 'Document', 'Poll', 'Game'])

const holds = ({ type }: Field): boolean => {
  const inner = type.kind === 'vector' ? type.item : type
  return inner.kind === 'union' && HELD.has(inner.name)
}

/** What holds a media that is not meant. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  updateBotNewBusinessMessage: ['replyToMessage'],
  updateBotEditBusinessMessage: ['replyToMessage'],
  updateBusinessBotCallbackQuery: ['replyToMessage'],
  // A page's picture stands for its video.
  webPage: ['photo'],
}

const HOLDERS = [
  'Update',
  'Updates',
  'Message',
  'DraftMessage',
  'StoryItem',
  'MessageAction',
  'WallPaper',
  'BotInlineResult',
  'photos.Photo',
  'messages.WebPagePreview',
  'messages.Messages',
  'updates.Difference',
]

describe('whatever holds a media is looked into', () => {
  const cases = HOLDERS.flatMap(ofType).flatMap((definition) =>
    definition.fields
      .filter((field) => holds(field) && !BESIDE[definition.name]?.includes(field.property))
      .map((field) => [`${definition.name}.${field.property}`, definition, field] as const),
  )

  test('there are many', () => expect(cases.length).toBeGreaterThan(30))

  test.each(cases)('%s', (_name, definition, field) => {
    const others = definition.fields.filter((one) => one !== field && holds(one))
    const thing = value(definition, (one) => one === field)
    for (const other of others) delete thing[other.property]
    expect(toInputMedia(thing as Sendable)._).toMatch(/^inputMedia/)
  })
})
