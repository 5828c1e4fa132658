/** The client against the test DC over real sockets: login, sessions, what goes wrong and how it goes on. */
import { randomBytes } from 'node:crypto'
import { getEventListeners } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemHost } from '../../src/client/platform/system-host.ts'
import type { ClientEvent, ConnectOptions, DocumentAttribute } from '../../src/index.ts'
import { document, memoryStorage, photo, UploadClient } from '../../src/index.ts'
import type { CallFault, Faults, RequestInfo } from '../../src/lab/server/faults.ts'
import { type RunningServer, startServer } from '../../src/lab/server/index.ts'
import { helpGetConfig, uploadGetFile } from '../../src/tl/generated/client/methods.ts'

let server: RunningServer
let faults: Faults
let requests: RequestInfo[]
let clients: UploadClient[]
let events: ClientEvent[]

beforeEach(async () => {
  faults = {}
  requests = []
  clients = []
  events = []
  server = await startServer({ faults, onRequest: (info) => requests.push(info) })
})
afterEach(async () => {
  for (const client of clients) await client.close().catch(() => {})
  await server.close()
})

function options(more: Partial<ConnectOptions> = {}): ConnectOptions {
  const { dcId, host, port, publicKeyPem } = server
  return {
    apiId: 1,
    apiHash: 'hash',
    botToken: '123:token',
    dc: { id: dcId, host, port, serverKeys: [publicKeyPem] },
    onEvent: (event) => events.push(event),
    ...more,
  }
}

async function connect(more: Partial<ConnectOptions> = {}): Promise<UploadClient> {
  const client = await UploadClient.connect(options(more))
  clients.push(client)
  return client
}

const named = (method: string): RequestInfo[] => requests.filter((info) => info.request._ === method)

/** Answers the first `times` requests of a method by a fault. */
function fault(method: string, fail: CallFault, times = 1): void {
  let left = times
  faults.onRequest = (info) => (info.request._ === method && left-- > 0 ? fail : undefined)
}

const rpcFault = (code: number, text: string): CallFault => ({ kind: 'error', code, text })

describe('the main job', () => {
  test('bytes become a document, and the server has just these bytes', async () => {
    const client = await connect()
    const data = randomBytes(1_500_000)
    const media = await client.uploadMedia({ peer: 'me', media: document({ data, name: 'a b.bin' }) })
    expect(media).toMatchObject({ _: 'messageMediaDocument', document: { size: 1_500_000n } })
    if (media._ !== 'messageMediaDocument' || media.document?._ !== 'document') throw new Error('no document')
    const { id, accessHash, fileReference } = media.document
    const location = { _: 'inputDocumentFileLocation', id, accessHash, fileReference, thumbSize: '' } as const
    const parts: Uint8Array[] = []
    for (let offset = 0n; offset < 1_500_000n; offset += 1_048_576n) {
      const file = await client.call(uploadGetFile, { _: 'upload.getFile', location, offset, limit: 1_048_576 })
      if (file._ === 'upload.file') parts.push(file.bytes)
    }
    expect(Buffer.concat(parts).equals(data)).toBe(true)
    expect(client.user).toMatchObject({ id: 123n, bot: true })
  })

  test('uploadFile, then the raw call by its name', async () => {
    const client = await connect()
    const { inputFile } = await client.uploadFile(randomBytes(3000), { fileName: 'x.bin' })
    const attributes = [{ _: 'documentAttributeFilename' as const, fileName: 'x.bin' }]
    const media = await client.invoke({
      _: 'messages.uploadMedia',
      peer: { _: 'inputPeerSelf' },
      media: { _: 'inputMediaUploadedDocument', file: inputFile, mimeType: 'application/x-test', attributes },
    })
    expect(media).toMatchObject({ _: 'messageMediaDocument', document: { mimeType: 'application/x-test' } })
  })

  test('a photo from a path, with progress to the end', async () => {
    const client = await connect()
    const seen: number[] = []
    const media = await client.uploadMedia({
      media: photo('assets/demo.jpg', { spoiler: true }),
      onProgress: ({ sentBytes }) => seen.push(sentBytes),
    })
    expect(media).toMatchObject({ _: 'messageMediaPhoto', spoiler: true, photo: { _: 'photo' } })
    expect(seen.at(-1)).toBe((await readFile('assets/demo.jpg')).length)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
  })

  test('progress of a document with a thumbnail is that of both as one, and never falls', async () => {
    const client = await connect()
    const seen: [number, number | undefined][] = []
    const thumb = { data: randomBytes(300_000), name: 't.jpg' }
    await client.uploadMedia({
      media: document({ data: randomBytes(200_000), name: 'x' }, { thumb }),
      onProgress: ({ sentBytes, totalBytes }) => seen.push([sentBytes, totalBytes]),
    })
    expect([seen[0], seen.at(-1)]).toEqual([
      [0, undefined],
      [500_000, 500_000],
    ])
    const sent = seen.map(([bytes]) => bytes)
    expect(sent).toEqual(sent.toSorted((a, b) => a - b))
    // The total is known from when the last of them has begun.
    expect(
      seen.every(([bytes, total]) => total === (bytes < 300_000 ? undefined : 500_000) || total === undefined),
    ).toBe(true)
  })

  test('peers: a username is looked up, empty and self go as they are, nonsense is refused before anything is sent', async () => {
    const client = await connect()
    const media = document({ data: randomBytes(100), name: 'x' })
    await client.uploadMedia({ peer: 'empty', media })
    const username = [...server.world.users.values()].find((user) => user.username && !user.bot)?.username
    await client.uploadMedia({ peer: `@${username}`, media })
    expect(named('messages.uploadMedia').map(({ request }) => (request as { peer: { _: string } }).peer._)).toEqual([
      'inputPeerEmpty',
      'inputPeerUser',
    ])
    const before = requests.length
    await expect(client.uploadMedia({ peer: 'not a peer!', media })).rejects.toThrow(/"not a peer!" is no peer/)
    await expect(client.uploadMedia({ peer: { _: 'user' } as never, media })).rejects.toThrow(
      /of the kind user names no user or chat/,
    )
    expect(requests.length).toBe(before)
    await expect(client.uploadMedia({ peer: '@nobody_here', media })).rejects.toMatchObject({
      type: 'USERNAME_NOT_OCCUPIED',
    })
  })

  test('a method that is not known by name is an error that says what to do; a constant calls it', async () => {
    const client = await connect()
    await expect(client.invoke({ _: 'auth.signUp' } as never)).rejects.toThrow(
      /auth\.signUp is not known by name; this package was made without it, so call it by a constant of your own/,
    )
    expect(await client.invoke({ _: 'help.getConfig' })).toMatchObject({ _: 'config' })
    expect(await client.call(helpGetConfig, { _: 'help.getConfig' })).toMatchObject({
      _: 'config',
      thisDc: server.dcId,
    })
  })
})

describe('login and session', () => {
  test('a stored session logs in without a token, and without another key exchange', async () => {
    const storage = memoryStorage()
    await (await connect({ storage })).close()
    const again = await connect({ storage, botToken: undefined as never })
    expect(again.user).toMatchObject({ id: 123n })
    expect(named('auth.importBotAuthorization').length).toBe(1)
    expect(events.filter((event) => event.type === 'exchanging').length).toBe(1)
    const media = await again.uploadMedia({ media: document({ data: randomBytes(10), name: 'x' }) })
    expect(media._).toBe('messageMediaDocument')
  })

  test('a session that the server has forgotten is replaced by a new login with the token', async () => {
    const storage = memoryStorage()
    const first = await connect({ storage })
    await first.close()
    const { port } = server
    await server.close()
    server = await startServer({
      port,
      faults,
      onRequest: (info) => requests.push(info),
      privateKeyPem: server.privateKeyPem,
    })
    const client = await connect({ storage })
    expect(named('auth.importBotAuthorization').length).toBe(2)
    await client.close()
    expect(storage.data).toContain('"id": "123"')
  })

  test('a login that was ended is renewed, and the call repeated', async () => {
    const client = await connect()
    fault('messages.uploadMedia', rpcFault(401, 'AUTH_KEY_UNREGISTERED'))
    const media = await client.uploadMedia({ media: document({ data: randomBytes(10), name: 'x' }) })
    expect(media._).toBe('messageMediaDocument')
    expect(named('auth.importBotAuthorization').length).toBe(2)
  })

  test('a server that does not know the method by which a stored login is tried has not ended the login', async () => {
    const storage = memoryStorage()
    await (await connect({ storage })).close()
    fault('users.getUsers', rpcFault(400, 'METHOD_INVALID'), 9)
    expect((await connect({ storage })).user).toMatchObject({ id: 123n })
    fault('users.getUsers', rpcFault(401, 'SESSION_REVOKED'), 9)
    await expect(connect({ storage, botToken: undefined as never })).rejects.toMatchObject({ type: 'SESSION_REVOKED' })
  })

  test('a wrong token is an error that says so; nothing is stored', async () => {
    const storage = memoryStorage()
    fault('auth.importBotAuthorization', rpcFault(400, 'ACCESS_TOKEN_INVALID'))
    await expect(connect({ storage })).rejects.toMatchObject({ type: 'ACCESS_TOKEN_INVALID', code: 400 })
    expect(storage.data).toBeUndefined()
  })

  test.each([
    [{ apiId: 0 }, /apiId/],
    [{ apiId: 1.5 }, /apiId/],
    [{ apiHash: '' }, /apiHash/],
    [{ botToken: 'hello' }, /botToken/],
    [{ lanes: 0 }, /lanes/],
    [{ lanes: 99 }, /lanes/],
    [{ apiId: 'x' as never }, /apiId must be a positive whole number/],
    [{ apiId: undefined as never }, /apiId must be a positive whole number, .*, not nothing$/],
    [{ apiHash: 5 as never }, /apiHash must be/],
    [{ transport: 'tcp' as never }, /transport must be one of abridged/],
    [{ maxWait: Number.NaN }, /maxWait must be .* not NaN/],
    [{ onEvent: 5 as never }, /onEvent must be a function/],
    [{ observe: {} as never }, /observe must be a function/],
    [{ signal: {} as never }, /signal must be an AbortSignal/],
    [{ storage: {} as never }, /storage must be a path, or/],
    [{ storage: '' }, /storage must be .* not the empty string/],
    [{ dc: null as never }, /dc must be an object/],
    [{ dc: { id: 2 } as never }, /dc\.host must be/],
    [{ dc: { id: 1.5, host: 'a', port: 1, serverKeys: [] } }, /dc\.id must be/],
    [{ dc: { id: 2, host: 'a', port: 1, serverKeys: 'pem' as never } }, /dc\.serverKeys must be an array/],
    [{ dc: { id: 2, host: 'a', port: 1, serverKeys: [] } }, /serverKeys is empty/],
  ])('options that cannot be: %j', async (wrong, message) => {
    await expect(connect(wrong)).rejects.toThrow(message)
    expect(requests.length).toBe(0)
  })

  test('no stored login and no token', async () => {
    await expect(connect({ botToken: undefined as never })).rejects.toMatchObject({
      code: 'USAGE',
      message: 'no stored login, botToken or login',
    })
  })

  test.each([
    ['not json', 'SESSION_DAMAGED'],
    ['{}', 'SESSION_DAMAGED'],
    ['null', 'SESSION_DAMAGED'],
    ['[]', 'SESSION_DAMAGED'],
    ['{"format":"mtproto-upload session","version":9}', 'SESSION_NEWER'],
    ['{"format":"mtproto-upload session","version":1,"test":false,"dc":2,"keys":[[2,"ab","0"]]}', 'SESSION_DAMAGED'],
    ['{"format":"mtproto-upload session","version":1,"test":false,"dc":"2","keys":[]}', 'SESSION_DAMAGED'],
  ])('a stored session that cannot be used (%s) is left as it is', async (text, code) => {
    const storage = memoryStorage(text)
    await expect(connect({ storage })).rejects.toMatchObject({ code })
    expect(storage.data).toBe(text)
  })

  test('a session of another account, or of the other world, is refused', async () => {
    const storage = memoryStorage()
    await (await connect({ storage })).close()
    await expect(connect({ storage, botToken: '77:other' })).rejects.toThrow(/account 123/)
    const { dcId: id, host, port, publicKeyPem } = server
    const dc = { id, host, port, serverKeys: [publicKeyPem], test: true }
    await expect(connect({ storage, dc })).rejects.toThrow(/production/)
  })

  test('a storage that cannot be written makes the login fail, with its error', async () => {
    const storage = { load: () => Promise.resolve(undefined), save: () => Promise.reject(new Error('disk full')) }
    await expect(connect({ storage })).rejects.toThrow('disk full')
  })

  test('a path as storage keeps the session in a file that others cannot read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'client-'))
    try {
      const storage = join(folder, 'bot.session')
      await (await connect({ storage })).close()
      await (await connect({ storage, botToken: undefined as never })).close()
      expect(named('auth.importBotAuthorization').length).toBe(1)
      await writeFile(storage, 'half a sess')
      await expect(connect({ storage })).rejects.toMatchObject({ code: 'SESSION_DAMAGED' })
      expect(await readFile(storage, 'utf8')).toBe('half a sess')
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('the account lives elsewhere', () => {
  test.each(['intermediate', 'ws'] as const)(
    'the client goes there by %s, logs in, uploads, and remembers',
    async (transport) => {
      const { world, privateKeyPem } = server
      const other = await startServer({ world, privateKeyPem, dcId: 4, onRequest: (info) => requests.push(info) })
      try {
        const storage = memoryStorage()
        fault('auth.importBotAuthorization', rpcFault(303, 'USER_MIGRATE_4'))
        const client = await connect({ storage, transport })
        expect(client.dcId).toBe(4)
        expect(events).toContainEqual({ type: 'migrate', from: 2, to: 4 })
        await client.uploadMedia({ media: document({ data: randomBytes(10), name: 'x' }) })
        await client.close()
        const again = await connect({ storage, transport, botToken: undefined as never })
        expect(again.dcId).toBe(4)
        await again.close()
      } finally {
        await other.close()
      }
    },
  )

  test('a fault of the server that is asked where the account lives is sat out', async () => {
    const { world, privateKeyPem } = server
    const other = await startServer({ world, privateKeyPem, dcId: 4, onRequest: (info) => requests.push(info) })
    try {
      const left: Record<string, CallFault> = {
        'auth.importBotAuthorization': rpcFault(303, 'USER_MIGRATE_4'),
        'help.getConfig': rpcFault(500, 'INTERNAL'),
      }
      faults.onRequest = ({ request }) => {
        const one = left[request._]
        delete left[request._]
        return one
      }
      expect((await connect()).dcId).toBe(4)
      expect(requests.filter(({ request }) => request._ === 'help.getConfig').length).toBe(2)
    } finally {
      await other.close()
    }
  })

  test('a datacenter that nobody knows is an error', async () => {
    fault('auth.importBotAuthorization', rpcFault(303, 'USER_MIGRATE_5'))
    await expect(connect()).rejects.toThrow(/datacenter 5/)
  })
})

describe('waits and faults', () => {
  test('FLOOD_WAIT is sat out, visibly', async () => {
    const client = await connect()
    fault('messages.uploadMedia', rpcFault(420, 'FLOOD_WAIT_1'))
    await client.uploadMedia({ media: document({ data: randomBytes(10), name: 'x' }) })
    expect(events).toContainEqual({ type: 'wait', method: 'messages.uploadMedia', reason: 'FLOOD_WAIT_1', seconds: 1 })
  })

  test('a wait longer than allowed is an error with its seconds', async () => {
    const client = await connect({ maxWait: 5 })
    fault('messages.uploadMedia', rpcFault(420, 'FLOOD_WAIT_100'))
    const error = client.uploadMedia({ media: document({ data: randomBytes(10), name: 'x' }) })
    await expect(error).rejects.toMatchObject({ type: 'FLOOD_WAIT_X', waitSeconds: 100, retryable: true })
  })

  test('faults of the server are repeated, a few times', async () => {
    const client = await connect()
    fault('messages.uploadMedia', rpcFault(-503, 'Timeout'))
    const media = document({ data: randomBytes(10), name: 'x' })
    expect((await client.uploadMedia({ media }))._).toBe('messageMediaDocument')
    fault('messages.uploadMedia', rpcFault(500, 'INTERNAL'), 99)
    await expect(client.uploadMedia({ media })).rejects.toMatchObject({ code: 500 })
  })

  test('parts that the server lost are sent again, and only they', async () => {
    const client = await connect()
    const data = randomBytes(2_000_000)
    fault('messages.uploadMedia', rpcFault(400, 'FILE_PART_2_MISSING'))
    await client.uploadMedia({ media: document({ data, name: 'x' }) })
    const parts = named('upload.saveFilePart').map(({ request }) => (request as { filePart: number }).filePart)
    expect(parts.filter((part) => part === 2).length).toBe(2)
    expect(parts.filter((part) => part !== 2).length).toBe(new Set(parts).size - 1)
    expect(events).toContainEqual({ type: 'repair', part: 2 })
  })

  test('part 0 lost means everything: the file starts over under a new id', async () => {
    const client = await connect()
    fault('messages.uploadMedia', rpcFault(400, 'FILE_PART_0_MISSING'))
    await client.uploadMedia({ media: document({ data: randomBytes(600_000), name: 'x' }) })
    const ids = named('upload.saveFilePart').map(({ request }) => (request as { fileId: bigint }).fileId)
    expect(new Set(ids).size).toBe(2)
  })

  test('a photo that came as a stream is sent anew from memory, all of it and one part of it', async () => {
    const client = await connect()
    const jpeg = readFileSync('assets/demo.jpg')
    for (const [part, data] of [
      [0, jpeg],
      [1, Buffer.concat([jpeg, randomBytes(300_000)])],
    ] as const) {
      fault('messages.uploadMedia', rpcFault(400, `FILE_PART_${part}_MISSING`))
      const stream = new Blob([data]).stream()
      expect(await client.uploadMedia({ media: photo(stream) })).toMatchObject({ _: 'messageMediaPhoto' })
      expect(events).toContainEqual({ type: 'repair', part })
    }
  })

  test('a connection cut in the middle of an upload, before and after the request was carried out', async () => {
    const client = await connect()
    let count = 0
    faults.onRequest = ({ request }) =>
      request._ === 'upload.saveBigFilePart' && [3, 9, 20].includes(++count)
        ? { kind: 'disconnect', execute: count === 9 }
        : undefined
    const data = randomBytes(14_000_000)
    const media = await client.uploadMedia({ media: document({ data, name: 'x' }) })
    expect(media).toMatchObject({ document: { size: 14_000_000n } })
  })

  test.each([16, 17, 32, 33, 48, 64])('bad_msg %i in the middle of an upload', async (code) => {
    const client = await connect()
    let count = 0
    faults.onRequest = ({ request }) =>
      request._ === 'upload.saveFilePart' && ++count === 2 ? { kind: 'bad-message', code } : undefined
    const media = await client.uploadMedia({ media: document({ data: randomBytes(3_000_000), name: 'x' }) })
    expect(media).toMatchObject({ document: { size: 3_000_000n } })
  })

  test.each([3_600_000, -3_600_000])('a server whose clock is %i ms off, a fresh key', async (offset) => {
    faults.clockOffset = offset
    const client = await connect()
    expect((await client.uploadMedia({ media: document({ data: randomBytes(10), name: 'x' }) }))._).toBe(
      'messageMediaDocument',
    )
  })

  test.each([3_600_000, -3_600_000])('our own clock is %i ms off, a stored session', async (offset) => {
    const storage = memoryStorage()
    await (await connect({ storage })).close()
    const host = { ...systemHost, wallClock: () => systemHost.wallClock() + offset }
    const client = await connect({ storage, host })
    expect((await client.uploadMedia({ media: document({ data: randomBytes(10), name: 'x' }) }))._).toBe(
      'messageMediaDocument',
    )
    expect(events.some((event) => event.type === 'bad-message')).toBe(true)
  })

  test('the server asks for another key twice', async () => {
    faults.exchange = { retries: 2 }
    expect((await connect()).user?.id).toBe(123n)
  })

  test('a server that cannot make a key', async () => {
    faults.exchange = { fail: true }
    await expect(connect()).rejects.toMatchObject({ code: 'EXCHANGE_REFUSED' })
  })
})

test('the first salt of a fresh key is the one in use: nothing is sent twice', async () => {
  const client = await connect()
  await client.uploadMedia({ media: document({ data: randomBytes(10), name: 'x' }) })
  expect(events.filter((event) => event.type === 'salt' || event.type === 'resend')).toEqual([])
})

test('a call that is always logged out ends, after a bounded number of logins', async () => {
  const client = await connect()
  fault('help.getConfig', rpcFault(401, 'SESSION_REVOKED'), 99)
  await expect(client.call(helpGetConfig, { _: 'help.getConfig' })).rejects.toMatchObject({ type: 'SESSION_REVOKED' })
  expect(named('help.getConfig').length).toBe(3)
})

test('calls leave no listener on the signal that they were given', async () => {
  const client = await connect()
  const { signal } = new AbortController()
  for (let i = 0; i < 20; i++) await client.call(helpGetConfig, { _: 'help.getConfig' }, { signal })
  await client.uploadMedia({ media: document({ data: randomBytes(2_000_000), name: 'x' }), signal })
  expect(getEventListeners(signal, 'abort').length).toBe(0)
})

describe('a watcher that throws', () => {
  const throwOn = (type: string) => (event: ClientEvent) => {
    if (event.type === type) throw new Error(`mine, on ${type}`)
  }

  test.each(['connecting', 'exchanging', 'connected', 'server-session', 'login'])(
    'on %s: connecting rejects with its error',
    async (type) => {
      await expect(connect({ onEvent: throwOn(type) })).rejects.toThrow(`mine, on ${type}`)
    },
  )

  test('in the middle of an upload: the upload rejects with its error', async () => {
    const client = await connect({ onEvent: throwOn('disconnected') })
    fault('upload.saveFilePart', { kind: 'disconnect' })
    const upload = client.uploadMedia({ media: document({ data: randomBytes(900_000), name: 'x' }) })
    await expect(upload).rejects.toThrow('mine, on disconnected')
  })
})

describe('aborting', () => {
  test('an upload: rejects with the reason, and the client goes on', async () => {
    const client = await connect()
    const abort = new AbortController()
    faults.onRequest = ({ request }) => {
      if (request._ === 'upload.saveBigFilePart') abort.abort(new Error('enough'))
      return undefined
    }
    const upload = client.uploadMedia({
      media: document({ data: randomBytes(14_000_000), name: 'x' }),
      signal: abort.signal,
    })
    await expect(upload).rejects.toThrow('enough')
    faults.onRequest = () => undefined
    expect((await client.uploadMedia({ media: document({ data: randomBytes(9), name: 'x' }) }))._).toBe(
      'messageMediaDocument',
    )
  })

  test('connecting to a server that says nothing', async () => {
    const silent = createServer((socket) => socket.on('error', () => {}).resume())
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as { port: number }
    const abort = new AbortController()
    setTimeout(() => abort.abort(new Error('too slow')), 100)
    const dc = { id: 2, host: '127.0.0.1', port, serverKeys: [server.publicKeyPem] }
    await expect(connect({ dc, signal: abort.signal })).rejects.toThrow('too slow')
    await new Promise((resolve) => silent.close(resolve))
  })

  test('a client that is closed rejects what waits and what comes', async () => {
    const client = await connect()
    fault('messages.uploadMedia', { kind: 'silence' }, 9)
    const waiting = client.uploadMedia({ media: document({ data: randomBytes(9), name: 'x' }) })
    const outcome = expect(waiting).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
    while (named('messages.uploadMedia').length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await client.close()
    await outcome
    await expect(client.uploadFile(randomBytes(9))).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
  })
})

test('many uploads at once through one client', async () => {
  const client = await connect()
  const uploads = Array.from({ length: 40 }, (_, i) =>
    client.uploadMedia({ media: document({ data: randomBytes(1000 + 7000 * i), name: `${i}.bin` }) }),
  )
  const sizes = (await Promise.all(uploads)).map((media) =>
    media._ === 'messageMediaDocument' && media.document?._ === 'document' ? Number(media.document.size) : 0,
  )
  expect(sizes).toEqual(uploads.map((_, i) => 1000 + 7000 * i))
})

test('a wait of 0 s is no busy loop', async () => {
  const client = await connect()
  fault('help.getConfig', rpcFault(420, 'FLOOD_WAIT_0'), 1)
  await client.call(helpGetConfig, { _: 'help.getConfig' })
  expect(events).toContainEqual({ type: 'wait', method: 'help.getConfig', reason: 'FLOOD_WAIT_0', seconds: 1 })
})

test('parallel calls share one login, and an abort of one is not the end of the others', async () => {
  const client = await connect()
  let refusals = 3
  faults.onRequest = ({ request }) => {
    if (request._ === 'auth.importBotAuthorization') return { kind: 'delay', ms: 200 }
    return refusals-- > 0 ? rpcFault(401, 'SESSION_REVOKED') : undefined
  }
  const abort = new AbortController()
  const config = (signal?: AbortSignal) => client.call(helpGetConfig, { _: 'help.getConfig' }, { signal })
  const calls = [config(abort.signal), config(), config()]
  setTimeout(() => abort.abort(new Error('enough')), 100)
  const outcomes = await Promise.allSettled(calls)
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  expect(named('auth.importBotAuthorization').length).toBe(2)
})

test('calls that are told to move one after another move once', async () => {
  const { world, privateKeyPem } = server
  const other = await startServer({ world, privateKeyPem, dcId: 4 })
  try {
    const client = await connect()
    let n = 0
    faults.onRequest = () =>
      n < 3 ? { kind: 'delay', ms: 60 * n++, next: rpcFault(303, 'NETWORK_MIGRATE_4') } : undefined
    const calls = [1, 2, 3].map(() => client.call(helpGetConfig, { _: 'help.getConfig' }))
    expect((await Promise.all(calls)).map((one) => one._)).toEqual(['config', 'config', 'config'])
    expect(events.filter(({ type }) => type === 'migrate').length).toBe(1)
  } finally {
    await other.close()
  }
})

test('AUTH_KEY_DUPLICATED: a new key and a new login, where there is a token', async () => {
  const client = await connect()
  server.server.revoke(123n, 406, 'AUTH_KEY_DUPLICATED')
  expect((await client.call(helpGetConfig, { _: 'help.getConfig' }))._).toBe('config')
  expect(events.filter(({ type }) => type === 'exchanging').length).toBe(2)
})

test('the key lost in the middle of an upload over several lanes: one new key, one login', async () => {
  const client = await connect()
  let lost = false
  const onEvent = ({ type, ...event }: { type: string; part?: number }): void => {
    if (lost || type !== 'part' || event.part !== 60) return
    lost = true
    server.server.forgetKeys()
    server.server.disconnectAll(-404)
  }
  const { parts } = await client.uploadFile(randomBytes(60_000_000), { fileName: 'x', onEvent })
  expect(parts).toBe(115)
  expect(events.filter(({ type }) => type === 'exchanging').length).toBe(2)
  expect(named('auth.importBotAuthorization').length).toBe(2)
})

test('media that refers to a file sent elsewhere is not sent again and again', async () => {
  const client = await connect()
  fault('messages.uploadMedia', rpcFault(400, 'FILE_PART_3_MISSING'), 99)
  const file = { _: 'inputFileBig', id: 5n, parts: 10, name: 'x' } as const
  const media = {
    _: 'inputMediaUploadedDocument',
    mimeType: 'a/b',
    attributes: [] as DocumentAttribute[],
    file,
  } as const
  await expect(client.uploadMedia({ media })).rejects.toMatchObject({ type: 'FILE_PART_X_MISSING' })
  expect(named('messages.uploadMedia').length).toBe(1)
})
