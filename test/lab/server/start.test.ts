import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemHost } from '../../../src/client/platform/system-host.ts'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import { parsePublicKey } from '../../../src/crypto/pem.ts'
import { UsageError } from '../../../src/errors.ts'
import { type RunningServer, startServer } from '../../../src/lab/server/index.ts'
import { generateServerKey, readServerKey } from '../../../src/lab/server/server-key.ts'
import type { document, messageMediaDocument } from '../../../src/tl/generated/api-types.ts'
import {
  helpGetConfig,
  messagesUploadMedia,
  uploadGetFile,
  uploadSaveBigFilePart,
} from '../../../src/tl/generated/client/methods.ts'
import type { Dial } from '../../../src/transport/carrier/carrier.ts'
import { dialTcp } from '../../../src/transport/carrier/tcp.ts'
import { dialWebSocket } from '../../../src/transport/carrier/websocket.ts'
import {
  createFraming,
  createObfuscated,
  type PacketCodec,
  transportErrorOf,
} from '../../../src/transport/framing/index.ts'
import { open } from '../../../src/transport/session/envelope.ts'
import { encode, initialised, RawClient } from '../../support/raw-client.ts'
import { rawExchange } from '../../support/raw-exchange.ts'
import { login } from './setup.ts'

let server: RunningServer
beforeAll(async () => {
  server = await startServer({ secrets: [new Uint8Array(16).fill(5)] })
})
afterAll(() => server.close())

const { random } = systemHost

function client(codec: () => PacketCodec, dial: Dial = dialTcp, to: RunningServer = server): Promise<RawClient> {
  const address = { host: '127.0.0.1', port: to.port }
  return new RawClient({ host: systemHost, crypto: nativeCrypto, dial, address, codec }).connect()
}

const key = (of: RunningServer = server) => parsePublicKey(nativeCrypto, of.publicKeyPem)
const obfuscated =
  (inner: 'abridged' | 'intermediate' | 'padded', change: object = {}) =>
  (): PacketCodec =>
    createObfuscated(inner, { random, crypto: nativeCrypto, dc: 2, ...change })
const plain = (name: 'abridged' | 'intermediate' | 'padded' | 'full') => (): PacketCodec => createFraming(name, random)

describe('a whole upload over real sockets', () => {
  const ways: Record<string, [codec: () => PacketCodec, dial?: Dial]> = {
    abridged: [plain('abridged')],
    intermediate: [plain('intermediate')],
    padded: [plain('padded')],
    full: [plain('full')],
    'obfuscated abridged': [obfuscated('abridged')],
    'obfuscated intermediate': [obfuscated('intermediate')],
    'obfuscated padded': [obfuscated('padded')],
    'obfuscated padded under a secret': [obfuscated('padded', { secret: new Uint8Array(16).fill(5) })],
    'WebSocket, obfuscated intermediate': [obfuscated('intermediate'), dialWebSocket],
    'WebSocket, obfuscated padded': [obfuscated('padded'), dialWebSocket],
  }
  for (const [name, [codec, dial]] of Object.entries(ways)) {
    test(`by ${name}`, async () => {
      const raw = await client(codec, dial)
      await rawExchange(raw, { key: key() })
      await login(raw)
      const bytes = new Uint8Array(randomBytes(2 * 524_288 + 1000))
      const fileId = raw.randomLong()
      const parts = [0, 1, 2].map((part) => bytes.slice(part * 524_288, (part + 1) * 524_288))
      for (const [filePart, part] of parts.entries()) {
        const request = { _: 'upload.saveBigFilePart' as const, fileId, filePart, fileTotalParts: 3, bytes: part }
        expect(await raw.call(uploadSaveBigFilePart, request)).toBe(true)
      }
      const media = await raw.call(messagesUploadMedia, {
        _: 'messages.uploadMedia',
        peer: { _: 'inputPeerSelf' },
        media: {
          _: 'inputMediaUploadedDocument',
          file: { _: 'inputFileBig', id: fileId, parts: 3, name: 'x' },
          mimeType: 'a/b',
          attributes: [],
        },
      })
      const { id, accessHash, fileReference, size } = (media as messageMediaDocument).document as document
      expect(size).toBe(BigInt(bytes.length))
      const location = { _: 'inputDocumentFileLocation' as const, id, accessHash, fileReference, thumbSize: '' }
      const back = await raw.call(uploadGetFile, { _: 'upload.getFile', location, offset: 0n, limit: 1_048_576 })
      expect(back._ === 'upload.file' && Buffer.compare(back.bytes, bytes.subarray(0, 1_048_576))).toBe(0)
      expect(server.server.framings.some((framing) => name.includes(framing))).toBe(true)
      raw.close()
      await raw.untilClosed()
    })
  }
})

test('the configuration names the real address', async () => {
  const raw = await client(plain('intermediate'))
  await rawExchange(raw, { key: key() })
  const config = await raw.call(helpGetConfig, { _: 'help.getConfig' }, (query) => initialised(query))
  expect(config.dcOptions).toEqual([{ _: 'dcOption', id: 2, ipAddress: '127.0.0.1', port: server.port }])
  raw.close()
})

test('two servers in one world make a cluster', async () => {
  const other = await startServer({ dcId: 4, world: server.world, privateKeyPem: server.privateKeyPem })
  expect([other.publicKeyPem, other.privateKeyPem]).toEqual([server.publicKeyPem, server.privateKeyPem])
  const raw = await client(plain('intermediate'), dialTcp, other)
  await rawExchange(raw, { key: key(), dc: 4 })
  const config = await raw.call(helpGetConfig, { _: 'help.getConfig' }, (query) => initialised(query))
  expect([config.thisDc, config.dcOptions.map(({ id }) => id)]).toEqual([4, [2, 4]])
  await other.close()
  await raw.untilClosed()
  expect(server.world.dcs.map(({ id }) => id)).toEqual([2])
})

test('an obfuscated stream that names another DC gets -444 where the server is strict', async () => {
  const strict = await startServer({ strictDc: true, parts: 'memory' })
  const raw = await client(obfuscated('intermediate', { dc: 3 }), dialTcp, strict)
  raw.sendPlain({ _: 'req_pq_multi', nonce: new Uint8Array(16) })
  expect((await raw.untilClosed()).map(transportErrorOf)).toEqual([-444])
  for (const dc of [2, -2, 10_002, 0]) {
    const good = await client(obfuscated('intermediate', { dc }), dialTcp, strict)
    await rawExchange(good, { key: key(strict) })
    good.close()
  }
  await strict.close()
})

test('a quick acknowledgement is given to those who ask, before any answer', async () => {
  const raw = await client(plain('intermediate'))
  await rawExchange(raw, { key: key() })
  const kept: Uint8Array[] = []
  raw.sendPacket = (packet) => {
    kept.push(packet.slice())
  }
  raw.send(encode({ _: 'ping', pingId: 1n }))
  raw.close()
  const packet = kept[0]!
  const plaintext = open({ crypto: nativeCrypto, authKey: raw.key! }, 'client', packet.slice())!
  const token = nativeCrypto.sha256(raw.key!.bytes.subarray(88, 120), plaintext).slice(0, 4)
  token[3]! |= 0x80
  const head = Buffer.alloc(8, 0xee)
  head.writeUInt32LE((packet.length | 0x80000000) >>> 0, 4)
  const socket = connect(server.port, '127.0.0.1')
  socket.write(Buffer.concat([head, packet]))
  const chunk = await new Promise<Buffer>((resolve) => socket.once('data', resolve))
  expect(new Uint8Array(chunk.subarray(0, 4))).toEqual(token)
  socket.destroy()
})

describe('bad input', () => {
  test('a port in use is the system\u2019s error, and leaves nothing open', async () => {
    await expect(startServer({ port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  test('a private key that is none', async () => {
    await expect(startServer({ privateKeyPem: 'nothing' })).rejects.toThrow(UsageError)
    expect(() => readServerKey('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n')).toThrow(UsageError)
  })

  for (const [name, bytes] of [
    ['nothing', Buffer.alloc(0)],
    ['HTTP without a path', Buffer.from('GET / HTTP/1.0\r\n\r\n')],
    ['TLS', Buffer.from('160301020001000000', 'hex')],
    ['noise', randomBytes(500)],
    ['a packet of sixteen mebibytes and more', Buffer.from('eeeeeeeeffffff7f', 'hex')],
    ['a packet of no length', Buffer.from('eeeeeeee00000000', 'hex')],
  ] as const) {
    test(`${name} does not disturb the others`, async () => {
      const socket = connect(server.port, '127.0.0.1')
      await new Promise((resolve) => socket.once('connect', resolve))
      socket.on('error', () => {})
      socket.end(bytes)
      await new Promise((resolve) => socket.once('close', resolve).resume())
      const raw = await client(plain('abridged'))
      await rawExchange(raw, { key: key() })
      raw.close()
    })
  }
})

test('keys can be made, written and read, and their fingerprints have no zero in front', async () => {
  const made = await generateServerKey()
  expect(made.publicKeyPem).toMatch(/^-----BEGIN RSA PUBLIC KEY-----\n/)
  expect(readServerKey(made.privateKeyPem)).toEqual(made)
  expect(parsePublicKey(nativeCrypto, made.publicKeyPem)).toMatchObject({
    fingerprint: made.key.fingerprint,
    n: made.key.n,
  })
  expect(BigInt.asUintN(64, made.key.fingerprint).toString(16)).toHaveLength(16)
  const message = 1234567890n
  const encrypted = nativeCrypto.modPow(message, made.key.e, made.key.n)
  expect(nativeCrypto.modPow(encrypted, made.key.d, made.key.n)).toBe(message)
})

test('closing twice is closing once, and no connection is left', async () => {
  const other = await startServer({ parts: 'memory' })
  const raw = await client(plain('full'), dialTcp, other)
  await Promise.all([other.close(), other.close()])
  await raw.untilClosed()
  expect(other.server.connections).toBe(0)
})
