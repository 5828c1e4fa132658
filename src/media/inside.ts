/**
 * What lies inside of what was received: the media of a message, the message of an update, the photo of a service message, …
 *
 * Most of what holds a media is none of the constructors that the package was generated with (messages, updates), so it is known
 * by its fields, which have the same names in every layer. The values may come from any library that has plain objects with the
 * names of the schema.
 * Sources: https://core.telegram.org/type/Update, https://core.telegram.org/type/Message
 */

/** A value of the schema: a name, and fields of which nothing is known yet. */
export interface Value {
  readonly _: string
  readonly [field: string]: unknown
}

/** Whether something is a value of the schema. */
export function isValue(thing: unknown): thing is Value {
  return typeof (thing as { readonly _?: unknown } | null | undefined)?._ === 'string'
}

/**
 * The fields in which a media, or what holds one, may lie. The first that leads to something counts: a message that the service
 * itself sends has a text in `message` and a media beside it, a page its video in `document` and a still of it in `photo`.
 */
const FIELDS = [
  'media',
  'message',
  'draft',
  'story',
  'poll',
  'webpage',
  'wallpaper',
  'game',
  'document',
  'photo',
  'content',
  'action',
  'update',
] as const

/** Fields with several of them. */
const LISTS = ['extendedMedia', 'updates', 'newMessages', 'otherUpdates', 'messages'] as const

/** The most steps inwards: what is deeper was not made by a server. */
const MAX_STEPS = 10

/** What a walk inwards came to, and what held it. */
export interface Found {
  readonly value: Value
  readonly holder: Value | undefined
}

/**
 * Goes inwards from `thing` until `isEnd` is true.
 * @returns everything that was found: nothing if there is no such thing, several where a list holds several
 */
export function lookInside(
  thing: Value,
  isEnd: (value: Value) => boolean,
  holder?: Value,
  steps = 0,
): readonly Found[] {
  if (isEnd(thing)) return [{ value: thing, holder }]
  if (steps > MAX_STEPS) return []
  for (const field of [...FIELDS, ...LISTS]) {
    const inner = [thing[field]].flat().filter(isValue)
    const found = inner.flatMap((one) => lookInside(one, isEnd, thing, steps + 1))
    if (found.length > 0) return found
  }
  return []
}
