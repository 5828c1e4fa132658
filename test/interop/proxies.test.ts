/**
 * Our client through other people's proxies: microsocks (SOCKS5) and tinyproxy (HTTP CONNECT), as Debian packages them.
 *
 * The proxies of the test DC share their reading of the documents with our client; these do not. Everything stays on this
 * machine.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type RunningServer, startServer } from '../../dist/lab/server/index.js'
import { type OwnWay, uploadBig } from './harness/our-client.ts'

/** Milliseconds that a proxy has to open its port. */
const START_LIMIT = 10_000
const USER = 'somebody'

const folder = mkdtempSync(join(tmpdir(), 'mtproto-upload-proxies-'))
const children: ChildProcess[] = []
let servers: Readonly<Record<'127.0.0.1' | '::1', RunningServer>>

before(async () => {
  servers = { '127.0.0.1': await startServer({ address: '127.0.0.1' }), '::1': await startServer({ address: '::1' }) }
})

after(async () => {
  for (const child of children) {
    const gone = once(child, 'exit')
    if (child.exitCode === null && child.kill()) await gone
  }
  for (const server of Object.values(servers)) await server.close()
  rmSync(folder, { recursive: true })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Whether something listens there. */
async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  })
  socket.destroy()
  return isOpen
}

/** Starts a proxy and waits until it takes connections. */
async function start(command: string, args: readonly string[], port: number): Promise<void> {
  const child = spawn(command, args, { stdio: 'ignore' })
  children.push(child)
  let failure: unknown
  child.once('error', (error) => {
    failure = error
  })
  const deadline = Date.now() + START_LIMIT
  while (!(await answers(port))) {
    if (failure || child.exitCode !== null || Date.now() > deadline) {
      throw new Error(`${command} did not start; is its Debian package installed?`, { cause: failure })
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function startMicrosocks(login: readonly string[] = []): Promise<number> {
  const port = await freePort()
  await start('microsocks', ['-i', '127.0.0.1', '-p', `${port}`, ...login], port)
  return port
}

async function startTinyproxy(more = ''): Promise<number> {
  const port = await freePort()
  const path = join(folder, `${port}.conf`)
  writeFileSync(path, `Port ${port}\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 60\nMaxClients 100\n${more}`)
  await start('tinyproxy', ['-d', '-c', path], port)
  return port
}

interface Way extends OwnWay {
  readonly to?: '127.0.0.1' | '::1'
}

async function uploadThrough({ to = '127.0.0.1', ...way }: Way): Promise<void> {
  await uploadBig(servers[to], way)
}

const KINDS = [
  {
    name: 'microsocks',
    scheme: 'socks5',
    open: () => startMicrosocks(),
    password: 'p@ss:word/1',
    closed: (password: string) => startMicrosocks(['-u', USER, '-P', password]),
  },
  {
    name: 'tinyproxy',
    scheme: 'http',
    open: () => startTinyproxy(),
    // Its configuration takes letters and digits alone.
    password: 'password1',
    closed: (password: string) => startTinyproxy(`BasicAuth ${USER} ${password}\n`),
  },
]

for (const { name, scheme, open, password, closed } of KINDS) {
  void describe(`our client through ${name}`, () => {
    let openPort: number
    let closedPort: number
    before(async () => {
      openPort = await open()
      closedPort = await closed(password)
    })

    void test('uploads 20 MB over IPv4', () => uploadThrough({ proxy: `${scheme}://127.0.0.1:${openPort}` }))

    void test('uploads 20 MB to an IPv6 address', () =>
      uploadThrough({ proxy: `${scheme}://127.0.0.1:${openPort}`, to: '::1' }))

    void test('uploads 20 MB to a name, obfuscated', () =>
      uploadThrough({ proxy: `${scheme}://localhost:${openPort}`, host: 'localhost', transport: 'obfuscated' }))

    void test('uploads 20 MB by WebSocket', () =>
      uploadThrough({ proxy: `${scheme}://127.0.0.1:${openPort}`, transport: 'ws' }))

    void test('uploads 20 MB after a login', () =>
      uploadThrough({ proxy: `${scheme}://${USER}:${encodeURIComponent(password)}@127.0.0.1:${closedPort}` }))

    void test('is told that a login is wanted, and that it is wrong', async () => {
      const wanted = uploadThrough({ proxy: `${scheme}://127.0.0.1:${closedPort}` })
      await assert.rejects(wanted, { code: 'CONNECT_FAILED', message: /wants a user name and password/ })
      const wrong = uploadThrough({ proxy: `${scheme}://${USER}:wrong@127.0.0.1:${closedPort}` })
      await assert.rejects(wrong, { code: 'CONNECT_FAILED', message: /refused the user name and password/ })
    })
  })
}
