/** `upload --proxy` as a process: through each kind of proxy, and what it says and keeps to itself where that fails. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type RunningProxy,
  type RunningServer,
  startHttpConnect,
  startServer,
  startSocks5,
} from '../../src/lab/server/index.ts'
import { bundleProgram, type Outcome, type Program, start } from './program.ts'

const LOGIN = {
  MTPROTO_API_ID: '12345',
  MTPROTO_API_HASH: 'c0ffee'.repeat(5),
  MTPROTO_BOT_TOKEN: `42:${'s'.repeat(35)}`,
}
const PASSWORD = 'a-password-for-the-proxy'
const WRONG = 'another-password-that-is-wrong'

let program: Program
let folder: string
let server: RunningServer
let proxies: Readonly<Record<'socks5' | 'http', RunningProxy>>

beforeAll(async () => {
  program = await bundleProgram()
  folder = mkdtempSync(join(tmpdir(), 'mtproto-upload-test-'))
  server = await startServer({ parts: 'memory' })
  writeFileSync(join(folder, 'key.pem'), server.publicKeyPem)
  writeFileSync(join(folder, 'a.txt'), 'first')
  const users = { me: PASSWORD }
  proxies = { socks5: await startSocks5({ users }), http: await startHttpConnect({ users }) }
})

afterAll(async () => {
  for (const proxy of Object.values(proxies)) await proxy.close()
  await server.close()
  rmSync(folder, { recursive: true, force: true })
  program.remove()
})

const upload = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> => {
  const dc = ['--dc', `127.0.0.1:${server.port}`, '--server-key', 'key.pem']
  return start(program.main, ['upload', 'a.txt', ...dc, ...args], { env: { ...LOGIN, ...env }, cwd: folder }).ended
}

describe.each(['socks5', 'http'] as const)('%s', (kind) => {
  const url = (password: string): string => `${kind}://me:${password}@127.0.0.1:${proxies[kind].port}`

  test('by the option, and by the environment', async () => {
    const before = proxies[kind].requests.length
    expect(await upload(['--proxy', url(PASSWORD), '--json'])).toMatchObject({ code: 0 })
    const between = proxies[kind].requests.length
    expect(between).toBeGreaterThan(before)
    expect(await upload(['--ipv6'], { MTPROTO_PROXY: url(PASSWORD) })).toMatchObject({ code: 0 })
    expect(proxies[kind].requests.length).toBeGreaterThan(between)
  })

  test('a wrong password is a failure that repeating does not help, and is not shown even with --verbose', async () => {
    const { code, stdout, stderr } = await upload(['--verbose', '--proxy', url(WRONG)])
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain('refused the user name and password')
    expect(stderr).not.toContain(WRONG)
  })

  test('a proxy that is not there may be there later', async () => {
    const { port, close } = await startSocks5()
    await close()
    const { code, stderr } = await upload(['--proxy', `${kind}://127.0.0.1:${port}`])
    expect(code).toBe(75)
    expect(stderr).toMatch(/proxy on the way to 127\.0\.0\.1:\d+ is out of reach: .*nothing listens there/)
  })
})

test('a proxy that makes no sense is wrong usage, and not shown', async () => {
  const { code, stderr } = await upload(['--proxy', `ftp://me:${WRONG}@127.0.0.1:1`])
  expect(code).toBe(2)
  expect(stderr).toContain('no kind of proxy')
  expect(stderr).not.toContain(WRONG)
})
