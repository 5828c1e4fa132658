/**
 * Nothing secret is ever shown: a client logs in, uploads, is refused, attacked and restarted while all that it tells is
 * collected (events, errors with their causes, the objects themselves, what the program prints), and searched for keys,
 * nonces, salts, tokens and passwords in every way they can be written.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { systemHost } from '../../src/client/platform/system-host.ts'
import { decodeSession } from '../../src/client/session-data.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import type { Host } from '../../src/host.ts'
import { type ConnectOptions, document, memoryStorage, UploadClient } from '../../src/index.ts'
import type { Faults } from '../../src/lab/server/faults.ts'
import { type RunningServer, startServer } from '../../src/lab/server/index.ts'
import { KeyExchange } from '../../src/transport/exchange/exchange.ts'
import { bundleProgram, type Program, start } from '../cli/program.ts'
import { SERVER_KEY } from '../support/exchange-server.ts'
import { int, service } from '../support/session-peer.ts'
import { exchange, newNonceOf } from '../support/tamper-exchange.ts'
import { AUTH_KEY, SessionBench } from '../support/tamper-session.ts'
import { leak, needlesOf, textsOf } from './secrets.ts'

const TOKEN = '4242:AAFsecretOfTheBotFather-0123456789'
const API_HASH = 'a1b2c3d4e5f60718293a4b5c6d7e8f90'

/** Needles of every secret of a run: those told from outside, drawn at random, or found in the stored session. */
class Secrets {
  readonly needles = new Map<string, readonly string[]>([
    ['bot token', [TOKEN, 'AAFsecretOfTheBotFather']],
    ['api hash', [API_HASH]],
  ])

  add(name: string, secret: Uint8Array): void {
    this.needles.set(`${name} ${this.needles.size}`, needlesOf(secret))
  }

  addSalt(salt: bigint): void {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigInt64(0, salt)
    this.add('salt', bytes)
  }

  /** Keys and salts of a stored session. */
  addSession(text: string): void {
    for (const { key, salt } of decodeSession(text).keys.values()) {
      this.add('authorization key', key)
      this.addSalt(salt)
    }
  }

  /** A host whose random draws are secrets: nonces, temporary keys, exponents. */
  host(): Host {
    return {
      ...systemHost,
      random: (into) => {
        systemHost.random(into)
        if (into.length >= 16) this.add(`a draw of ${into.length} bytes`, into.slice())
        return into
      },
    }
  }
}

/** A needle of each kind, to see that the search would find it. */
describe('the search itself', () => {
  const secret = Uint8Array.from({ length: 256 }, (_, i) => (i * 197 + 91) & 0xff)
  const secrets = new Map([['key', needlesOf(secret)]])
  const hex = Buffer.from(secret).toString('hex')

  test.each([
    ['hex', `key=${hex}`],
    ['hex in capitals', hex.toUpperCase()],
    ['the first bytes in hex', `${hex.slice(0, 16)}…`],
    ['the last bytes in hex', `…${hex.slice(-16)}`],
    ['hex with colons', hex.match(/../g)!.join(':')],
    ['base64', Buffer.from(secret).toString('base64')],
    ['base64 for URLs', Buffer.from(secret).toString('base64url')],
    ['a number', BigInt(`0x${hex}`).toString()],
    ['an array', inspect(secret, { maxArrayLength: 300 })],
    ['JSON', JSON.stringify([...secret])],
    ['a Buffer', inspect(Buffer.from(secret))],
  ])('finds %s', (_, text) => {
    expect(leak(secrets, [text])).toBeDefined()
    expect(leak(secrets, ['nothing to see'])).toBeUndefined()
  })

  test('finds a salt in an event, and a key in the cause of an error', () => {
    const salt = new Map([['salt', needlesOf(Uint8Array.of(0x81, 2, 3, 4, 5, 6, 7, 8))]])
    expect(leak(salt, textsOf({ type: 'salt', salt: BigInt.asIntN(64, 0x8102030405060708n) }))).toBeDefined()
    expect(leak(secrets, textsOf(new Error('outside', { cause: new Error(`inside ${hex}`) })))).toBeDefined()
  })
})

describe('the library', { timeout: 30_000 }, () => {
  let server: RunningServer
  let faults: Faults
  let secrets: Secrets
  let told: unknown[]

  beforeEach(async () => {
    faults = {}
    secrets = new Secrets()
    told = []
    server = await startServer({ faults, parts: 'memory' })
  })
  afterEach(() => server.close())

  function options(more: Partial<ConnectOptions> = {}): ConnectOptions {
    const { dcId: id, host, port, publicKeyPem } = server
    return {
      apiId: 1,
      apiHash: API_HASH,
      botToken: TOKEN,
      dc: { id, host, port, serverKeys: [publicKeyPem] },
      host: secrets.host(),
      onEvent: (event) => told.push(event),
      ...more,
    }
  }

  const clean = (): void => {
    expect(told.length).toBeGreaterThan(0)
    expect(leak(secrets.needles, told.flatMap(textsOf))).toBeUndefined()
  }

  test('of a login, an upload, a lost connection, a changed salt and a second start', async () => {
    const storage = memoryStorage()
    const client = await UploadClient.connect(options({ storage }))
    secrets.addSession(storage.data!)
    told.push(client)
    const file = { data: new Uint8Array(300_000), name: 'a.bin' }
    let cuts = 0
    faults.onRequest = ({ request }) => {
      if (request._ !== 'upload.saveFilePart' || cuts > 1) return undefined
      return cuts++ === 0 ? { kind: 'disconnect' } : { kind: 'bad-message', code: 48 }
    }
    const media = document(file)
    told.push(await client.uploadMedia({ peer: 'me', media, onEvent: (event) => told.push(event) }))
    expect(cuts).toBe(2)
    await client.close()
    secrets.addSession(storage.data!)
    const again = await UploadClient.connect(options({ storage: memoryStorage(storage.data) }))
    told.push(again, again.user)
    await again.close()
    expect(told.some((event) => (event as { type?: string }).type === 'salt')).toBe(true)
    expect([...secrets.needles.keys()].filter((name) => name.startsWith('authorization key')).length).toBe(2)
    clean()
  })

  test('of a login that is refused, a call that fails, a server that is not the right one', async () => {
    for (const text of ['ACCESS_TOKEN_INVALID', 'API_ID_INVALID']) {
      faults.onRequest = ({ request }) =>
        request._ === 'auth.importBotAuthorization' ? { kind: 'error', code: 400, text } : undefined
      told.push(await UploadClient.connect(options()).catch((error: unknown) => error))
    }
    faults.onRequest = () => undefined
    const other = { ...options().dc!, serverKeys: [SERVER_KEY] }
    told.push(await UploadClient.connect(options({ dc: other })).catch((error: unknown) => error))
    told.push(await UploadClient.connect(options({ botToken: `${TOKEN}\n` })).catch((error: unknown) => error))
    expect(told.filter((one) => one instanceof Error).length).toBeGreaterThan(2)
    clean()
  })

  test('of a stored session that is damaged, wherever', async () => {
    const storage = memoryStorage()
    const client = await UploadClient.connect(options({ storage }))
    await client.close()
    const text = storage.data!
    secrets.addSession(text)
    const { key, salt } = decodeSession(text).keys.get(server.dcId)!
    const hex = Buffer.from(key).toString('hex')
    const damaged = [
      text.slice(0, text.indexOf(hex) + 100),
      text.replace(hex, `${hex.slice(0, 100)}"`),
      text.replace(hex, hex.slice(2)),
      text.replace(hex, `${hex.slice(2)}xy`),
      text.replace(`${salt}`, `${salt}n`),
      text.replace(`"${salt}"`, `${salt}`),
      hex,
      `"${hex}"`,
      text.replace('"version": 1', '"version": 99'),
    ]
    for (const data of damaged) {
      const connecting = UploadClient.connect(options({ storage: memoryStorage(data) }))
      const error = await connecting.then(
        (connected) => connected.close(),
        (reason: unknown) => reason,
      )
      if (error) told.push(error)
    }
    expect(told.filter((one) => one instanceof Error).length).toBeGreaterThan(6)
    clean()
  })

  test('of options that are wrong, passwords of proxies among them', async () => {
    const password = 'hunter2-correct-horse'
    const secret = 'ee00112233445566778899aabbccddeeff676f6f676c652e636f6d'
    secrets.needles.set('password of the proxy', [password, encodeURIComponent(password), btoa(`user:${password}`)])
    secrets.needles.set('secret of the proxy', [secret.slice(2, 34), secret])
    // A port at which nobody listens: that of a server that has just been closed.
    const { host, port } = server
    await server.close()
    const proxies = [
      `socks5://user:${password}@${host}:${port}`,
      `http://user:${password}@${host}:${port}`,
      `socks5://user:${password}@${host}:0`,
      `https://user:${password}@${host}:${port}`,
      `socks5://user:${password}@`,
      `:${password}`,
      `tg://proxy?server=${host}&port=${port}&secret=${secret}`,
      `tg://proxy?server=${host}&port=${port}&secret=${secret}0`,
      `tg://proxy?server=${host}&port=0&secret=${secret}`,
      `tg://socks?server=${host}&port=${port}&user=u&pass=${password}`,
      { type: 'mtproxy', host, port, secret: `${secret}zz` },
      { type: 'mtproxy', host, port, secret, password },
      { type: 'http', host, port, password },
    ] as const
    for (const proxy of proxies) {
      const error = await UploadClient.connect(options({ proxy })).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(Error)
      told.push(error)
    }
    clean()
    server = await startServer({ parts: 'memory' })
  })

  test('of the parts that researchers hold: exchange, session, connection, at work and refused', async () => {
    for (const step of [0, 1, 2]) {
      for (const at of [0, 30, 60]) {
        const apply = (packet: Uint8Array) => {
          packet[at]! ^= 1
          return packet
        }
        const { bench } = await exchange({ step, apply })
        told.push(...bench.events, bench.error)
        for (const { was } of bench.drawn) if (was.length >= 16) secrets.add('draw', was)
        for (const { was } of bench.keysMade) secrets.add('key', was)
      }
    }
    const { bench } = await exchange()
    secrets.add('new_nonce', newNonceOf(bench))
    secrets.add('key', bench.agreed!.authKey)
    secrets.addSalt(bench.agreed!.salt)
    told.push(bench.connection, bench.session, ...bench.events)

    const machine = new KeyExchange({ crypto: nativeCrypto, random: secrets.host().random, keys: [], dc: 2 })
    machine.start()
    told.push(machine)

    secrets.add('key', AUTH_KEY)
    secrets.addSalt(0x1122334455667788n)
    const session = await SessionBench.ready()
    const body = service({
      _: 'bad_server_salt',
      badMsgId: session.calls[0]!,
      badMsgSeqno: 1,
      errorCode: 48,
      newServerSalt: 0x1122334455667788n,
    })
    session.mustTake(session.seal(body, { seqno: 0 }), 'a salt')
    expect(session.sessionEvents[0]).toEqual({ type: 'salt' })
    session.deliver(session.seal(int(1), { sessionId: 1n }))
    told.push(
      session.connection,
      session.session,
      session.clock,
      session.salts,
      ...session.sessionEvents,
      session.error,
    )
    clean()
  })
})

describe('the program', { timeout: 60_000 }, () => {
  let program: Program
  let server: RunningServer
  let folder: string
  const faults: Faults = {}

  beforeAll(async () => {
    program = await bundleProgram()
    server = await startServer({ parts: 'memory', faults })
    folder = mkdtempSync(join(tmpdir(), 'mtproto-upload-test-'))
    writeFileSync(join(folder, 'key.pem'), server.publicKeyPem)
    writeFileSync(join(folder, 'a.txt'), 'first')
  })
  afterAll(async () => {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
    program.remove()
  })

  test('with -v: of an upload, a lost connection, a refused login and a damaged session', async () => {
    const secrets = new Secrets()
    const printed: string[] = []
    const run = async (...more: string[]): Promise<number | null> => {
      const dc = ['--dc', `127.0.0.1:${server.port}`, '--server-key', 'key.pem', '--session', 'session.json']
      const env = { MTPROTO_API_ID: '1', MTPROTO_API_HASH: API_HASH, MTPROTO_BOT_TOKEN: TOKEN }
      const { code, stdout, stderr } = await start(program.main, ['upload', 'a.txt', '-v', ...dc, ...more], {
        env,
        cwd: folder,
      }).ended
      printed.push(stdout, stderr)
      return code
    }
    let cut = false
    faults.onRequest = ({ request }) => {
      if (request._ !== 'upload.saveFilePart' || cut) return undefined
      cut = true
      return { kind: 'bad-message', code: 48 }
    }
    expect(await run()).toBe(0)
    expect(printed.join('')).toMatch(/DC 2, lane 0: the server named another salt$/m)
    const file = join(folder, 'session.json')
    const session = readFileSync(file, 'utf8')
    secrets.addSession(session)
    const hex = Buffer.from([...decodeSession(session).keys.values()][0]!.key).toString('hex')
    for (const damaged of [session.slice(0, session.indexOf(hex) + 64), session.replace(hex, `${hex}"`), hex]) {
      writeFileSync(file, damaged)
      expect(await run()).not.toBe(0)
    }
    rmSync(file)
    faults.onRequest = () => ({ kind: 'error', code: 400, text: 'ACCESS_TOKEN_INVALID' })
    expect(await run()).not.toBe(0)
    expect(printed.join('').length).toBeGreaterThan(500)
    expect(leak(secrets.needles, printed)).toBeUndefined()
  })
})
