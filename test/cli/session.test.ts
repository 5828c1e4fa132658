/** `session`: who is logged in, and logins that go to other programs and back, without a server. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { command } from '../../src/cli/session-command.ts'
import { OPTIONS, readSessionJob } from '../../src/cli/session-options.ts'
import { decodeSession, encodeSession, type SessionData } from '../../src/client/session-data.ts'
import { exportSession } from '../../src/client/session-strings/index.ts'
import { bundleProgram, type Outcome, type Program, start } from './program.ts'
import { hasTerminals, type InTerminal, inTerminal } from './terminal-program.ts'

const KEY = Uint8Array.from({ length: 256 }, (_, i) => 3 * i + 7)
const { strings } = JSON.parse(readFileSync('test/vectors/session-strings.json', 'utf8')) as {
  strings: Readonly<Record<string, string>>
}

let program: Program
let folder: string
let terminal: InTerminal | undefined

beforeAll(async () => {
  program = await bundleProgram()
})
afterAll(() => program.remove())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mtproto-upload-session-'))
})
afterEach(() => {
  terminal?.kill()
  rmSync(folder, { recursive: true, force: true })
})

const run = (args: readonly string[], stdin?: string): Promise<Outcome> =>
  start(program.main, ['session', ...args], {
    cwd: folder,
    ...(stdin !== undefined && { stdin: Buffer.from(stdin) }),
  }).ended
const path = (): string => join(folder, 's')
const keep = (more: Partial<SessionData> = {}): string => {
  const keys = new Map([[4, { key: KEY, salt: 5n }]])
  const text = encodeSession({ test: false, dc: 4, keys, user: { id: 7n, bot: false, username: 'alice' }, ...more })
  writeFileSync(path(), text, { mode: 0o600 })
  return text
}
const kept = (): SessionData => decodeSession(readFileSync(path(), 'utf8'))

describe('show', () => {
  test('says who is logged in and where, in words or as JSON', async () => {
    keep()
    expect(await run(['--session', 's'])).toMatchObject({ code: 0, stdout: '@alice (id 7), DC 4\n', stderr: '' })
    const json = await run(['show', '--session', 's', '--json'])
    expect(JSON.parse(json.stdout)).toEqual({ id: '7', bot: false, username: 'alice', dc: 4, test: false })
    keep({ user: { id: 8n, bot: true }, test: true })
    expect((await run(['--session', 's'])).stdout).toBe('the bot id 8, DC 4 (test)\n')
    keep({ user: undefined })
    expect((await run(['--session', 's'])).stdout).toMatch(/^whose login it is, the server says .*, DC 4\n$/)
  })

  test('no file, an empty one, and one without a key hold no login', async () => {
    const none = { code: 1, stdout: '', stderr: 'mtproto-upload: s holds no login\n' }
    for (const args of [['show'], ['export']]) {
      rmSync(path(), { force: true })
      expect(await run([...args, '--session', 's'])).toMatchObject(none)
      writeFileSync(path(), '')
      expect(await run([...args, '--session', 's'])).toMatchObject(none)
      keep({ keys: new Map() })
      expect(await run([...args, '--session', 's'])).toMatchObject(none)
    }
  })
})

describe('export', () => {
  test('prints the string that each library itself would write, and nothing else', async () => {
    keep({ user: { id: 7_000_000_001n, bot: true }, keys: new Map([[4, { key: vectorKey(), salt: 1n }]]) })
    for (const as of ['telethon', 'gramjs', 'pyrogram']) {
      const outcome = await run([
        'export',
        '--as',
        as,
        '--session',
        's',
        ...(as === 'pyrogram' ? ['--api-id', '12345'] : []),
      ])
      expect(outcome).toMatchObject({ code: 0, stdout: `${strings[as]}\n`, stderr: '' })
    }
  })

  test('holds everything unless told otherwise, and comes back whole', async () => {
    const text = keep({ address: { host: '1.2.3.4', port: 5 } })
    const { stdout } = await run(['export', '--session', 's'])
    expect(stdout).toBe(`${exportSession(text, 'mtproto-upload')}\n`)
    expect(await run(['import', '--session', 'copy'], stdout)).toMatchObject({ code: 0, stderr: '' })
    expect(decodeSession(readFileSync(join(folder, 'copy'), 'utf8'))).toEqual(kept())
  })

  test('for Pyrogram needs the api id, and says so', async () => {
    keep()
    const { code, stdout, stderr } = await run(['export', '--as', 'pyrogram', '--session', 's'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('--api-id or MTPROTO_API_ID')
  })
})

describe('import', () => {
  test('takes the string of each library from standard input', async () => {
    for (const [name, text] of Object.entries(strings)) {
      const outcome = await run(['import', '--session', 's', '--force'], `${text}\n`)
      expect(outcome).toMatchObject({ code: 0, stderr: '' })
      expect(outcome.stdout).toMatch(/^imported .*, DC 4; it is kept in s\n$/)
      expect(outcome.stdout).not.toContain(text)
      expect([name, kept().keys.get(4)!.key]).toEqual([name, vectorKey()])
      expect(statSync(path()).mode & 0o777).toBe(0o600)
    }
    expect(readdirSync(folder)).toEqual(['s'])
  })

  test.runIf(hasTerminals)('asks for it at a terminal, and does not show it', async () => {
    terminal = inTerminal(`${process.execPath} ${program.main} session import --session s`, {}, folder)
    await terminal.shows(/Session string \(it is not shown\): /)
    terminal.type(`${strings.gramjs}\r`)
    await terminal.shows(/imported the login, DC 4; it is kept in s/)
    expect(await terminal.ended).toBe(0)
    expect(terminal.screen).not.toContain(strings.gramjs!.slice(10, 30))
    expect(kept().keys.get(4)!.key).toEqual(vectorKey())
  })

  test('never takes it from the command line, and does not repeat what stood there', async () => {
    for (const args of [['import', strings.gramjs!], [strings.gramjs!], ['export', strings.gramjs!]]) {
      const { code, stdout, stderr } = await run([...args, '--session', 's'], '')
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).not.toContain(strings.gramjs!.slice(0, 20))
    }
    expect(() => readSessionJob(['import', 'x', '--session', 's'], {})).toThrow(/never given on the command line/)
    expect(existsSync(path())).toBe(false)
  })

  test('replaces no login unless told to, and never one that it cannot read', async () => {
    const before = keep()
    const refused = await run(['import', '--session', 's'], strings.telethon)
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toBe(
      'mtproto-upload: s holds the login of @alice (id 7) already; name another file, or replace it with --force\n',
    )
    expect(readFileSync(path(), 'utf8')).toBe(before)
    expect(await run(['import', '--session', 's', '--force'], strings.telethon)).toMatchObject({ code: 0 })
    writeFileSync(path(), 'damaged')
    const { code, stderr } = await run(['import', '--session', 's', '--force'], strings.telethon)
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^mtproto-upload: s: the stored session is damaged/)])
    expect(readFileSync(path(), 'utf8')).toBe('damaged')
  })

  test('of nothing, or of something else, leaves no file', async () => {
    const cases: readonly (readonly [stdin: string, says: RegExp])[] = [
      ['', /standard input is empty/],
      ['hello', /no session string of a known library/],
      ['x'.repeat(100_000), /far too long/],
      [strings.mtcute!.slice(0, -9), /no session string/],
    ]
    for (const [stdin, says] of cases) {
      const { code, stdout, stderr } = await run(['import', '--session', 's'], stdin)
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).toMatch(says)
      expect(readdirSync(folder)).toEqual([])
    }
  })

  test('waits for nobody who uses the session', async () => {
    writeFileSync(`${path()}.1.lock`, JSON.stringify({ host: hostname(), pid: process.pid }))
    const { code, stderr } = await run(['import', '--session', 's', '--force'], strings.telethon)
    expect([code, stderr]).toEqual([75, expect.stringContaining(`in use by process ${process.pid}`)])
  })
})

describe('wrong usage', () => {
  test.each([
    [['shw', '--session', 's'], /session is followed by show, export or import; did you mean show\?/],
    [['show'], /--session is needed/],
    [['show', '--session', 's', '--as', 'telethon'], /--as is not for session show/],
    [['import', '--session', 's', '--json'], /--json is not for session import/],
    [
      ['export', '--session', 's', '--as', 'tdlib'],
      /--as is one of mtproto-upload, telethon, gramjs, pyrogram, mtcute/,
    ],
    [['export', '--session', 's', '--dc', 'nowhere'], /--dc is HOST:PORT/],
    [['show', 'me', '--session', 's'], /session show takes no operands/],
  ])('%j', (argv, says) => {
    expect(() => readSessionJob(argv, {})).toThrow(says)
  })

  test('the help tells every option', () => {
    for (const name of Object.keys(OPTIONS)) expect(command.help).toContain(`--${name}`)
    for (const line of command.help.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })
})

/** The key of the strings that the libraries themselves made. */
function vectorKey(): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, i) => 7 * i + 3)
}
