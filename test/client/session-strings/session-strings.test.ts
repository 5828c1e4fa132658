import { readFileSync } from 'node:fs'
import { fc } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { decodeSession, encodeSession } from '../../../src/client/session-data.ts'
import {
  exportSession,
  importSession,
  readSessionString,
  type StringFormat,
  sessionFromKey,
} from '../../../src/client/session-strings/index.ts'
import { ipBytes, ipText } from '../../../src/client/session-strings/ip.ts'
import { StorageError, UsageError } from '../../../src/errors.ts'

const { strings } = JSON.parse(readFileSync('test/vectors/session-strings.json', 'utf8')) as {
  strings: Readonly<Record<string, string>>
}
const KEY = Uint8Array.from({ length: 256 }, (_, i) => 7 * i + 3)
const IPV4 = { host: '149.154.167.91', port: 443 }
const IPV6 = { host: '2001:67c:4e8:f004::a', port: 443 }
/** Length of a string with a short id. */
const OLDEST = 351
const BOT = { id: 7_000_000_001n, bot: true }

const ours = (options: { test?: boolean; user?: { id: bigint; bot: boolean } | undefined } = {}): string =>
  encodeSession({
    test: options.test ?? false,
    dc: 4,
    keys: new Map([[4, { key: KEY, salt: 5n }]]),
    user: 'user' in options ? options.user : BOT,
  })

describe('strings that the libraries themselves made', () => {
  test.each<[name: string, format: StringFormat, says: object]>([
    ['telethon', 'telethon', { address: IPV4 }],
    ['telethon-ipv6', 'telethon', { address: IPV6 }],
    ['gramjs', 'gramjs', { address: IPV4 }],
    ['pyrogram', 'pyrogram', { test: false, apiId: 12345, user: BOT }],
    ['pyrogram-without-api-id', 'pyrogram', { test: true, user: { id: 7_000_000_001n, bot: false } }],
    ['pyrogram-with-a-short-id', 'pyrogram', { test: false, user: { id: 777_000n, bot: false } }],
    ['mtcute', 'mtcute', { test: false, address: IPV4, user: BOT }],
    ['mtcute-test', 'mtcute', { test: true, address: IPV4 }],
  ])('%s is told from the others and read whole', (name, format, says) => {
    const session = readSessionString(` ${strings[name]}\n`)
    expect(session).toEqual({ format, dc: 4, key: KEY, apiId: undefined, user: undefined, ...says } satisfies object)
  })

  test.each<[StringFormat, string, object]>([
    ['telethon', 'telethon', {}],
    ['telethon', 'telethon-ipv6', { address: IPV6 }],
    ['gramjs', 'gramjs', {}],
    ['pyrogram', 'pyrogram', { apiId: 12345 }],
  ])('a session of ours is written for %s as %s has it, character by character', (format, name, options) => {
    expect(exportSession(ours(), format, options)).toBe(strings[name])
  })
})

describe('a session that comes from a string', () => {
  test('has datacenter, key and account, and no salt yet', () => {
    const data = decodeSession(importSession(strings.pyrogram!))
    expect(data).toMatchObject({ test: false, dc: 4, user: BOT })
    expect([...data.keys]).toEqual([[4, { key: KEY, salt: 0n }]])
  })

  test('is of the world that the string names, or the caller where it does not', () => {
    expect(decodeSession(importSession(strings['mtcute-test']!)).test).toBe(true)
    expect(decodeSession(importSession(strings.telethon!)).test).toBe(false)
    expect(decodeSession(importSession(strings.telethon!, { test: true })).test).toBe(true)
  })

  test.each<StringFormat>(['telethon', 'gramjs', 'mtcute'])(
    'keeps an address that is none of Telegram’s: %s',
    (format) => {
      const of = (address: { host: string; port: number }): unknown =>
        decodeSession(importSession(exportSession(ours(), format, { address }))).address
      expect(of({ host: '127.0.0.1', port: 8443 })).toEqual({ host: '127.0.0.1', port: 8443 })
      expect(of({ host: '149.154.167.91', port: 80 })).toBeUndefined()
      expect(of({ host: '2001:67c:4e8:f004::a', port: 443 })).toBeUndefined()
    },
  )

  test('has no address of a browser, which is a name of Telegram’s', () => {
    const text = exportSession(ours(), 'gramjs', { address: { host: 'vesta.web.telegram.org', port: 443 } })
    expect(decodeSession(importSession(text)).address).toBeUndefined()
  })

  test.each<StringFormat>(['telethon', 'gramjs', 'pyrogram', 'mtcute'])('goes to %s and comes back', (format) => {
    const text = exportSession(ours(), format, { apiId: 1 })
    const back = readSessionString(text)
    expect(back).toMatchObject({ format, dc: 4, key: KEY })
    expect(
      exportSession(importSession(text), format, { apiId: 1, ...(back.address && { address: back.address }) }),
    ).toBe(text)
  })
})

describe('a session of a key that exists already', () => {
  test('takes its bytes, or hex of either case', () => {
    const expected = encodeSession({ test: false, dc: 4, keys: new Map([[4, { key: KEY, salt: 0n }]]) })
    const hex = Buffer.from(KEY).toString('hex')
    for (const key of [KEY, hex, hex.toUpperCase()]) expect(sessionFromKey({ dc: 4, key })).toBe(expected)
    expect(decodeSession(sessionFromKey({ dc: 2, key: KEY, test: true })).test).toBe(true)
  })

  test.each<[string, Parameters<typeof sessionFromKey>[0]]>([
    ['a key cut short', { dc: 4, key: KEY.subarray(1) }],
    ['hex cut short', { dc: 4, key: 'ab'.repeat(255) }],
    ['half a byte', { dc: 4, key: `${'ab'.repeat(255)}a` }],
    ['no hex', { dc: 4, key: 'xy'.repeat(256) }],
    ['no datacenter', { dc: 0, key: KEY }],
  ])('%s is refused, without a word of it', (_, given) => {
    expect(() => sessionFromKey(given)).toThrow(UsageError)
    expect(() => sessionFromKey(given)).not.toThrow(/abab|xyxy/)
  })
})

describe('refused', () => {
  const damaged = (text: string, format?: StringFormat): void => {
    let thrown: unknown
    try {
      importSession(text, { format })
    } catch (error) {
      thrown = error
    }
    expect(thrown, text).toBeInstanceOf(StorageError)
    expect(thrown).toMatchObject({ code: 'SESSION_DAMAGED' })
    // A string that cannot be read may still hold a key.
    if (text.length > 3) expect(String(thrown)).not.toContain(text)
  }

  test.each(['', '1', 'hello', '1AAAA', '"1BA=="', '🎈', ours()])('%s', (text) => damaged(text))

  test.each(Object.entries(strings))('%s, cut anywhere', (name, text) => {
    const whole = text.replace(/=+$/, '')
    for (let length = 0; length < whole.length; length++) {
      // One of Pyrogram's that was cut to just the length of the oldest kind looks like one: nothing in it tells.
      if (!(name.startsWith('pyrogram') && length === OLDEST)) damaged(whole.slice(0, length))
    }
  })

  test('a string of another library than the one named', () => {
    damaged(strings.telethon!, 'pyrogram')
    damaged(strings.pyrogram!, 'mtcute')
  })

  test('any change of a character: read as something else with a key of 256 bytes, or refused', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(strings)),
        fc.nat(),
        fc.string({ minLength: 1, maxLength: 1 }),
        (text, at, by) => {
          const i = at % text.length
          try {
            expect(readSessionString(text.slice(0, i) + by + text.slice(i + 1)).key).toHaveLength(256)
          } catch (error) {
            expect(error).toBeInstanceOf(StorageError)
          }
        },
      ),
    )
  })

  test('writing what a format must have and the session has not', () => {
    const lacks = { code: 'SESSION_NOT_WRITABLE' }
    expect(() => exportSession(ours(), 'pyrogram')).toThrow(expect.objectContaining(lacks))
    expect(() => exportSession(ours({ user: undefined }), 'pyrogram', { apiId: 1 })).toThrow(
      expect.objectContaining(lacks),
    )
    const named = { address: { host: 'dc.example', port: 443 } }
    expect(() => exportSession(ours(), 'telethon', named)).toThrow(expect.objectContaining(lacks))
    const keyless = encodeSession({ test: false, dc: 2, keys: new Map() })
    expect(() => exportSession(keyless, 'gramjs')).toThrow(expect.objectContaining(lacks))
  })

  test('a format that nobody knows', () => {
    expect(() => exportSession(ours(), 'toString' as StringFormat)).toThrow(UsageError)
  })
})

describe('IP addresses', () => {
  test.each([
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0DB8::0A', '2001:db8::a'],
    ['0:0:1::', '0:0:1::'],
    ['10.0.0.1', '10.0.0.1'],
  ])('%s is %s', (text, short) => expect(ipText(ipBytes(text)!)).toBe(short))

  test.each([
    '',
    'a.b.c.d',
    '1.2.3',
    '1.2.3.256',
    '1:2',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4::5:6:7:8',
    'g::',
    ':::',
  ])('"%s" is none', (text) => expect(ipBytes(text)).toBeUndefined())

  test('all bytes survive', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        expect(ipBytes(ipText(bytes))).toEqual(bytes)
      }),
    )
  })
})
