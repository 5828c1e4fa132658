/** `login`, `logout` and `session` as people meet them: in a real terminal, against a test DC. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { phoneLogin } from '../../src/client/login/index.ts'
import { decodeSession } from '../../src/client/session-data.ts'
import { nativeCrypto } from '../../src/crypto/native.ts'
import { UploadClient } from '../../src/index.ts'
import type { Faults } from '../../src/lab/server/faults.ts'
import type { RunningServer } from '../../src/lab/server/index.ts'
import { authAcceptLoginToken } from '../../src/tl/generated/client/methods.ts'
import { startTestDc } from '../support/test-dc.ts'
import { bundleProgram, type Outcome, type Program, start } from './program.ts'
import { hasTerminals, type InTerminal, inTerminal } from './terminal-program.ts'

const APP = { MTPROTO_API_ID: '12345', MTPROTO_API_HASH: 'c0ffee'.repeat(5) }
const PHONE = '9996610001'
const PASSWORD = 'correct höрse battery'

let program: Program
let folder: string
let server: RunningServer
let faults: Faults
let terminals: InTerminal[]
let dc: string[]

beforeAll(async () => {
  program = await bundleProgram()
})
afterAll(() => program.remove())

beforeEach(async () => {
  terminals = []
  folder = mkdtempSync(join(tmpdir(), 'mtproto-upload-login-'))
  faults = {}
  server = await startTestDc({ faults })
  writeFileSync(join(folder, 'key.pem'), server.publicKeyPem)
  dc = ['--dc', `127.0.0.1:${server.port}`, '--server-key', 'key.pem']
})
afterEach(async () => {
  for (const terminal of terminals) terminal.kill()
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Runs the program in a terminal; `after` is a shell command that follows in the same terminal. */
function atTerminal(args: readonly string[], after = ''): InTerminal {
  const command = [process.execPath, program.main, ...args].join(' ')
  const terminal = inTerminal(`trap : INT; ${command}; code=$?; ${after}; exit $code`, APP, folder)
  terminals.push(terminal)
  return terminal
}
const loginAt = (...args: string[]): InTerminal => atTerminal(['login', '--session', 's', ...dc, ...args], 'stty -a')
const run = (args: readonly string[], stdin?: string, env: Record<string, string> = APP): Promise<Outcome> =>
  start(program.main, args, { env, cwd: folder, ...(stdin !== undefined && { stdin: Buffer.from(stdin) }) }).ended
const path = (): string => join(folder, 's')
const userIn = (): unknown => decodeSession(readFileSync(path(), 'utf8')).user
const alice = (): { id: bigint } => server.world.findName('alice') as never
const count = (method: string): number => server.server.requests.get(method) ?? 0
/** Nothing secret on the screen, in the file, or anywhere in the folder but the terminal's own record. */
const hides = (terminal: InTerminal, ...secrets: string[]): void => {
  for (const secret of secrets) {
    expect(terminal.screen).not.toContain(secret)
    for (const name of readdirSync(folder)) {
      if (statSync(join(folder, name)).isFile()) expect(readFileSync(join(folder, name), 'utf8')).not.toContain(secret)
    }
  }
}

describe.runIf(hasTerminals)('by phone number', () => {
  test('number, code, password: each asked for, the password not echoed, the login kept', async () => {
    await server.world.logins.setPassword(nativeCrypto, alice().id, PASSWORD, 'animal')
    const terminal = loginAt()
    await terminal.shows(/Phone number, with the code of its country: /)
    terminal.type('+99966 100-01\r')
    await terminal.shows(/sent to the Telegram apps where this account is logged in: .* \(5 digits\); it is good for/)
    await terminal.shows(/another code can be had by SMS in \d+ s|another code can be had by SMS in 1 min 0 s/)
    await terminal.shows(/Code: /)
    terminal.type('12345\r')
    await terminal.shows(/the code is wrong/)
    await terminal.shows(/Code: /)
    terminal.type('11111\r')
    await terminal.shows(/two-step verification\); its hint is "animal"/)
    await terminal.shows(/Password \(it is not shown\): /)
    terminal.type('nonsense and more of it\r')
    await terminal.shows(/the password is wrong/)
    await terminal.shows(/Password \(it is not shown\): /)
    terminal.type(`${PASSWORD}x\u007f\r`)
    await terminal.shows(new RegExp(`logged in as @alice \\(id ${alice().id}\\), DC 2; the login is kept in s`))
    expect(await terminal.ended).toBe(0)
    expect(terminal.screen).toMatch(/[^-]\becho\b/)
    hides(terminal, PASSWORD, 'nonsense and more', 'höрse')
    expect(userIn()).toEqual({ id: alice().id, bot: false, username: 'alice' })
    expect(statSync(path()).mode & 0o777).toBe(0o600)
    expect(existsSync(`${path()}.1.lock`)).toBe(false)
  })
})

describe.runIf(hasTerminals)('by phone number, when it does not go smoothly', () => {
  test('another code is not asked for before its time', async () => {
    server.world.logins.deliveries.set(PHONE, ['sms', 'call'])
    const terminal = loginAt('--phone', PHONE)
    await terminal.shows(/the code was sent by SMS \(5 digits\); it is good/)
    await terminal.shows(/another code can be had by a phone call in .*: leave the line empty/)
    for (const typed of ['', 'resend', ' RESEND ']) {
      terminal.type(`${typed}\r`)
      await terminal.shows(/another code can be had by a phone call in \d+ /)
    }
    expect(count('auth.resendCode')).toBe(0)
    terminal.type('11111\r')
    await terminal.shows(/logged in as @alice/)
  })

  test('another code comes by the next way; behind the last one is none', async () => {
    server.world.logins.deliveries.set(PHONE, ['sms', 'missed-call'])
    server.world.logins.resendAfter = 0
    const terminal = loginAt('--phone', PHONE)
    await terminal.shows(/another code can be had by a missed call: leave/)
    terminal.type('\r')
    await terminal.shows(
      /the last digits of the number that calls and hangs up, which begins with \+49 30 \(5 digits\)/,
    )
    await terminal.shows(/there is no other way to have a code sent/)
    await terminal.shows(/Code: /)
    terminal.type('\r')
    await terminal.shows(/there is no other way to have a code sent/)
    expect(count('auth.resendCode')).toBe(1)
    terminal.type('11111\r')
    await terminal.shows(/logged in as @alice/)
  })

  test('a code that came too late gives way to another', async () => {
    let late = 1
    faults.onRequest = ({ request }) =>
      request._ === 'auth.signIn' && late-- > 0 ? { kind: 'error', code: 400, text: 'PHONE_CODE_EXPIRED' } : undefined
    const terminal = loginAt('--phone', PHONE)
    await terminal.shows(/Code: /)
    terminal.type('11111\r')
    await terminal.shows(/the code came too late\r\n.*the code was sent to the Telegram apps/)
    terminal.type('11111\r')
    await terminal.shows(/logged in as @alice/)
    expect(await terminal.ended).toBe(0)
  })

  test('numbers that cannot be are asked for again; one without an account is refused in a sentence', async () => {
    const terminal = loginAt()
    await terminal.shows(/Phone number/)
    terminal.type('12\r')
    await terminal.shows(/this is no phone number: it begins with the code of its country/)
    terminal.type('9996620009\r')
    await terminal.shows(/Code: /)
    terminal.type('22222\r')
    await terminal.shows(
      /there is no account with this number; sign up with an official app first, then log in here\r\n/,
    )
    expect(await terminal.ended).toBe(1)
    expect(existsSync(path())).toBe(false)
  })

  test('a flood is told with its time, and ends with 75', async () => {
    faults.onRequest = ({ request }) =>
      request._ === 'auth.sendCode' ? { kind: 'error', code: 420, text: 'FLOOD_WAIT_3600' } : undefined
    const terminal = loginAt('--phone', PHONE)
    await terminal.shows(/auth\.sendCode failed with FLOOD_WAIT_3600 \(420\): .*3600 s/)
    expect(await terminal.ended).toBe(75)
  })

  test('the end of the input ends it', async () => {
    const terminal = loginAt('--phone', PHONE)
    await terminal.shows(/Code: /)
    terminal.type('\u0004')
    await terminal.shows(/the input has ended before all was answered/)
    expect(await terminal.ended).toBe(1)
  })
})

describe.runIf(hasTerminals)('Ctrl+C leaves the terminal as it was', () => {
  for (const at of ['code', 'password']) {
    test(`while the ${at} is asked for`, async () => {
      await server.world.logins.setPassword(nativeCrypto, alice().id, PASSWORD)
      const terminal = loginAt('--phone', PHONE)
      await terminal.shows(/Code: /)
      if (at === 'password') {
        terminal.type('11111\r')
        await terminal.shows(/Password/)
        terminal.type('begun')
      }
      terminal.type('\u0003')
      await terminal.shows(/\n(\^C)?(\r\n)?mtproto-upload: interrupted by SIGINT/)
      // What stty says of the terminal afterwards.
      await terminal.shows(/isig icanon iexten echo /)
      expect(await terminal.ended).toBe(130)
      expect(terminal.screen).not.toContain('begun')
      expect(readdirSync(folder).sort()).toEqual(['key.pem', 'typescript'])
    })
  }
})

describe.runIf(hasTerminals)('by QR code', () => {
  test('a code is drawn and drawn anew in its place, with its link; scanned, it logs in', async () => {
    server.world.logins.tokenLife = 2
    const { dcId: id, host, port, publicKeyPem } = server
    const device = await UploadClient.connect({
      apiId: 1,
      apiHash: 'hash',
      dc: { id, host, port, serverKeys: [publicKeyPem] },
      login: phoneLogin({ phone: PHONE, code: () => '11111' }),
    })
    try {
      const terminal = loginAt('--qr')
      const [, first] = await terminal.shows(/tg:\/\/login\?token=([\w-]+)/)
      expect(terminal.screen).toMatch(/\[30;47m[ ▀▄█]{30,}.\[0m\r\n/)
      expect(terminal.screen).toContain('Settings, Devices, Link Desktop Device')
      const [, back] = await terminal.shows(/\[(\d+)A\r.\[J/)
      const [, second] = await terminal.shows(/tg:\/\/login\?token=([\w-]+)/)
      expect(second).not.toBe(first)
      // As many lines up as were drawn.
      const drawn = terminal.screen.slice(0, terminal.screen.indexOf(`[${back}A`)).split('\r\n').length - 1
      expect(Number(back)).toBe(drawn)
      const token = new Uint8Array(Buffer.from(second!, 'base64url'))
      await device.call(authAcceptLoginToken, { _: 'auth.acceptLoginToken', token })
      await terminal.shows(/logged in as @alice/)
      expect(await terminal.ended).toBe(0)
      expect(userIn()).toMatchObject({ username: 'alice' })
    } finally {
      await device.close()
    }
  })
})

describe('without a terminal', () => {
  test.each([[[]], [['--phone', PHONE]], [['--qr']]])(
    'login %j is wrong usage, before anything is sent',
    async (args) => {
      const { code, stdout, stderr } = await run(['login', '--session', 's', ...args, ...dc], `${PHONE}\n11111\n`)
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(
        /asks for number, code and password at the terminal.*MTPROTO_BOT_TOKEN \("mtproto-upload login --help"/,
      )
      expect(server.server.connections + count('auth.sendCode')).toBe(0)
      expect(existsSync(path())).toBe(false)
    },
  )

  test('a bot needs none', async () => {
    const token = `42:${'s'.repeat(35)}`
    const outcome = await run(['login', '--session', 's', ...dc], undefined, { ...APP, MTPROTO_BOT_TOKEN: token })
    expect(outcome).toMatchObject({
      code: 0,
      stdout: 'logged in as the bot @bot_42_bot (id 42), DC 2; the login is kept in s\n',
      stderr: '',
    })
    expect(userIn()).toMatchObject({ id: 42n, bot: true })
  })
})

describe('a login that is there', () => {
  const asBot = (number: number): Record<string, string> => ({
    ...APP,
    MTPROTO_BOT_TOKEN: `${number}:${'s'.repeat(35)}`,
  })
  const login = (number: number, ...args: string[]): Promise<Outcome> =>
    run(['login', '--session', 's', ...dc, ...args], undefined, asBot(number))
  const sentences = ({ stderr }: Outcome): string[] => stderr.trimEnd().split('\n')

  test('is left alone, whoever it is of, and told', async () => {
    await login(42)
    const before = readFileSync(path())
    const again = await login(42)
    expect(again).toMatchObject({ code: 0, stdout: 'already logged in as the bot @bot_42_bot (id 42), DC 2, in s\n' })
    expect(sentences(again)).toEqual(['mtproto-upload: nothing was changed; --force ends that login first'])
    expect(await run(['login', '--session', 's', '--phone', PHONE, ...dc])).toMatchObject({
      code: 0,
      stdout: again.stdout,
    })
    const other = await login(43)
    expect(other).toMatchObject({ code: 2, stdout: '' })
    expect(other.stderr).toContain('s: the stored session is that of account 42, not of the token')
    expect(readFileSync(path())).toEqual(before)
  })

  test('is ended first with --force: no key that is logged in is left behind', async () => {
    await login(42)
    expect(await login(43, '--force')).toMatchObject({ code: 0, stderr: '' })
    expect(userIn()).toMatchObject({ id: 43n })
    expect(server.server.keysOf(42n)).toEqual([])
    expect(server.server.keysOf(43n)).toHaveLength(1)
  })

  test.runIf(hasTerminals)('that the server has ended gives way to a new one', async () => {
    await login(42)
    server.server.revoke(42n, 401, 'SESSION_REVOKED')
    const terminal = loginAt('--phone', PHONE)
    await terminal.shows(/Code: /)
    terminal.type('11111\r')
    await terminal.shows(/logged in as @alice/)
    expect(await terminal.ended).toBe(0)
    expect(userIn()).toMatchObject({ username: 'alice' })
  })

  test.each([
    ['damaged', 'nothing'],
    ['of a newer version', '{"format":"mtproto-upload session","version":2}'],
  ])('that is %s is never overwritten, not even with --force', async (says, text) => {
    writeFileSync(path(), text)
    for (const args of [['login'], ['login', '--force'], ['logout']]) {
      const { code, stderr } = await run([...args, '--session', 's', ...dc], undefined, asBot(42))
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(new RegExp(`^mtproto-upload: s: the stored session is ${says}`)),
      ])
    }
    expect(readFileSync(path(), 'utf8')).toBe(text)
  })

  test('that is in use by another process is refused, with its number, and may be tried later', async () => {
    await login(42)
    writeFileSync(`${path()}.1.lock`, JSON.stringify({ host: hostname(), pid: process.pid }))
    for (const args of [['login'], ['logout'], ['upload', 'key.pem']]) {
      const { code, stderr } = await run([...args, '--session', 's', ...dc], undefined, asBot(42))
      expect([code, stderr]).toEqual([75, expect.stringContaining(`is in use by process ${process.pid}: `)])
    }
  })

  test('that is dead is told by upload, with the command that mends it', async () => {
    await login(42)
    server.server.revoke(42n, 406, 'AUTH_KEY_DUPLICATED')
    const { code, stderr } = await run(['upload', 'key.pem', '--session', 's', ...dc])
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^mtproto-upload: s: users\.getUsers failed with AUTH_KEY_DUPLICATED \(406\): .*; this does it: mtproto-upload login --session s\n$/,
    )
  })
})

test('a login that dies in the middle of an upload is told in the same way', async () => {
  const token = `42:${'s'.repeat(35)}`
  await run(['login', '--session', 's', ...dc], undefined, { ...APP, MTPROTO_BOT_TOKEN: token })
  faults.onRequest = ({ request }) =>
    request._ === 'messages.uploadMedia' ? { kind: 'error', code: 406, text: 'AUTH_KEY_DUPLICATED' } : undefined
  const { code, stderr } = await run(['upload', 'key.pem', '--session', 's', ...dc])
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/DUPLICATED .*; this does it: mtproto-upload login --session s\n$/),
  ])
})

describe('logout', () => {
  const logout = (...args: string[]): Promise<Outcome> => run(['logout', '--session', 's', ...dc, ...args])
  beforeEach(async () => {
    const token = `42:${'s'.repeat(35)}`
    await run(['login', '--session', 's', ...dc], undefined, { ...APP, MTPROTO_BOT_TOKEN: token })
  })

  test('ends the login at the server and removes the file', async () => {
    expect(await logout()).toMatchObject({
      code: 0,
      stdout: 'logged out the bot @bot_42_bot (id 42); s is removed\n',
      stderr: '',
    })
    expect(server.server.keysOf(42n)).toEqual([])
    expect(readdirSync(folder)).toEqual(['key.pem'])
    expect(await logout()).toMatchObject({ code: 0, stdout: '', stderr: 'mtproto-upload: s holds no login\n' })
  })

  test('of a login that the server has ended is no error', async () => {
    server.server.revoke(42n, 401, 'SESSION_REVOKED')
    expect(await logout()).toMatchObject({ code: 0, stdout: 'the login had been ended before; s is removed\n' })
    expect(existsSync(path())).toBe(false)
  })

  test('leaves the file when the server cannot be told', async () => {
    faults.onRequest = ({ request }) =>
      request._ === 'auth.logOut' ? { kind: 'error', code: 420, text: 'FLOOD_WAIT_3600' } : undefined
    expect(await logout()).toMatchObject({ code: 75, stdout: '' })
    expect(existsSync(path())).toBe(true)
    await server.close()
    expect(await logout('--timeout', '1')).toMatchObject({ code: 75, stdout: '' })
    expect(existsSync(path())).toBe(true)
  })
})
