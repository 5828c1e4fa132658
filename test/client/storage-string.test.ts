/** A session as a string: in, out, on one line, whole or refused. */
import { readFileSync } from 'node:fs'
import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { decodeSession, encodeSession } from '../../src/client/session-data.ts'
import { exportSession, importSession } from '../../src/client/session-strings/index.ts'
import { stringStorage } from '../../src/client/storage-string.ts'
import { StorageError } from '../../src/errors.ts'
import { connectTo, startTestDc } from '../support/test-dc.ts'

const KEY = Uint8Array.from({ length: 256 }, (_, i) => 5 * i + 1)
const SESSION = encodeSession({
  test: false,
  dc: 4,
  address: { host: '149.154.167.91', port: 443 },
  keys: new Map([
    [4, { key: KEY, salt: -5n }],
    [2, { key: KEY.toReversed(), salt: 7n }],
  ]),
  user: { id: 7_000_000_001n, bot: false, username: 'alice' },
})
const TEXT = exportSession(SESSION, 'mtproto-upload')

test('it is one word, and holds everything', () => {
  expect(TEXT).toMatch(/^mtu1_[\w-]+$/)
  expect(decodeSession(importSession(` ${TEXT}\n`))).toEqual(decodeSession(SESSION))
})

test('one that was cut anywhere, or mistyped, is refused and not shown', () => {
  for (let length = 5; length < TEXT.length; length++) {
    expect(() => importSession(TEXT.slice(0, length))).toThrow(StorageError)
  }
  for (const damaged of [
    `${TEXT}A`,
    TEXT.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    `${TEXT.slice(0, 9)} ${TEXT.slice(9)}`,
  ]) {
    expect(() => importSession(damaged)).toThrow(expect.objectContaining({ code: 'SESSION_DAMAGED' }))
  }
  const message = String(
    (() => {
      try {
        importSession(TEXT.slice(0, -3))
      } catch (error) {
        return error
      }
      return undefined
    })(),
  )
  expect(message).not.toContain(TEXT.slice(9, 20))
})

property.prop([fc.string(), fc.nat(2_000)])('whatever text comes is a session or a StorageError', (noise, at) => {
  for (const text of [noise, `mtu1_${noise}`, TEXT.slice(0, at) + noise + TEXT.slice(at + 1)]) {
    if (text.trim() === '') continue
    try {
      stringStorage(text)
    } catch (error) {
      expect(error).toBeInstanceOf(StorageError)
    }
  }
})

test('one of a newer version says so: of the string, and of the session in it', () => {
  expect(() => importSession(TEXT.replace('mtu1', 'mtu2'))).toThrow(expect.objectContaining({ code: 'SESSION_NEWER' }))
  const newer = SESSION.replace('"version": 1', '"version": 2')
  expect(() => exportSession(newer, 'mtproto-upload')).toThrow(expect.objectContaining({ code: 'SESSION_NEWER' }))
})

test('no string is no session; one of another library is taken as well', async () => {
  for (const none of [undefined, '', ' \n']) {
    expect(await stringStorage(none).load()).toBeUndefined()
    expect(stringStorage(none).text).toBe('')
  }
  const { strings } = JSON.parse(readFileSync('test/vectors/session-strings.json', 'utf8')) as {
    strings: Readonly<Record<string, string>>
  }
  for (const text of Object.values(strings)) expect(decodeSession(importSession(stringStorage(text).text)).dc).toBe(4)
})

test('a client leaves its login in the string, and the next one finds it there', async () => {
  const server = await startTestDc()
  try {
    const told: string[] = []
    const storage = stringStorage('', (text) => told.push(text))
    await (await connectTo(server, { storage })).close()
    expect(told.at(-1)).toBe(storage.text)
    const client = await connectTo(server, { storage: stringStorage(storage.text), botToken: undefined })
    expect(client.user).toMatchObject({ id: 123n, bot: true })
    await client.close()
    expect(server.server.requests.get('auth.importBotAuthorization')).toBe(1)
    await storage.save('')
    expect([storage.text, told.at(-1)]).toEqual(['', ''])
  } finally {
    await server.close()
  }
})

test('a save that the owner cannot keep fails', async () => {
  const storage = stringStorage(TEXT, () => Promise.reject(new Error('the vault is shut')))
  await expect(storage.save(SESSION)).rejects.toThrow('the vault is shut')
})
