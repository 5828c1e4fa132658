/**
 * Fuzzes the reader of session strings: those of other libraries and our own, with the base64 and the CRC put right, so that
 * what is wrong is inside; and texts as they come.
 */
import { toBareBase64Url, toBase64, toBase64Url } from '../../../base64.ts'
import { concat, view } from '../../../bytes.ts'
import { decodeSession, encodeSession } from '../../../client/session-data.ts'
import { exportSession, importSession } from '../../../client/session-strings/index.ts'
import { crc32 } from '../../../crypto/crc32.ts'
import { StorageError } from '../../../errors.ts'
import { same } from '../equal.ts'
import { type FuzzTarget, must, outcomeOf } from '../target.ts'

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()
/** Letters between the name of our own format and its base64. */
const OWN = 'mtu1_'

/** How the bytes of an input become a text, by its first byte. */
const FORMS: readonly ((bytes: Uint8Array) => string)[] = [
  (bytes) => utf8.decode(bytes),
  (bytes) => OWN + toBareBase64Url(concat(crcOf(bytes), bytes)),
  (bytes) => `1${toBase64Url(bytes)}`,
  (bytes) => `1${toBase64(bytes)}`,
  toBareBase64Url,
]

function crcOf(bytes: Uint8Array): Uint8Array {
  const crc = new Uint8Array(4)
  view(crc).setUint32(0, crc32(bytes))
  return crc
}

const key = Uint8Array.from({ length: 256 }, (_, i) => 7 * i)
const session = encodeSession({
  test: false,
  dc: 2,
  address: { host: '149.154.167.51', port: 443 },
  keys: new Map([[2, { key, salt: 5n }]]),
  user: { id: 77n, bot: true, username: 'bot' },
})

/** The bytes inside of a string, behind the number of their form. */
function seed(form: number, text: string, prefix: number): Uint8Array {
  const standard = text.slice(prefix).replace(/-/g, '+').replace(/_/g, '/')
  return concat(
    Uint8Array.of(form),
    Uint8Array.from(atob(standard), (character) => character.charCodeAt(0)),
  )
}

export const target: FuzzTarget = {
  name: 'session-string',
  about: 'session strings: what is read is a session, and the same when written as one of ours and read again',
  maxLength: 2048,
  steps: { base: 20_000, perByte: 60 },
  memory: { base: 40_000, perByte: 60 },
  words: [3, 0x0100_0000, 0x0000_00fe, ...new Uint32Array(encoder.encode('"": [ ] {').slice(0, 8).buffer)],
  seeds: () => [
    concat(Uint8Array.of(0), encoder.encode(exportSession(session, 'telethon'))),
    concat(Uint8Array.of(1), encoder.encode(session)),
    seed(2, exportSession(session, 'telethon'), 1),
    seed(3, exportSession(session, 'gramjs'), 1),
    seed(4, exportSession(session, 'pyrogram', { apiId: 1 }), 0),
    seed(4, exportSession(session, 'mtcute'), 0),
  ],
  run(input) {
    const form = FORMS[input[0]! % FORMS.length]
    if (!form) return
    const first = outcomeOf(() => importSession(form(input.subarray(1))), StorageError)
    if ('error' in first) return
    const data = decodeSession(first.value)
    must(data.dc > 0, 'a session has a datacenter')
    must(
      [...data.keys.values()].every((one) => one.key.length === 256),
      'its keys are whole',
    )
    const again = decodeSession(importSession(exportSession(first.value, 'mtproto-upload')))
    must(same([...again.keys], [...data.keys]), 'the keys are the same when written and read again')
    must(same({ ...again, keys: 0 }, { ...data, keys: 0 }), 'the rest is the same when written and read again')
  },
}
