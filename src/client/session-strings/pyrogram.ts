/**
 * Session strings of Pyrogram and its forks: base64 for URLs, without padding, of the datacenter's number (1 byte), the api_id
 * (4 bytes), whether it is a test datacenter (1), the authorization key, the account's id (8) and whether it is a bot (1); all
 * numbers big-endian. Older strings have no api_id, and the oldest an id of 4 bytes.
 *
 * Source: https://docs.pyrogram.org/topics/storage-engines
 */
import { toBareBase64Url } from '../../base64.ts'
import { concat, view } from '../../bytes.ts'
import { flagOf, KEY_LENGTH, lacks, type SessionCodec } from './foreign.ts'

/** By the length of all: bytes of the api_id, and of the account's id. */
const LAYOUTS: Readonly<Record<number, readonly [apiId: number, userId: number]>> = {
  [KEY_LENGTH + 15]: [4, 8],
  [KEY_LENGTH + 11]: [0, 8],
  [KEY_LENGTH + 7]: [0, 4],
}

/** Ids of accounts stay below. Source: https://core.telegram.org/api/bots/ids */
const MAX_ID: bigint = 1n << 52n

export const pyrogram: SessionCodec = {
  prefix: '',
  padded: false,

  read(bytes) {
    const layout = LAYOUTS[bytes.length]
    if (!layout) return undefined
    const [apiLength, idLength] = layout
    const fields = view(bytes)
    const test = flagOf(bytes[1 + apiLength])
    const bot = flagOf(bytes.at(-1))
    if (test === undefined || bot === undefined) return undefined
    const keyAt = 2 + apiLength
    const idAt = keyAt + KEY_LENGTH
    const id = idLength === 8 ? fields.getBigUint64(idAt) : BigInt(fields.getUint32(idAt))
    // A longer string that was cut.
    if (id >= MAX_ID) return undefined
    const apiId = apiLength > 0 ? fields.getUint32(1) : undefined
    return { dc: bytes[0]!, test, key: bytes.slice(keyAt, idAt), user: id ? { id, bot } : undefined, apiId }
  },

  write({ dc, test = false, key, user, apiId }) {
    if (!user) throw lacks('pyrogram', "the account's id")
    if (apiId === undefined) throw lacks('pyrogram', 'an api_id')
    const head = new Uint8Array(6)
    head[0] = dc
    view(head).setUint32(1, apiId)
    head[5] = Number(test)
    const tail = new Uint8Array(9)
    view(tail).setBigUint64(0, user.id)
    tail[8] = Number(user.bot)
    return toBareBase64Url(concat(head, key, tail))
  },
}
