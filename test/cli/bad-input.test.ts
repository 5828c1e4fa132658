/**
 * Everything that can be wrong before and around an upload: each ends within a bounded time in one clear sentence that
 * names what and why, with the right exit code, nothing on standard output, and the session file as it was.
 */
import { generateKeyPairSync } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { encodeSession } from '../../src/client/session-data.ts'
import { bundleProgram, type Outcome, type Program, start } from './program.ts'

let program: Program
let folder: string
const servers: Server[] = []
const isRoot = process.getuid?.() === 0
const NOBODY = 65_534
/** Root may do everything: where permissions count, it sends somebody else. */
const asSomebody = isRoot ? { uid: NOBODY } : {}
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const LOGIN = {
  MTPROTO_API_ID: '12345',
  MTPROTO_API_HASH: 'c0ffee'.repeat(5),
  MTPROTO_BOT_TOKEN: `42:${'s'.repeat(35)}`,
}

beforeAll(async () => {
  program = await bundleProgram()
})

afterAll(() => program.remove())

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mtproto-upload-test-'))
  writeFileSync(join(folder, 'key.pem'), publicKey.export({ type: 'pkcs1', format: 'pem' }))
  writeFileSync(join(folder, 'cat.jpg'), 'no picture, but a file')
})

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
  rmSync(folder, { recursive: true, force: true })
})

const upload = (...args: string[]): Promise<Outcome> =>
  start(program.main, ['upload', ...args], { env: LOGIN, cwd: folder }).ended

/** False where the checkout lies in a folder that only root can enter. */
async function somebodyCanRun(): Promise<boolean> {
  return (await start(program.main, ['--version'], { cwd: '/', ...asSomebody }).ended).code === 0
}

/** A server that does with each connection whatever `serve` does. */
async function listen(serve: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    serve(socket)
  })
  servers.push(server)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A port that nothing listens on. */
async function closedPort(): Promise<string> {
  const address = await listen(() => {})
  const server = servers.pop()!
  await new Promise((resolve) => {
    server.close(resolve)
  })
  return address
}

function expectOneSentence({ code, stdout, stderr }: Outcome, expected: number, ...says: (string | RegExp)[]): void {
  expect(stderr).toMatch(/^mtproto-upload: [^\n]+\n$/)
  for (const words of says) expect(stderr).toMatch(words)
  expect(stderr).not.toMatch(/undefined|\[object|internal error| {4}at /)
  for (const secret of [LOGIN.MTPROTO_API_HASH, LOGIN.MTPROTO_BOT_TOKEN]) expect(stderr).not.toContain(secret)
  expect({ code, stdout }).toEqual({ code: expected, stdout: '' })
}

describe('the file', () => {
  // Nothing listens there: these are found before any connection is tried.
  const upTo = async (...args: string[]): Promise<Outcome> =>
    upload(...args, '--dc', await closedPort(), '--server-key', 'key.pem', '--session', 's')

  test('is missing', async () => {
    expectOneSentence(await upTo('none.jpg'), 1, 'cannot read none.jpg: there is no such file')
  })

  test('is missing, though another is there: nothing is sent', async () => {
    const outcome = await upTo('cat.jpg', 'none.jpg')
    expect(outcome).toMatchObject({ code: 1, stdout: '' })
    expect(outcome.stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^mtproto-upload: cannot read none\.jpg: /),
      'mtproto-upload: nothing was uploaded; leave it out and try again',
    ])
  })

  test('is one of several bad ones: each is told', async () => {
    writeFileSync(join(folder, 'empty.jpg'), '')
    const outcome = await upTo('none.jpg', 'cat.jpg', 'empty.jpg', '--json')
    expect(outcome).toMatchObject({ code: 1, stdout: '' })
    expect(outcome.stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^mtproto-upload: cannot read none\.jpg: /),
      'mtproto-upload: empty.jpg is empty',
      'mtproto-upload: nothing was uploaded; leave these out and try again',
    ])
  })

  test('lies below a file', async () => {
    expectOneSentence(await upTo('cat.jpg/x'), 1, 'cannot read cat.jpg/x')
  })

  test('is a folder', async () => {
    mkdirSync(join(folder, 'pictures'))
    expectOneSentence(await upTo('pictures'), 1, /cannot read pictures: it is a folder/)
  })

  test('is empty', async () => {
    writeFileSync(join(folder, 'empty.jpg'), '')
    expectOneSentence(await upTo('empty.jpg'), 1, 'empty.jpg is empty')
  })

  test('is a link to nowhere, or in a circle', async () => {
    symlinkSync('nowhere', join(folder, 'broken.jpg'))
    symlinkSync('circle.jpg', join(folder, 'circle.jpg'))
    expectOneSentence(await upTo('broken.jpg'), 1, 'broken.jpg')
    expectOneSentence(await upTo('circle.jpg'), 1, 'cannot read circle.jpg: its symbolic links lead in a circle')
  })

  test('may not be read', async () => {
    if (!(await somebodyCanRun())) return
    chmodSync(folder, 0o755)
    chmodSync(join(folder, 'cat.jpg'), 0)
    const args = ['upload', 'cat.jpg', '--dc', await closedPort(), '--server-key', 'key.pem']
    const { ended } = start(program.main, args, { env: LOGIN, cwd: folder, ...asSomebody })
    expectOneSentence(await ended, 1, 'cannot read cat.jpg: no permission')
  })

  test('is too big for a photo', async () => {
    writeFileSync(join(folder, 'big.jpg'), new Uint8Array(10 * 1024 * 1024 + 1))
    expectOneSentence(await upTo('big.jpg', '--as', 'photo'), 1, 'big.jpg has 10485761 bytes', 'send it as a document')
  })

  test('has a name that would forge lines', async () => {
    expectOneSentence(await upTo('a\nmtproto-upload: all is well\u001b[2J'), 1, 'no such file')
  })
})

describe('a secret in the place of something else is not shown', () => {
  const as = async (env: Partial<typeof LOGIN>, ...args: string[]): Promise<Outcome> =>
    start(program.main, ['upload', 'cat.jpg', ...args], { env: { ...LOGIN, ...env }, cwd: folder }).ended

  test('hash or token as api id', async () => {
    const { MTPROTO_API_HASH: hash, MTPROTO_BOT_TOKEN: token } = LOGIN
    expectOneSentence(await as({ MTPROTO_API_ID: token }), 2, /the api id is a whole number .* cannot be "\*\*\*"/)
    expectOneSentence(await as({ MTPROTO_API_ID: hash, MTPROTO_API_HASH: '12345' }), 2, 'the api id is a whole number')
    expectOneSentence(await as({}, '--api-id', token), 2, 'the api id is a whole number')
  })

  test('the token as peer, or as proxy', async () => {
    const { MTPROTO_BOT_TOKEN: token } = LOGIN
    expectOneSentence(await as({}, '--peer', token), 2, '--peer: "42:…" is no peer')
    expectOneSentence(await as({}, '--proxy', token), 2, 'the proxy')
  })
})

describe("the server's key", () => {
  const withKey = (path: string): Promise<Outcome> =>
    upload('cat.jpg', '--dc', '127.0.0.1:9', '--server-key', path, '--session', 's')
  const write = (text: string | Buffer): string => {
    writeFileSync(join(folder, 'other.pem'), text)
    return 'other.pem'
  }

  test('is missing, or a folder', async () => {
    expectOneSentence(await withKey('none.pem'), 2, "cannot read the server's key none.pem: there is no such file")
    expectOneSentence(await withKey('.'), 2, 'it is a folder')
    symlinkSync('circle.pem', join(folder, 'circle.pem'))
    expectOneSentence(await withKey('circle.pem'), 2, 'its symbolic links lead in a circle')
  })

  test('is no PEM', async () => {
    expectOneSentence(await withKey(write('hello')), 2, 'other.pem', 'no PEM')
    expectOneSentence(await withKey(write(Buffer.from([0, 1, 2, 255]))), 2, 'other.pem')
    expectOneSentence(await withKey(write('')), 2, 'other.pem')
  })

  test('is the private half', async () => {
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
    expectOneSentence(await withKey(write(pem)), 2, 'other.pem', 'private key')
  })

  test('is damaged', async () => {
    const pem = readFileSync(join(folder, 'key.pem'), 'utf8')
    expectOneSentence(await withKey(write(pem.replace(/\n.{20}/, '\n'))), 2, 'other.pem')
  })

  test('is of another kind or size', async () => {
    const { publicKey: curve } = generateKeyPairSync('ed25519')
    expectOneSentence(await withKey(write(curve.export({ type: 'spki', format: 'pem' }))), 2, 'not a key for RSA')
    const { publicKey: short } = generateKeyPairSync('rsa', { modulusLength: 1024 })
    expectOneSentence(await withKey(write(short.export({ type: 'pkcs1', format: 'pem' }))), 2, '1024 bits')
  })
})

describe('the session file', () => {
  const withSession = async (path: string): Promise<Outcome> =>
    upload('cat.jpg', '--dc', await closedPort(), '--server-key', 'key.pem', '--session', path)

  test('cannot be written: no login is begun', async () => {
    expectOneSentence(await withSession('none/s'), 1, 'cannot write the session file none/s: its folder does not exist')
    expectOneSentence(await withSession('cat.jpg/s'), 1, 'the session file cat.jpg/s')
  })

  test('may not be written, or its folder', async () => {
    if (!(await somebodyCanRun())) return
    chmodSync(folder, 0o755)
    writeFileSync(join(folder, 's'), '')
    const args = ['upload', 'cat.jpg', '--dc', await closedPort(), '--server-key', 'key.pem', '--session', 's']
    const asOther = { env: LOGIN, cwd: folder, ...asSomebody }
    if (!isRoot) chmodSync(folder, 0o555)
    expectOneSentence(
      await start(program.main, args, asOther).ended,
      1,
      'cannot write the session file s: no permission',
    )
    chmodSync(join(folder, 's'), 0)
    expectOneSentence(await start(program.main, args, asOther).ended, 1, 'the session file s: no permission')
    chmodSync(folder, 0o755)
  })

  test('is a folder or a device', async () => {
    expectOneSentence(await withSession('.'), 1, 'it is a folder')
    expectOneSentence(await withSession('/dev/null'), 1, 'it is no regular file')
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
  })

  test('is something else: it is not overwritten', async () => {
    const before = readFileSync(join(folder, 'cat.jpg'))
    expectOneSentence(await withSession('cat.jpg'), 1, 'cat.jpg: the stored session is damaged')
    expect(readFileSync(join(folder, 'cat.jpg'))).toEqual(before)
  })

  test('is cut off, or of a newer version: it is not overwritten', async () => {
    const whole = encodeSession({ test: false, dc: 2, keys: new Map() })
    for (const [text, says] of [
      [whole.slice(0, 40), 'damaged'],
      [whole.replace('"version": 1', '"version": 99'), 'newer version'],
      [whole.replace('"dc": 2', '"dc": "two"'), 'damaged'],
    ] as const) {
      writeFileSync(join(folder, 's'), text)
      expectOneSentence(await withSession('s'), 1, says)
      expect(readFileSync(join(folder, 's'), 'utf8')).toBe(text)
    }
  })

  test('holds no login, and no token is given', async () => {
    const { MTPROTO_BOT_TOKEN: _, ...env } = LOGIN
    const { ended } = start(program.main, ['upload', 'cat.jpg', '--session', 's'], { env, cwd: folder })
    expectOneSentence(await ended, 2, 'MTPROTO_BOT_TOKEN is needed as s holds no login yet')
  })
})

describe('the server', () => {
  const at = (address: string, ...args: string[]): Promise<Outcome> =>
    upload('cat.jpg', '--dc', address, '--server-key', 'key.pem', '--session', 's', ...args)
  const noSession = (): void => {
    expect(readdirSync(folder).sort()).toEqual(['cat.jpg', 'key.pem'])
  }

  test('refuses the connection', async () => {
    const address = await closedPort()
    const outcome = await at(address)
    expectOneSentence(outcome, 75, `cannot connect to ${address}`, 'connection refused')
    expect(outcome.elapsed).toBeLessThan(15_000)
    noSession()
  })

  test('has a name that does not exist', async () => {
    expectOneSentence(await at('no-such-host.invalid:443', '--timeout', '20'), 1, 'no-such-host.invalid:443')
    noSession()
  })

  test('hangs up at once', async () => {
    const outcome = await at(await listen((socket) => socket.destroy()))
    expectOneSentence(outcome, 75)
    expect(outcome.elapsed).toBeLessThan(15_000)
    noSession()
  })

  for (const transport of ['abridged', 'intermediate', 'padded', 'full', 'obfuscated', 'ws']) {
    test(`speaks another protocol (${transport})`, async () => {
      const address = await listen((socket) => {
        socket.write('HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nConnection: close\r\n\r\n<html>'.repeat(9))
      })
      const outcome = await at(address, '--transport', transport, '--timeout', '10')
      expectOneSentence(outcome, 1, address, /speaks HTTP, not MTProto|answers with HTTP \(400\), not with a WebSocket/)
      expect(outcome.elapsed).toBeLessThan(15_000)
      noSession()
    })
  }

  test.each(['abridged', 'intermediate', 'padded', 'full', 'obfuscated'])(
    'is a web server that says little and hangs up (%s)',
    async (transport) => {
      // Shorter than what abridged framing takes its first letter for: the length of a packet.
      const address = await listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'))
      const outcome = await at(address, '--transport', transport, '--timeout', '10')
      expectOneSentence(outcome, 1, address, /speaks HTTP, not MTProto/)
      noSession()
    },
  )

  test('says things that make no sense', async () => {
    const address = await listen((socket) => {
      socket.on('data', () => socket.write(Uint8Array.from({ length: 4096 }, (_, i) => (i * 7919) & 0xff)))
    })
    const outcome = await at(address, '--timeout', '10')
    expectOneSentence(outcome, 1, `${address} does not speak MTProto`)
    expect(outcome.elapsed).toBeLessThan(15_000)
    noSession()
  })

  test('says nothing', async () => {
    const address = await listen(() => {})
    const outcome = await at(address, '--timeout', '2')
    expectOneSentence(outcome, 75, 'no login within 2 s')
    expect(outcome.elapsed).toBeLessThan(15_000)
    noSession()
  })

  test('says nothing, and leaves a stored session as it was', async () => {
    const keys = new Map([[2, { key: new Uint8Array(256).fill(0x5a), salt: 7n }]])
    const text = encodeSession({ test: false, dc: 2, keys, user: { id: 42n, bot: true } })
    writeFileSync(join(folder, 's'), text)
    const address = await listen(() => {})
    expectOneSentence(await at(address, '--timeout', '2'), 75, 'no login within 2 s')
    expect(readFileSync(join(folder, 's'), 'utf8')).toBe(text)
  })

  test('is spoken to while Ctrl+C is pressed', async () => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      let heard = (): void => {}
      const spoken = new Promise<void>((resolve) => {
        heard = resolve
      })
      const address = await listen((socket) => socket.on('data', heard))
      const args = ['upload', 'cat.jpg', '--dc', address, '--server-key', 'key.pem', '--session', 's']
      const running = start(program.main, args, { env: LOGIN, cwd: folder })
      await spoken
      expectOneSentence(await running.stop(signal), 130, `interrupted by ${signal}`)
      noSession()
    }
  })

  test('with --verbose, the way to the error is told, and still no secret', async () => {
    const { code, stderr } = await at(await closedPort(), '--verbose')
    expect(code).toBe(75)
    expect(stderr).toMatch(/DC 2, lane 0: connecting to 127\.0\.0\.1:\d+/)
    expect(stderr).toMatch(/\n {4}at /)
    for (const secret of Object.values(LOGIN).slice(1)) expect(stderr).not.toContain(secret)
    expect(existsSync(join(folder, 's'))).toBe(false)
  })
})
