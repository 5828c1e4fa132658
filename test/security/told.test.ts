/**
 * Nothing secret is told: a person and a bot log in, look for peers, upload and fail, straight and through proxies, with secrets
 * drawn anew each time, while all events are collected as they are, as the logger words them, and as they are counted; and all
 * errors, and the objects themselves.
 */
import { randomBytes, randomInt } from 'node:crypto'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { phoneLogin } from '../../src/client/login/index.ts'
import { decodeSession } from '../../src/client/session-data.ts'
import { exportSession, importSession } from '../../src/client/session-strings/index.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { type ConnectOptions, document, memoryStorage, UploadClient } from '../../src/index.ts'
import type { Faults } from '../../src/lab/server/faults.ts'
import {
  mtproxyLink,
  type RunningServer,
  startHttpConnect,
  startMtproxy,
  startSocks5,
} from '../../src/lab/server/index.ts'
import { combine, counters, logger } from '../../src/observe/index.ts'
import { startTestDc } from '../support/test-dc.ts'
import { leak, needlesOf, textsOf } from './secrets.ts'

const FORMATS = ['telethon', 'gramjs', 'pyrogram', 'mtcute', 'mtproto-upload'] as const

let server: RunningServer
let faults: Faults
let needles: Map<string, readonly string[]>
/** Texts, and values to be made texts of. */
let lines: string[]
let told: unknown[]
let clients: UploadClient[]
let counts: ReturnType<typeof counters>
let closing: (() => unknown)[]

/** A secret of letters and digits. */
const word = (): string => `w${randomBytes(12).toString('hex')}`

beforeEach(async () => {
  faults = {}
  needles = new Map()
  lines = []
  told = []
  clients = []
  closing = []
  counts = counters()
  server = await startTestDc({ faults })
  closing.push(() => server.close())
})
afterEach(async () => {
  for (const client of clients) await client.close()
  for (const close of closing.reverse()) await close()
})

function secret(name: string, value: string | bigint | Uint8Array): void {
  const number = (long: bigint): Uint8Array => new Uint8Array(new BigInt64Array([long]).buffer)
  const bytes =
    typeof value === 'string' ? new TextEncoder().encode(value) : typeof value === 'bigint' ? number(value) : value
  const plain = typeof value === 'string' ? [value, encodeURIComponent(value)] : []
  const more = bytes.length >= 8 ? needlesOf(bytes) : []
  needles.set(`${name} ${needles.size}`, [...plain, ...more])
}

/** What a session holds: keys, salts, access hashes of peers. */
function sessionSecrets(text: string): void {
  const { keys } = decodeSession(text)
  for (const { key, salt } of keys.values()) {
    secret('authorization key', key)
    secret('salt', salt)
  }
  secret('session string', text)
}

const apiHash = randomBytes(16).toString('hex')

async function connect(more: Partial<ConnectOptions>): Promise<UploadClient> {
  const { dcId: id, host, port, publicKeyPem } = server
  secret('api hash', apiHash)
  const take = (line: string): number => lines.push(line)
  const client = await UploadClient.connect({
    apiId: 1,
    apiHash,
    dc: { id, host, port, serverKeys: [publicKeyPem] },
    onEvent: combine(
      (event) => told.push(event),
      logger({ level: 'trace', sink: take }),
      logger({ level: 'trace', format: 'json', sink: take }),
      counts.onEvent,
    ),
    ...more,
  })
  clients.push(client)
  told.push(client)
  return client
}

const upload = (client: UploadClient, more: object = {}): Promise<unknown> =>
  client.uploadMedia({ media: document({ data: randomBytes(300_000), name: 'a.bin' }), ...more })

/** The error of something that has to fail; told like all others. */
async function failing(work: Promise<unknown>): Promise<unknown> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(Error)
  told.push(error)
  return error
}

/** Looks for all secrets in everything. */
function search(): void {
  told.push(counts.snapshot(), counts.toPrometheus(), clients)
  const texts = [...lines, ...told.flatMap(textsOf)]
  expect(texts.length).toBeGreaterThan(50)
  expect(leak(needles, texts)).toBeUndefined()
}

describe('a bot', () => {
  test.each([1, 2, 3])('that looks for a peer, uploads, waits, is cut off and refused (%i)', async () => {
    const token = `42:${word()}`
    secret('token', token)
    const storage = memoryStorage()
    const client = await connect({ botToken: token, storage })
    let step = 0
    faults.onRequest = ({ request }) => {
      if (request._ === 'upload.saveFilePart' && step++ === 0) return { kind: 'disconnect' }
      if (request._ === 'upload.saveFilePart' && step++ === 2) return { kind: 'bad-message', code: 48 }
      return undefined
    }
    const media = (await upload(client)) as { document?: { accessHash?: bigint; fileReference?: Uint8Array } }
    const { accessHash, fileReference } = media.document!
    secret('access hash', accessHash!)
    secret('file reference', fileReference!)
    const found = await client.invoke({ _: 'contacts.resolveUsername', username: 'alice' })
    const [alice] = found.users
    if (alice?._ !== 'user') throw new Error('nobody is found')
    secret('access hash', alice.accessHash!)
    await upload(client, { peer: '@alice' })
    const peer = { _: 'inputPeerUser', userId: alice.id, accessHash: alice.accessHash! } as const
    faults.onRequest = ({ request }) =>
      request._ === 'messages.uploadMedia' ? { kind: 'error', code: 400, text: 'PEER_ID_INVALID' } : undefined
    await failing(upload(client, { peer }))
    // Requests that cannot be written: a slip of callers without types.
    const wrong = { ...peer, accessHash: `${alice.accessHash}` as never }
    await failing(client.invoke({ _: 'messages.uploadMedia', peer: wrong, media: { _: 'inputMediaEmpty' } }))
    const id = { _: 'inputDocument', id: 1n, accessHash: accessHash!, fileReference: media as never } as const
    await failing(client.invoke({ _: 'messages.uploadMedia', peer, media: { _: 'inputMediaDocument', id } }))
    await client.close()
    sessionSecrets(storage.data!)
    expect(counts.snapshot()).toMatchObject({ logins: 1, connectionsLost: 1 })
    search()
  })

  test('whose token is refused, and whose login is lost', async () => {
    const token = `42:${word()}`
    secret('token', token)
    const isLogin = (name: string): boolean => name === 'auth.importBotAuthorization'
    faults.onRequest = ({ request }) =>
      isLogin(request._) ? { kind: 'error', code: 400, text: 'ACCESS_TOKEN_INVALID' } : undefined
    await failing(connect({ botToken: token }))
    faults.onRequest = () => undefined
    const client = await connect({ botToken: token })
    let lost = false
    faults.onRequest = ({ request }) => {
      if (lost || isLogin(request._)) return undefined
      lost = true
      return { kind: 'error', code: 401, text: 'AUTH_KEY_UNREGISTERED' }
    }
    await upload(client)
    expect(counts.snapshot().logins).toBe(2)
    search()
  })
})

describe('a person', () => {
  test.each([1, 2, 3])('with number, code and password, wrong ones at first (%i)', async () => {
    const phone = `49151${randomInt(10_000_000, 99_999_999)}`
    const password = word()
    const codes: string[] = []
    const { world } = server
    world.logins.onCode = ({ code, hash }) => {
      codes.push(code)
      secret('hash of the code', hash)
    }
    const person = world.addUser({ firstName: 'Carol', phone })
    await world.logins.setPassword(nativeCrypto, person.id, password, 'the usual')
    secret('number', phone)
    secret('password', password)
    secret('wrong password', `${password}!`)
    const storage = memoryStorage()
    const login = (right: boolean): ConnectOptions['login'] => {
      let asked = 0
      return phoneLogin({
        phone: `+${phone}`,
        code: ({ attempt }) => (attempt === 1 ? '00000' : codes.at(-1)!),
        password: () => (asked++ === 0 || !right ? `${password}!` : password),
      })
    }
    await failing(connect({ login: login(false), storage: memoryStorage() }))
    const client = await connect({ login: login(true), storage })
    await upload(client)
    sessionSecrets(storage.data!)
    world.logins.bannedPhones.add(phone)
    await failing(connect({ login: login(true) }))
    await failing(connect({ login: phoneLogin({ phone: '', code: () => '1' }) }))
    search()
    // A code is short: it may stand by chance in a longer number, or be the port's, but nowhere else by itself.
    const texts = [...lines, ...told.flatMap(textsOf)].map((text) => text.replaceAll(`:${server.port}`, ''))
    for (const code of codes) {
      expect(texts.find((text) => new RegExp(`(?<![\\d.])${code}(?![\\d.])`).test(text))).toBeUndefined()
    }
    expect(codes.length).toBeGreaterThan(1)
  })
})

describe('a slip', () => {
  test('where a peer is meant: numbers, tokens, session strings, invitations are not repeated', async () => {
    const storage = memoryStorage()
    const client = await connect({ botToken: '42:token', storage })
    sessionSecrets(storage.data!)
    const phone = `49151${randomInt(10_000_000, 99_999_999)}`
    const token = `42:AA${word()}`
    const invitation = word()
    for (const [name, value] of Object.entries({ phone, token, invitation })) secret(name, value)
    const peers = [
      `+${phone}`,
      `+${phone}0000`,
      `a${token}`,
      token,
      `https://t.me/+${invitation}`,
      `tg://join?invite=${invitation}`,
      `tg://proxy?secret=${invitation}`,
      `https://t.me/login/${invitation}`,
      `x+${phone}`,
    ]
    const objects = [{ phone }, { _: 'user', id: 1n, accessHash: 5n, phone: [phone] }, storage.data]
    for (const peer of [...peers, ...objects]) await failing(upload(client, { peer }))
    search()
  })

  test('where a session string is meant: nothing of it is repeated', async () => {
    const storage = memoryStorage()
    const client = await connect({ botToken: '42:token', storage })
    await client.close()
    sessionSecrets(storage.data!)
    for (const format of FORMATS) {
      const text = exportSession(storage.data!, format, { apiId: 1, address: { host: '127.0.0.1', port: 443 } })
      secret(`session string for ${format}`, text)
      const cut = Math.floor(text.length / 2)
      for (const damaged of [
        text.slice(0, cut),
        `${text.slice(0, cut)}!${text.slice(cut)}`,
        `${text}AAAA`,
        `9${text}`,
      ]) {
        try {
          importSession(damaged)
        } catch (error) {
          told.push(error)
        }
      }
    }
    expect(told.filter((one) => one instanceof Error).length).toBeGreaterThan(FORMATS.length)
    search()
  })
})

describe('through a proxy', () => {
  test.each(['socks5', 'http'] as const)('%s with a password, right and wrong', async (type) => {
    const password = word()
    secret('password of the proxy', password)
    secret('password of the proxy, encoded', btoa(`user:${password}`))
    const start = { socks5: startSocks5, http: startHttpConnect }[type]
    const proxy = await start({ users: { user: password } })
    closing.push(() => proxy.close())
    const { host, port } = proxy
    await upload(await connect({ botToken: '42:token', proxy: `${type}://user:${password}@${host}:${port}` }))
    const other = word()
    secret('wrong password of the proxy', other)
    await failing(connect({ botToken: '42:token', proxy: { type, host, port, username: 'user', password: other } }))
    search()
  })

  test.each(['dd', 'ee'])('MTProxy with a secret that begins with %s, right and wrong', async (kind) => {
    const drawn = (): Uint8Array => {
      const bytes = randomBytes(16)
      secret('secret', bytes)
      const hex = `${kind}${bytes.toString('hex')}${kind === 'ee' ? Buffer.from('example.org').toString('hex') : ''}`
      secret('secret in hex', hex)
      return Buffer.from(hex, 'hex')
    }
    const right = drawn()
    const proxy = await startMtproxy({
      secrets: [right],
      dcs: { [server.dcId]: { host: server.host, port: server.port } },
    })
    closing.push(() => proxy.close())
    await upload(await connect({ botToken: '42:token', proxy: mtproxyLink(proxy, right) }))
    expect(lines.some((line) => line.includes('by mtproxy'))).toBe(true)
    const stop = AbortSignal.timeout(1_500)
    await failing(connect({ botToken: '42:token', proxy: mtproxyLink(proxy, drawn()), signal: stop }))
    search()
  })
})

test('the search finds a secret in a line of the log, and in an event', () => {
  const token = `42:${word()}`
  secret('token', token)
  expect(leak(needles, [`+0.001 info  logged in with ${token}`])).toContain('token')
  expect(leak(needles, textsOf({ type: 'login', token }))).toContain('token')
  expect(leak(needles, [inspect({ error: new Error(token) })])).toContain('token')
  secret('access hash', -1234567890123456789n)
  expect(leak(needles, textsOf({ accessHash: -1234567890123456789n }))).toContain('access hash')
})
