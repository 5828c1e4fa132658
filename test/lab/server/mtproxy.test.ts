/** The MTProxy in front of test DCs, over real sockets: our client through it, and whoever is not let in. */
import { connect, type Socket } from 'node:net'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { systemHost } from '../../../src/client/platform/system-host.ts'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import type { ConnectOptions } from '../../../src/index.ts'
import { document, UploadClient } from '../../../src/index.ts'
import {
  generateServerKey,
  type MtproxyEvent,
  mtproxyLink,
  type RunningMtproxy,
  type RunningServer,
  type StartMtproxyOptions,
  startMtproxy,
  startServer,
} from '../../../src/lab/server/index.ts'
import { createFraming, createObfuscated } from '../../../src/transport/framing/index.ts'
import { obfuscate } from '../../../src/transport/framing/obfuscated.ts'
import { signHello } from '../../../src/transport/proxy/fake-tls-digest.ts'
import { clientHello } from '../../../src/transport/proxy/fake-tls-hello.ts'
import { secretBytes } from '../../../src/transport/proxy/mtproxy.ts'
import { cut, pattern } from '../../support/pattern.ts'

const key = (seed: number): Uint8Array => new Uint8Array(16).fill(seed)
const SECRETS = {
  plain: secretBytes({ kind: 'plain', key: key(1) }),
  dd: secretBytes({ kind: 'dd', key: key(2) }),
  ee: secretBytes({ kind: 'ee', key: key(3), domain: 'www.example.com' }),
}
const KINDS = ['plain', 'dd', 'ee'] as const
const BIG = 20 * 1024 * 1024

let privateKeyPem: string
let dc: RunningServer
let proxy: RunningMtproxy
let events: MtproxyEvent[]
/** Told of each event at the proxy, the refusals and the rest. */
let onEvent: () => void
let cleanups: (() => unknown)[]

beforeAll(async () => {
  ;({ privateKeyPem } = await generateServerKey())
})

beforeEach(async () => {
  events = []
  cleanups = []
  onEvent = () => {}
  dc = await startServer({ parts: 'memory', privateKeyPem })
  proxy = await start()
})

afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup()
  await dc.close()
})

async function start(more: Partial<StartMtproxyOptions> = {}): Promise<RunningMtproxy> {
  const started = await startMtproxy({
    secrets: Object.values(SECRETS),
    dcs: { [dc.dcId]: { host: dc.host, port: dc.port } },
    onEvent: (event) => {
      events.push(event)
      onEvent()
    },
    ...more,
  })
  cleanups.push(() => started.close())
  return started
}

async function client(secret: Uint8Array, more: Partial<ConnectOptions> = {}): Promise<UploadClient> {
  const connected = await UploadClient.connect({
    apiId: 1,
    apiHash: 'hash',
    botToken: '123:token',
    // Nothing listens there: who goes past the proxy fails.
    dc: { id: dc.dcId, host: '127.0.0.1', port: 1, serverKeys: [dc.publicKeyPem] },
    proxy: mtproxyLink(proxy, secret),
    ...more,
  })
  cleanups.push(() => connected.close())
  return connected
}

/** Uploads, and reads at the DC what has come of it. */
async function uploadAndCompare(uploader: UploadClient, length: number): Promise<void> {
  const data = pattern(length)
  const media = await uploader.uploadMedia({ media: document({ data, name: 'big.bin' }) })
  if (media._ !== 'messageMediaDocument' || media.document?._ !== 'document') throw new Error(`got ${media._}`)
  const kept = await dc.world.media.document(media.document).content.read(0, length + 1)
  expect(Buffer.from(kept).equals(data)).toBe(true)
}

const accepted = (): string[] =>
  events.flatMap((event) => (event.type === 'accepted' ? `${event.kind} ${event.framing} ${event.dc}` : []))
const refused = (): string[] => events.flatMap((event) => (event.type === 'refused' ? event.reason : []))

describe('our client', () => {
  test.each([
    ['plain', 'intermediate'],
    ['dd', 'padded'],
    ['ee', 'padded'],
  ] as const)('uploads 20 MB through it with a %s secret', async (kind, framing) => {
    await uploadAndCompare(await client(SECRETS[kind]), BIG)
    expect(new Set(accepted())).toEqual(new Set([`${kind} ${framing} 2`]))
    expect(new Set(dc.server.framings)).toEqual(new Set([`obfuscated ${framing}`]))
    expect(refused()).toEqual([])
  })

  test.each(KINDS)('through one that hands connections over in the process, with a %s secret', async (kind) => {
    proxy = await start({ dcs: { 2: dc.server } })
    await uploadAndCompare(await client(SECRETS[kind]), 1_000_000)
    expect(refused()).toEqual([])
  })

  test('names a test DC by its number and 10000', async () => {
    const { host, port, publicKeyPem } = dc
    await client(SECRETS.dd, { dc: { id: 2, host, port, serverKeys: [publicKeyPem], test: true } })
    expect(accepted()).toEqual(['dd padded 10002'])
  })

  test('is told that the secret may be wrong, or the clock', async () => {
    const wrong = secretBytes({ kind: 'ee', key: key(4), domain: 'www.example.com' })
    await expect(client(wrong)).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringContaining(
        "closed the connection during the TLS handshake; check the secret, and this machine's clock",
      ),
    })
    expect(new Set(refused())).toEqual(new Set(['the TLS hello is not signed with a secret of this proxy']))
  })

  test.each([
    ['plain', 1, ''],
    ['dd', 2, ''],
    ['ee', 3, 'www.example.com'],
  ] as const)('does not get in with a %s secret of another kind than the proxy has', async (kind, seed, domain) => {
    proxy = await start({ secrets: KINDS.filter((other) => other !== kind).map((other) => SECRETS[other]) })
    await expect(client(secretBytes({ kind, key: key(seed), domain }))).rejects.toMatchObject({
      name: 'TransportError',
    })
    expect(accepted()).toEqual([])
    expect(refused().length).toBeGreaterThan(0)
  })

  test('comes back after the proxy dropped its connections', async () => {
    const uploader = await client(SECRETS.ee)
    dc.server.disconnectAll()
    await uploadAndCompare(uploader, 100_000)
  })
})

/** A client that sends what the test says. */
class Bare {
  readonly socket: Socket
  heard: Buffer = Buffer.alloc(0)
  #until: { bytes: number; resolve: () => void }[] = []
  readonly ended: Promise<void>

  constructor() {
    this.socket = connect(proxy.port, proxy.host)
    cleanups.push(() => this.socket.destroy())
    this.socket.on('error', () => {})
    this.socket.on('data', (chunk: Buffer) => {
      this.heard = Buffer.concat([this.heard, chunk])
      for (const { bytes, resolve } of this.#until) if (this.heard.length >= bytes) resolve()
    })
    this.ended = new Promise((resolve) => this.socket.once('close', () => resolve()))
  }

  write(bytes: Uint8Array): void {
    this.socket.write(bytes)
  }

  /** Resolves when so many bytes were heard. */
  hears(bytes: number): Promise<void> {
    if (this.heard.length >= bytes) return Promise.resolve()
    return new Promise((resolve) => this.#until.push({ bytes, resolve }))
  }
}

const now = (): number => Math.floor(Date.now() / 1000)

function hello(seed = 3, time = now(), domain = 'www.example.com'): Uint8Array {
  const bytes = clientHello(domain, systemHost.random)
  signHello(nativeCrypto, key(seed), bytes, time)
  return bytes
}

/** The header of an obfuscated stream, and behind it a packet that the DC answers with -404: of a key it does not know. */
function opening(framing: 'abridged' | 'intermediate' | 'padded', seed: number, dcId = 2): Buffer {
  const options = { random: systemHost.random, crypto: nativeCrypto, dc: dcId, secret: key(seed) }
  const codec = createObfuscated(framing, options)
  return Buffer.concat([codec.start(), ...codec.encode(new Uint8Array(104).fill(9))])
}

/** Bytes of a record of application data. */
const record = (body: Uint8Array): Buffer =>
  Buffer.concat([Uint8Array.of(0x17, 3, 3, body.length >> 8, body.length), body])
const SPEC = Uint8Array.of(0x14, 3, 3, 0, 1, 1)

/** Lets the sockets do their work until something is so; a test that waits in vain ends by its time limit. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise<void>((resolve) => setImmediate(resolve))
}

/** Sends to the end; resolves when the proxy has hung up. */
async function refusal(...parts: Uint8Array[]): Promise<{ bare: Bare; reason: string | undefined }> {
  const bare = new Bare()
  for (const part of parts) bare.write(part)
  await bare.ended
  return { bare, reason: refused().at(-1) }
}

describe('whoever is let in', () => {
  test.each([
    ['abridged', 1],
    ['intermediate', 1],
    ['padded', 1],
    ['padded', 2],
  ] as const)('%s framing under secret %i, byte by byte; what the DC says comes back', async (framing, seed) => {
    const bare = new Bare()
    bare.socket.setNoDelay(true)
    for (const byte of cut(opening(framing, seed), 1)) bare.write(byte)
    await bare.ended
    expect(bare.heard.length).toBeGreaterThanOrEqual(framing === 'abridged' ? 5 : 8)
    expect(refused()).toEqual([])
  })

  test('TLS byte by byte: answered with ServerHello, ChangeCipherSpec and data, then in records', async () => {
    const bare = new Bare()
    const first = hello()
    for (const byte of cut(first, 1)) bare.write(byte)
    await bare.hears(138)
    const { heard } = bare
    expect(heard.subarray(0, 11).toString('hex')).toBe('160303007a020000760303')
    expect(heard.subarray(43, 76)).toEqual(Buffer.from(first.subarray(43, 76)))
    expect(heard.subarray(127, 136).toString('hex')).toBe('140303000101170303')
    const handshake = 138 + heard.readUInt16BE(136)
    const stream = opening('padded', 3)
    const records = Buffer.concat([SPEC, record(stream.subarray(0, 1)), record(stream.subarray(1))])
    for (const byte of cut(records, 1)) bare.write(byte)
    await bare.ended
    expect(bare.heard.subarray(handshake, handshake + 3).toString('hex')).toBe('170303')
    expect(refused()).toEqual([])
  })

  test('one who does not wait for the answer to the hello', async () => {
    const bare = new Bare()
    bare.write(Buffer.concat([hello(), SPEC, record(opening('padded', 3))]))
    await bare.ended
    expect(accepted()).toEqual(['ee padded 2'])
    expect(refused()).toEqual([])
  })

  test('a hello of a size with post-quantum keys', async () => {
    const bytes = new Uint8Array(1900)
    bytes.set(clientHello('www.example.com', systemHost.random))
    const lengths = new DataView(bytes.buffer)
    // More padding: the lengths of record, message, extensions and padding grow.
    const more = bytes.length - 517
    for (const at of [3, 7, 112]) lengths.setUint16(at, lengths.getUint16(at) + more)
    const padding = 517 - paddingOf(bytes.subarray(0, 517)) - 2
    lengths.setUint16(padding, lengths.getUint16(padding) + more)
    signHello(nativeCrypto, key(3), bytes, now())
    const bare = new Bare()
    bare.write(bytes)
    await bare.hears(138)
    expect(bare.heard[0]).toBe(0x16)
  })

  test.each([-590, 590])('a clock that is %i s off', async (skew) => {
    const bare = new Bare()
    bare.write(hello(3, now() + skew))
    await bare.hears(138)
    expect(refused()).toEqual([])
  })
})

/** Bytes of the padding that a hello ends with. */
function paddingOf(bytes: Uint8Array): number {
  let zeros = 0
  while (bytes[bytes.length - 1 - zeros] === 0) zeros++
  // The length in front of the zeros may end in one itself.
  for (const length of [zeros, zeros - 1, zeros - 2]) {
    const at = bytes.length - length - 4
    if (((bytes[at]! << 8) | bytes[at + 1]!) === 21 && ((bytes[at + 2]! << 8) | bytes[at + 3]!) === length)
      return length
  }
  throw new Error('no padding')
}

describe('whoever is not hears nothing', () => {
  test.each([
    ['a header under no secret', () => opening('padded', 9), 'the header makes no sense under a secret of this proxy'],
    ['a header under the key of an ee secret', () => opening('padded', 3), 'the header makes no sense'],
    ['random bytes', () => Buffer.alloc(64, 0x5a), 'the header makes no sense under a secret of this proxy'],
    [
      'intermediate under dd',
      () => opening('intermediate', 2),
      'intermediate framing under a secret that begins with dd',
    ],
    ['abridged under dd', () => opening('abridged', 2), 'abridged framing under a secret that begins with dd'],
    ['a DC that is not there', () => opening('padded', 2, 3), 'it asks for DC 3, which this proxy does not know'],
    ['a hello of another secret', () => hello(4), 'the TLS hello is not signed with a secret of this proxy'],
    ['a hello of a dd secret', () => hello(2), 'the TLS hello is not signed with a secret of this proxy'],
    ['a hello to another domain', () => hello(3, now(), 'www.example.org'), 'names another domain than the secret'],
    ['a hello from the past', () => hello(3, now() - 610), /is of a clock that is -6(09|10|11) s off/],
    ['a hello from the future', () => hello(3, now() + 610), /is of a clock that is 6(09|10) s off/],
    ['a hello with a length that does not fit', () => broken(), 'what looks like a TLS hello is none'],
    ['a hello with bytes left over', () => overlong(), 'what looks like a TLS hello is none'],
    ['a hello too long', () => Buffer.from('1603015000', 'hex'), 'a TLS hello of 20480 bytes'],
    ['a hello too short', () => Buffer.from('1603010010', 'hex'), 'a TLS hello of 16 bytes'],
  ] as [string, () => Uint8Array, string | RegExp][])('%s', async (_name, bytes, reason) => {
    const { bare, reason: said } = await refusal(bytes())
    if (typeof reason === 'string') expect(said).toContain(reason)
    else expect(said).toMatch(reason)
    expect(bare.heard.length).toBe(0)
    expect(dc.server.connections).toBe(0)
  })

  test('a hello that was seen before', async () => {
    const bytes = hello()
    const first = new Bare()
    first.write(bytes)
    await first.hears(138)
    const { bare, reason } = await refusal(bytes)
    expect(reason).toBe('the TLS hello was seen before')
    expect(bare.heard.length).toBe(0)
  })

  test('one seen before with another time in it', async () => {
    const bytes = hello()
    const first = new Bare()
    first.write(bytes)
    await first.hears(138)
    // The time is the one thing that can be changed without the secret.
    bytes[39]! ^= 1
    expect((await refusal(bytes)).reason).toBe('the TLS hello was seen before')
  })

  test.each([1, 2])('a header that was seen before, under secret %i', async (seed) => {
    const bytes = opening('padded', seed)
    const first = new Bare()
    first.write(bytes)
    await first.ended
    const { bare, reason } = await refusal(bytes)
    expect(reason).toBe('the header was seen before')
    expect(bare.heard.length).toBe(0)
  })

  test('behind the handshake: no ChangeCipherSpec, a header of another secret, another framing', async () => {
    expect((await refusal(hello(), record(opening('padded', 3)))).reason).toContain('type 23 came where 20 belongs')
    expect((await refusal(hello(), SPEC, record(opening('padded', 2)))).reason).toContain('makes no sense')
    expect((await refusal(hello(), SPEC, record(opening('intermediate', 3)))).reason).toContain('begins with ee')
  })

  test('WebSockets, and TLS where no secret asks for it', async () => {
    const ask = 'GET / HTTP/1.1\r\nHost: x\r\n'
    const upgrade = `${ask}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${'A'.repeat(22)}==\r\nSec-WebSocket-Protocol: binary\r\n\r\n`
    const { bare, reason } = await refusal(Buffer.from(upgrade))
    expect(bare.heard.length).toBe(0)
    expect(reason).toBe('the header makes no sense under a secret of this proxy')
    proxy = await start({ secrets: [SECRETS.plain] })
    expect((await refusal(hello())).reason).toBe('the header makes no sense under a secret of this proxy')
    expect(accepted()).toEqual([])
  })

  test('obfuscation without the secret, as it is spoken to a DC', async () => {
    const { random } = systemHost
    const codec = obfuscate('padded', createFraming('padded', random), { random, crypto: nativeCrypto, dc: 2 })
    expect((await refusal(codec.start())).reason).toContain('the header makes no sense')
  })

  test('a DC that cannot be reached ends the connection', async () => {
    proxy = await start({ dcs: { 2: { host: '127.0.0.1', port: 1 } } })
    expect((await refusal(opening('padded', 2))).reason).toContain('cannot connect to 127.0.0.1:1')
  })
})

describe('the proxy itself', () => {
  test('a secret of no kind is refused before anything listens', async () => {
    await expect(start({ secrets: [new Uint8Array(5)] })).rejects.toMatchObject({ code: 'USAGE' })
  })

  test('closing it ends every connection, at its own end and at the DC', async () => {
    const bare = new Bare()
    bare.write(opening('padded', 2).subarray(0, 64))
    await new Promise<void>((resolve) => {
      onEvent = resolve
    })
    await proxy.close()
    await bare.ended
    expect(proxy.connections).toBe(0)
  })

  test('a client that leaves ends the connection to the DC', async () => {
    const bare = new Bare()
    const opened = new Promise<void>((resolve) => {
      onEvent = resolve
    })
    bare.write(opening('padded', 2).subarray(0, 70))
    await opened
    await until(() => dc.server.connections === 1)
    bare.socket.destroy()
    await until(() => dc.server.connections === 0)
    expect(refused()).toEqual([])
  })

  test('a link that people can share', () => {
    expect(mtproxyLink({ host: '::1', port: 443 }, SECRETS.dd)).toBe(
      'tg://proxy?server=%3A%3A1&port=443&secret=dd02020202020202020202020202020202',
    )
  })
})

/** A hello behind whose extensions there is something more; properly signed. */
function overlong(): Uint8Array {
  const bytes = Buffer.concat([clientHello('www.example.com', systemHost.random), Uint8Array.of(0)])
  // The lengths of record and message grow, that of the extensions does not.
  bytes.writeUInt16BE(513, 3)
  bytes.writeUInt16BE(509, 7)
  signHello(nativeCrypto, key(3), bytes, now())
  return bytes
}

/** A hello whose server name says that it is longer than it is; properly signed. */
function broken(): Uint8Array {
  const bytes = clientHello('www.example.com', systemHost.random)
  const at = Buffer.from(bytes).indexOf('www.example.com')
  bytes[at - 1]!++
  signHello(nativeCrypto, key(3), bytes, now())
  return bytes
}
