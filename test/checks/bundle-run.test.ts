/** The bundle for browsers does its job: portable primitives, the small form of the TL code, WebSocket. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { bundleForBrowsers } from '../../scripts/checks/bundle.ts'
import type { otherDatacenters } from '../../src/client/other-datacenters.ts'
import type { findPeer } from '../../src/client/peers/index.ts'
import { systemHost } from '../../src/client/platform/system-host.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { parsePublicKey } from '../../src/crypto/pem.ts'
import type * as Index from '../../src/index.ts'
import { accessHashFor, type RunningServer, startCluster, startServer } from '../../src/lab/server/index.ts'
import type * as Methods from '../../src/tl/generated/compact/methods.ts'

type Client = typeof Index &
  Pick<typeof Methods, 'uploadGetFile'> & {
    readonly findPeer: typeof findPeer
    readonly otherDatacenters: typeof otherDatacenters
  }

let folder: string
let server: RunningServer
let client: Client
/** Node 20 has no WebSocket of its own; browsers have, and the bundle must find it there. */
const global = globalThis as { WebSocket?: unknown }
const before = global.WebSocket

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundle-'))
  const entry = join(folder, 'entry.ts')
  const methods = resolve('src/tl/generated/compact/methods.ts')
  await writeFile(
    entry,
    `export * from '${resolve('src/index.ts')}'
    export { uploadGetFile } from '${methods}'
    export { findPeer } from '${resolve('src/client/peers/index.ts')}'
    export { otherDatacenters } from '${resolve('src/client/other-datacenters.ts')}'`,
  )
  const { code } = await bundleForBrowsers(entry)
  const file = join(folder, 'bundle.mjs')
  await writeFile(file, code)
  global.WebSocket = WebSocket
  client = (await import(file)) as Client
  server = await startServer()
})
afterAll(async () => {
  global.WebSocket = before
  await server.close()
  await rm(folder, { recursive: true })
})

function options(): Index.ConnectOptions {
  const { dcId: id, host, port, publicKeyPem } = server
  const serverKeys = [parsePublicKey(nativeCrypto, publicKeyPem)]
  return { apiId: 1, apiHash: 'hash', botToken: '5:token', dc: { id, host, port, serverKeys } }
}

test('logs in, uploads small and big, decodes the media; the bytes are the same', async () => {
  const { UploadClient, document } = client
  const one = await UploadClient.connect(options())
  try {
    for (const size of [1000, 700_000, 11_000_000]) {
      const data = randomBytes(size)
      const media = await one.uploadMedia({ peer: 'me', media: document(new Blob([data]), { fileName: 'a.bin' }) })
      if (media._ !== 'messageMediaDocument' || media.document?._ !== 'document') throw new Error(`got ${media._}`)
      expect(media.document.size).toBe(BigInt(size))
      const { id, accessHash, fileReference } = media.document
      const location = { _: 'inputDocumentFileLocation', id, accessHash, fileReference, thumbSize: '' } as const
      const hash = createHash('sha256')
      for (let offset = 0n; offset < size; offset += 1_048_576n) {
        const file = await one.call(client.uploadGetFile, { _: 'upload.getFile', location, offset, limit: 1_048_576 })
        if (file._ === 'upload.file') hash.update(file.bytes)
      }
      expect(hash.digest('hex')).toBe(createHash('sha256').update(data).digest('hex'))
    }
  } finally {
    await one.close()
  }
})

test('finds peers in every form when it is given the means, and keeps what it learns in the session', async () => {
  const storage = client.memoryStorage()
  const one = await client.UploadClient.connect({ ...options(), storage, peers: client.findPeer })
  const media = client.document(randomBytes(9), { fileName: 'x' })
  const { username } = [...server.world.users.values()].find((user) => user.username && !user.bot)!
  expect(await one.uploadMedia({ peer: `@${username}`, media })).toMatchObject({ _: 'messageMediaDocument' })
  await expect(one.uploadMedia({ peer: '@nobody_here', media })).rejects.toMatchObject({
    type: 'USERNAME_NOT_OCCUPIED',
  })
  const found = await one.resolvePeer(`https://t.me/${username}`)
  await one.close()
  const two = await client.UploadClient.connect({ ...options(), storage, peers: client.findPeer })
  const before = server.server.requests.get('contacts.resolveUsername')
  expect(await two.resolvePeer(`tg://user?id=${(found as { userId: bigint }).userId}`)).toEqual(found)
  expect(await two.resolvePeer(`@${username}`)).toEqual(found)
  expect(server.server.requests.get('contacts.resolveUsername')).toBe(before)
  await expect(two.resolvePeer('🙂')).rejects.toMatchObject({ code: 'USAGE' })
  await two.close()
})

test('finds anew what turned out stale, and takes peers in raw calls once it has found one', async () => {
  let later = 0
  const host = { ...systemHost, wallClock: () => Date.now() + later }
  const one = await client.UploadClient.connect({ ...options(), host, peers: client.findPeer })
  const { world } = server
  const user = world.addUser({ firstName: 'Frank', username: 'frank_1' })
  const media = { _: 'inputMediaDice', emoticon: '🎲' } as const
  const peer = await one.resolvePeer('@frank_1')
  later = 60_000
  user.accessHash++
  expect(await one.invoke({ _: 'messages.uploadMedia', peer, media })).toMatchObject({ _: 'messageMediaDice' })
  expect(await one.invoke({ _: 'messages.uploadMedia', peer: user.id, media })).toMatchObject({ _: 'messageMediaDice' })
  const accessHash = accessHashFor(user, world.users.get(one.user!.id)!)
  expect(await one.resolvePeer(user.id)).toEqual({ _: 'inputPeerUser', userId: user.id, accessHash })
  await one.close()
})

test('reads files of other datacenters when it is given the means', async () => {
  const cluster = await startCluster({ dcs: [2, 4], parts: 'memory' })
  const serverKeys = [parsePublicKey(nativeCrypto, cluster.publicKeyPem)]
  const connect = (id: number, more: Partial<Index.ConnectOptions>): Promise<Index.UploadClient> => {
    const { host, port } = cluster.dc(id)
    return client.UploadClient.connect({ ...options(), dc: { id, host, port, serverKeys }, ...more })
  }
  try {
    const there = await connect(4, {})
    const data = randomBytes(9000)
    const media = await there.uploadMedia({ media: client.document(data, { fileName: 'x' }) })
    if (media._ !== 'messageMediaDocument' || media.document?._ !== 'document') throw new Error(`got ${media._}`)
    await there.close()
    const { id, accessHash, fileReference } = media.document
    const location = { _: 'inputDocumentFileLocation', id, accessHash, fileReference, thumbSize: '' } as const
    const request = { _: 'upload.getFile', location, offset: 0n, limit: 1_048_576 } as const
    const without = await connect(2, {})
    await expect(without.call(client.uploadGetFile, request)).rejects.toMatchObject({ text: 'FILE_MIGRATE_4' })
    await without.close()
    const one = await connect(2, { datacenters: client.otherDatacenters })
    const file = await one.call(client.uploadGetFile, request)
    expect(file._ === 'upload.file' && Buffer.from(file.bytes).equals(data)).toBe(true)
    expect(one.dcId).toBe(2)
    await one.close()
  } finally {
    await cluster.close()
  }
})

const unused = () => expect.unreachable('the way was used')

test('says what is missing there: TCP, paths, PEM, files for sessions', async () => {
  const { UploadClient } = client
  const { dc, ...rest } = options()
  const own = { codec: unused, dial: unused, address: unused }
  await expect(UploadClient.connect({ ...options(), transport: 'abridged' })).rejects.toThrow(/no TCP.*use "ws"/)
  for (const transport of ['ws', own] as const) {
    // Whoever asks for a proxy must not be connected without it.
    await expect(UploadClient.connect({ ...options(), transport, proxy: 'socks5://h:1' })).rejects.toThrow(/no proxy/)
  }
  const pem = { ...dc!, serverKeys: [server.publicKeyPem] }
  await expect(UploadClient.connect({ ...rest, dc: pem })).rejects.toThrow(/no PEM reader.*parsePublicKey/)
  await expect(UploadClient.connect({ ...options(), storage: 'a.session' })).rejects.toThrow(/no file system/)
  const one = await UploadClient.connect(options())
  for (const place of ['a.jpg', 'https://example.org/a.jpg?token=secret', new URL('data:,x')]) {
    await expect(one.uploadFile(place)).rejects.toMatchObject({
      code: 'FILE_SOURCE_INVALID',
      message: expect.stringMatching(/await fetch\(url\)/) as string,
    })
  }
  const media = client.document(randomBytes(9), { fileName: 'x' })
  await expect(one.uploadMedia({ peer: '@alice', media })).rejects.toThrow(/no look-up of peers.*peers/)
  await one.close()
})
