/** `serve` as a process: what it prints, what it refuses, how it ends; and `upload` against it over every transport. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { UploadClient } from '../../src/client/client.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { parsePublicKey } from '../../src/crypto/pem.ts'
import { generateServerKey } from '../../src/lab/server/server-key.ts'
import { TRANSPORTS } from '../../src/transport/codec.ts'
import { bundleProgram, type Outcome, type Program, type Running, start } from './program.ts'

const LOGIN = { MTPROTO_API_ID: '12345', MTPROTO_API_HASH: 'hash', MTPROTO_BOT_TOKEN: '42:token' }
let program: Program
let folder: string
let running: Running | undefined

beforeAll(async () => {
  program = await bundleProgram()
})

afterAll(() => program.remove())

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mtproto-upload-test-'))
})

afterEach(async () => {
  await running?.stop('SIGKILL')
  running = undefined
  rmSync(folder, { recursive: true, force: true })
})

/** Starts the server and waits until it listens. */
async function serve(...args: string[]): Promise<{ address: string; port: number; server: Running }> {
  const server = start(program.main, ['serve', ...args], { cwd: folder })
  running = server
  const [, address = '', port = ''] = await server.printed(/listening on (\S+:(\d+)) as DC \d+\npublic key: /)
  return { address, port: Number(port), server }
}

const upload = (...args: string[]): Promise<Outcome> =>
  start(program.main, ['upload', ...args], { env: LOGIN, cwd: folder }).ended

describe('what it prints', () => {
  test('a free port on loopback, and the key itself where no file is named', async () => {
    const { address, port, server } = await serve()
    expect(address).toBe(`127.0.0.1:${port}`)
    expect(port).toBeGreaterThan(0)
    await server.printed(/-----END RSA PUBLIC KEY-----\n/)
    const pem = /-----BEGIN.*-----END RSA PUBLIC KEY-----\n/s.exec(server.stdout)![0]
    expect(parsePublicKey(nativeCrypto, pem).e).toBe(65537n)
    expect(server.stdout).toBe(`listening on ${address} as DC 2\npublic key: \n${pem}`)
    expect(server.stderr).toBe('')
  })

  test('the key is in its file before the address is told', async () => {
    const { address, server } = await serve('--write-key', 'key.pem', '--dc-id', '4')
    expect(parsePublicKey(nativeCrypto, readFileSync(join(folder, 'key.pem'), 'utf8')).e).toBe(65537n)
    expect(server.stdout).toBe(`listening on ${address} as DC 4\npublic key: key.pem\n`)
  })

  test('a private key that is given makes the same public key each time', async () => {
    const { privateKeyPem, publicKeyPem } = await generateServerKey()
    writeFileSync(join(folder, 'private.pem'), privateKeyPem)
    await serve('--key', 'private.pem', '--write-key', 'key.pem')
    expect(readFileSync(join(folder, 'key.pem'), 'utf8')).toBe(publicKeyPem)
  })

  test('several datacenters: the address of each, and with --verbose which of them was called', async () => {
    const server = start(program.main, ['serve', '--dcs', '3', '--write-key', 'key.pem', '-v'], { cwd: folder })
    running = server
    const line = /listening on (\S+):\d+ as DC 1\nlistening on (\S+) as DC 2\nlistening on (\S+) as DC 3\npublic key: /
    const [, host, second] = await server.printed(line)
    expect(host).toBe('127.0.0.1')
    writeFileSync(join(folder, 'a.txt'), 'hello')
    expect(await upload('a.txt', '--dc', second!, '--dc-id', '2', '--server-key', 'key.pem')).toMatchObject({ code: 0 })
    expect((await server.stop()).stderr).toContain('DC 2, connection 1 user 42: messages.uploadMedia')
  })

  test('with --verbose, each request, and no secret in it', async () => {
    const { address, server } = await serve('--write-key', 'key.pem', '--verbose')
    writeFileSync(join(folder, 'a.txt'), 'hello')
    expect(await upload('a.txt', '--dc', address, '--server-key', 'key.pem')).toMatchObject({ code: 0 })
    const { stderr } = await server.stop()
    expect(stderr.split('\n')).toEqual([
      'connection 1: auth.importBotAuthorization',
      'connection 1 user 42: upload.saveFilePart (part 0, 5 bytes)',
      'connection 1 user 42: messages.uploadMedia',
      '',
    ])
  })
})

describe('how it ends', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`${signal} is its ordinary end: exit code 0, with clients connected, nothing left behind`, async () => {
      mkdirSync(join(folder, 'parts'))
      const { port, server } = await serve('--write-key', 'key.pem', '--storage', 'parts')
      const client = await UploadClient.connect({
        apiId: 1,
        apiHash: 'hash',
        botToken: '42:token',
        dc: { id: 2, host: '127.0.0.1', port, serverKeys: [readFileSync(join(folder, 'key.pem'), 'utf8')] },
      })
      await client.uploadFile(new Uint8Array(300_000))
      expect(await server.stop(signal)).toMatchObject({ code: 0, stderr: '' })
      expect(readdirSync(join(folder, 'parts'))).toEqual([])
      await client.close()
    })
  }
})

describe('what stands in its way: one sentence, the right exit code', () => {
  const refused = async (code: number, says: string, ...args: string[]): Promise<void> => {
    const outcome = await start(program.main, ['serve', ...args], { cwd: folder }).ended
    expect(outcome.stderr).toMatch(/^mtproto-upload: [^\n]+\n$/)
    expect(outcome.stderr).toContain(says)
    expect(outcome).toMatchObject({ code, stdout: '' })
  }

  test('a port in use', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => {
      other.listen(0, '127.0.0.1', resolve)
    })
    const { port } = other.address() as { port: number }
    await refused(1, `cannot listen on 127.0.0.1:${port}: the port is in use`, '--port', String(port))
    other.close()
  })

  test('an address of another machine, or of none', async () => {
    await refused(1, 'cannot listen on 192.0.2.1:0: this machine has no such address', '--host', '192.0.2.1')
    await refused(1, 'cannot listen on no-such-host.invalid:0', '--host', 'no-such-host.invalid')
  })

  test('a private key that is missing, a public one, or none', async () => {
    await refused(2, 'cannot read the private key none.pem: there is no such file', '--key', 'none.pem')
    writeFileSync(join(folder, 'x.pem'), (await generateServerKey()).publicKeyPem)
    await refused(2, 'can be read: it is a public key; give the private one', '--key', 'x.pem')
    writeFileSync(join(folder, 'x.pem'), 'hello')
    await refused(2, 'x.pem: the private key', '--key', 'x.pem')
  })

  test('a place for the public key that cannot be written', async () => {
    await refused(1, 'cannot write the public key to none/key.pem', '--write-key', 'none/key.pem')
    await refused(1, 'cannot write the public key to .: it is a folder', '--write-key', '.')
  })

  test('a folder for uploads that is none', async () => {
    writeFileSync(join(folder, 'file'), '')
    await refused(1, 'cannot keep uploads in none: there is no such', '--storage', 'none')
    await refused(1, 'cannot keep uploads in file', '--storage', 'file')
  })
})

describe('upload and serve together', () => {
  for (const transport of TRANSPORTS) {
    test(`a photo, a small file and a big one over ${transport}`, async () => {
      const { address } = await serve('--write-key', 'key.pem')
      const big = Buffer.alloc(11_000_000, 'big file ')
      writeFileSync(join(folder, 'big.bin'), big)
      writeFileSync(join(folder, 'small.txt'), 'small')
      const photo = join(process.cwd(), 'assets/demo.jpg')
      const dc = ['--dc', address, '--server-key', 'key.pem', '--transport', transport]
      const { code, stdout, stderr } = await upload(photo, 'small.txt', 'big.bin', '--json', '--quiet', ...dc)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const media = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
      expect(media).toMatchObject([
        { _: 'messageMediaPhoto', photo: { _: 'photo', sizes: [{ w: 1280, h: 853, size: statSync(photo).size }] } },
        { _: 'messageMediaDocument', document: { mimeType: 'text/plain', size: '5' } },
        { _: 'messageMediaDocument', document: { mimeType: 'application/octet-stream', size: String(big.length) } },
      ])
    })
  }

  test('over IPv6', async () => {
    const { address } = await serve('--write-key', 'key.pem', '--host', '::1')
    expect(address).toMatch(/^\[::1\]:\d+$/)
    writeFileSync(join(folder, 'a.txt'), 'a')
    expect(await upload('a.txt', '--dc', address, '--server-key', 'key.pem')).toMatchObject({ code: 0, stderr: '' })
  })
})

test('--pfs: a server that wants temporary keys, a client that has them, and one that has not', async () => {
  const { address } = await serve('--write-key', 'key.pem', '--pfs')
  writeFileSync(join(folder, 'a.txt'), 'a')
  const dc = ['--dc', address, '--server-key', 'key.pem']
  expect(await upload('a.txt', '--pfs', ...dc)).toMatchObject({ code: 0, stderr: '' })
  const { code, stderr } = await upload('a.txt', ...dc)
  expect([code, stderr.includes('AUTH_KEY_PERM_EMPTY')]).toEqual([1, true])
})

describe('with an MTProxy beside', () => {
  const KEY = '00112233445566778899aabbccddeeff'
  const DOMAIN = Buffer.from('www.example.com').toString('hex')

  /** Starts both, and waits for the link. */
  async function serveProxy(...args: string[]): Promise<{ link: string; server: Running }> {
    const server = start(program.main, ['serve', '--write-key', 'key.pem', ...args], { cwd: folder })
    running = server
    const [, link = ''] = await server.printed(
      /^listening on \S+:\d+ as DC 2\nproxy: (tg:\/\/proxy\?\S+)\npublic key: key.pem\n$/,
    )
    return { link, server }
  }

  for (const secret of [KEY, `dd${KEY}`, `ee${KEY}${DOMAIN}`]) {
    test(`a client goes through by the link that is printed, with a secret of ${secret.length / 2} bytes`, async () => {
      const { link, server } = await serveProxy('--secret', secret, '--verbose')
      expect(link).toMatch(new RegExp(`^tg://proxy\\?server=127\\.0\\.0\\.1&port=\\d+&secret=${secret}$`))
      const client = await UploadClient.connect({
        apiId: 1,
        apiHash: 'hash',
        botToken: '42:token',
        // Nothing listens there: the way leads through the proxy, or nowhere.
        dc: { id: 2, host: '127.0.0.1', port: 1, serverKeys: [readFileSync(join(folder, 'key.pem'), 'utf8')] },
        proxy: link,
      })
      await client.uploadFile(new Uint8Array(300_000))
      await client.close()
      const { stderr } = await server.stop()
      expect(stderr).toMatch(
        /^proxy: let 127\.0\.0\.1:\d+ in to DC 2, by (plain|dd|ee) secret, (intermediate|padded)\n/,
      )
      expect(stderr).not.toContain(KEY)
    })
  }

  test('a port in use is told by its number', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as { port: number }
    const args = ['serve', '--secret', KEY, '--proxy-port', String(port)]
    const outcome = await start(program.main, args, { cwd: folder }).ended
    other.close()
    expect(outcome.stderr).toContain(`mtproto-upload: cannot listen on 127.0.0.1:${port}: the port is in use`)
    expect(outcome).toMatchObject({ code: 1, stdout: '' })
  })
})

describe('the demo', () => {
  test('shows the whole way of its own photo, and that the bytes are the same', async () => {
    const { code, stdout, stderr } = await start(program.demo, []).ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const sha256 = createHash('sha256').update(readFileSync('assets/demo.jpg')).digest('hex')
    expect(stdout).toMatch(/^test DC 2 listens on 127\.0\.0\.1:\d+\nlogged in as bot \d+ over TCP, in [\d.]+ s\n/)
    expect(stdout).toContain('messageMediaPhoto\n  photo: photo\n')
    expect(stdout).toMatch(new RegExp(`demo\\.jpg: .* as a photo, .*the same bytes, SHA-256 ${sha256}\n$`))
  })

  test('any file will do, of many parts, or with the name of a photo and something else in it', async () => {
    writeFileSync(join(folder, 'clip.mp4'), Buffer.alloc(12_345_678, 'clip'))
    writeFileSync(join(folder, 'fake.jpg'), 'no photo')
    for (const name of ['clip.mp4', 'fake.jpg']) {
      const { code, stdout } = await start(program.demo, [name], { cwd: folder }).ended
      expect(code).toBe(0)
      expect(stdout).toMatch(new RegExp(`${name}: .* as a document, .*the same bytes`))
    }
  })

  test('what cannot be uploaded is told in one sentence', async () => {
    for (const [args, says, expected] of [
      [['none'], 'cannot read none: there is no such file', 1],
      [['.'], 'cannot read .: it is a folder', 1],
      [['a', 'b'], 'the path of one file, or nothing', 2],
      [['--help'], 'the path of one file, or nothing', 2],
    ] as const) {
      const { code, stdout, stderr } = await start(program.demo, args, { cwd: folder }).ended
      expect(stderr).toMatch(/^mtproto-upload: [^\n]+\n$/)
      expect(stderr).toContain(says)
      expect({ code, stdout }).toEqual({ code: expected, stdout: '' })
    }
  })
})
