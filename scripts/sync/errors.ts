/**
 * The table of documented errors: which names exist, with which codes, and which of them each method documents.
 *
 * The source has two lists that differ in places; both are taken. `%d` in a name stands for a number. Descriptions are not
 * taken: the sentences users see are this project's own.
 */
import type { SourceDefinition } from './definition.ts'

/** The keys that are used of raw-errors.json. */
export interface SourceErrors {
  errors: Record<string, { code: number; name: string }>
  throws: Record<string, string[]>
}

/** What schema/errors.json holds. */
export interface ErrorTable {
  /** Codes by name, rising. A few names come with more than one. */
  errors: Record<string, number[]>
  /** Names by method. */
  methods: Record<string, string[]>
  /** Names that any method can be answered with. */
  common: string[]
}

const words = (text: string): readonly string[] => text.split(/\s+/).filter(Boolean)

/** Errors that the documentation of a method lists and the source does not. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  'messages.uploadMedia': words(`
    AUTH_KEY_DUPLICATED BOT_MISSING INPUT_FETCH_FAIL Timeout
    FILE_PART_%d_MISSING FILE_PARTS_INVALID MD5_CHECKSUM_INVALID
    FILE_REFERENCE_EMPTY FILE_REFERENCE_EXPIRED FILE_REFERENCE_INVALID BOT_ACCESS_FORBIDDEN`),
}

/** Errors about a peer or a medium that other methods document which take the same: by method, and by that method. */
const ALIKE: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'messages.uploadMedia': {
    'messages.sendMedia': words(`
      ALLOW_PAYMENT_REQUIRED_%d BOT_GAMES_DISABLED BOT_PAYMENTS_DISABLED BROADCAST_PUBLIC_VOTERS_FORBIDDEN
      BUSINESS_CONNECTION_INVALID BUSINESS_PEER_INVALID BUSINESS_PEER_USAGE_MISSING CHAT_SEND_AUDIOS_FORBIDDEN
      CHAT_SEND_DOCS_FORBIDDEN CHAT_SEND_GIFS_FORBIDDEN CHAT_SEND_MEDIA_FORBIDDEN CHAT_SEND_PHOTOS_FORBIDDEN
      CHAT_SEND_POLL_FORBIDDEN CHAT_SEND_ROUNDVIDEOS_FORBIDDEN CHAT_SEND_STICKERS_FORBIDDEN
      CHAT_SEND_VIDEOS_FORBIDDEN CHAT_SEND_VOICES_FORBIDDEN CURRENCY_TOTAL_AMOUNT_INVALID DOCUMENT_INVALID
      EMOTICON_INVALID EXTENDED_MEDIA_AMOUNT_INVALID EXTENDED_MEDIA_EMPTY EXTENDED_MEDIA_INVALID EXTERNAL_URL_INVALID
      GAME_BOT_INVALID INPUT_FILE_INVALID INVOICE_PAYLOAD_INVALID MEDIA_EMPTY PAYMENT_PROVIDER_INVALID
      POLL_ANSWERS_INVALID POLL_ANSWER_INVALID POLL_OPTION_DUPLICATE POLL_OPTION_INVALID POLL_QUESTION_INVALID
      PREMIUM_ACCOUNT_REQUIRED PRIVACY_PREMIUM_REQUIRED QUIZ_CORRECT_ANSWERS_EMPTY QUIZ_CORRECT_ANSWERS_TOO_MUCH
      QUIZ_CORRECT_ANSWER_INVALID QUIZ_MULTIPLE_INVALID SLOWMODE_WAIT_%d STARS_INVOICE_INVALID STORY_ID_INVALID
      TERMS_URL_INVALID TODO_ITEMS_EMPTY TODO_ITEM_DUPLICATE TTL_MEDIA_INVALID USER_IS_BLOCKED USER_IS_BOT VIDEO_CONTENT_TYPE_INVALID
      WEBDOCUMENT_MIME_INVALID WEBPAGE_MEDIA_EMPTY WEBPAGE_NOT_FOUND WEBPAGE_URL_INVALID YOU_BLOCKED_USER`),
    'messages.setInlineBotResults': words('WEBDOCUMENT_URL_INVALID'),
    'payments.exportInvoice': words('USER_BOT_REQUIRED WEBDOCUMENT_URL_EMPTY'),
  },
}

/** Errors that do not depend on the method: https://core.telegram.org/api/errors, https://core.telegram.org/api/invoking */
const COMMON: readonly string[] = words(`
  NETWORK_MIGRATE_%d PHONE_MIGRATE_%d USER_MIGRATE_%d FILE_MIGRATE_%d
  CONNECTION_API_ID_INVALID CONNECTION_APP_VERSION_EMPTY CONNECTION_DEVICE_MODEL_EMPTY CONNECTION_LAYER_INVALID
  CONNECTION_NOT_INITED CONNECTION_SYSTEM_EMPTY INPUT_FETCH_ERROR INPUT_FETCH_FAIL INPUT_LAYER_INVALID
  INPUT_METHOD_INVALID INPUT_REQUEST_TOO_LONG BOT_METHOD_INVALID MSG_WAIT_FAILED
  AUTH_KEY_INVALID AUTH_KEY_PERM_EMPTY AUTH_KEY_UNREGISTERED SESSION_EXPIRED SESSION_PASSWORD_NEEDED SESSION_REVOKED
  USER_DEACTIVATED USER_DEACTIVATED_BAN AUTH_KEY_DUPLICATED
  FLOOD_WAIT_%d FLOOD_PREMIUM_WAIT_%d FROZEN_METHOD_INVALID
  INTERDC_%d_CALL_ERROR INTERDC_%d_CALL_RICH_ERROR RPC_CALL_FAIL RPC_MCGET_FAIL WORKER_BUSY_TOO_LONG_RETRY Timeout`)

type Throwing = SourceDefinition & { throws?: { code: number; name: string }[] }

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function toSorted<T>(map: ReadonlyMap<string, ReadonlySet<T>>, compare: (a: T, b: T) => number): Record<string, T[]> {
  const entries = [...map].map(([key, values]): [string, T[]] => [key, [...values].sort(compare)])
  return Object.fromEntries(entries.sort(([a], [b]) => byText(a, b)))
}

/** Joins both lists. Methods that the schema does not have are left out. */
export function joinErrors(source: SourceErrors, definitions: readonly Throwing[]): ErrorTable {
  const codes = new Map<string, Set<number>>()
  const methods = new Map<string, Set<string>>()
  const addTo = <T>(map: Map<string, Set<T>>, key: string, value: T): void => {
    const values = map.get(key)
    if (values) values.add(value)
    else map.set(key, new Set([value]))
  }
  for (const { code, name } of Object.values(source.errors)) addTo(codes, name, code)
  for (const definition of definitions) {
    if (definition.kind !== 'method') continue
    for (const { code, name } of definition.throws ?? []) {
      addTo(codes, name, code)
      addTo(methods, definition.name, name)
    }
    for (const list of [source.throws, MORE]) {
      for (const name of list[definition.name] ?? []) addTo(methods, definition.name, name)
    }
  }
  for (const [method, alike] of Object.entries(ALIKE)) {
    for (const [like, names] of Object.entries(alike)) {
      const known = methods.get(like)
      for (const name of names) {
        if (!known?.has(name)) throw new Error(`${like} does not document ${name}: see scripts/sync/errors.ts`)
        addTo(methods, method, name)
      }
    }
  }
  return {
    errors: toSorted(codes, (a, b) => a - b),
    methods: toSorted(methods, byText),
    common: [...COMMON].sort(byText),
  }
}

/** The table as JSON, one entry on a line. */
export function renderErrors(table: ErrorTable): string {
  const section = (entries: Record<string, unknown>): string =>
    Object.entries(entries)
      .map(([key, value]) => `    ${JSON.stringify(key)}: ${JSON.stringify(value)}`)
      .join(',\n')
  const list = table.common.map((name) => `    ${JSON.stringify(name)}`).join(',\n')
  return `{\n  "errors": {\n${section(table.errors)}\n  },\n  "methods": {\n${section(table.methods)}\n  },\n  "common": [\n${list}\n  ]\n}\n`
}
