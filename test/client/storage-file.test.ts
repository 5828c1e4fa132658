/** The session file: private, always whole, never lost, and every way it can be unusable told in one sentence. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { fileStorage } from '../../src/client/storage-file.ts'
import { StorageError } from '../../src/errors.ts'

let folder: string
let path: string
const isRoot = process.getuid?.() === 0
const NOBODY = 65_534

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'storage-file-')))
  path = join(folder, 'bot.session')
})

afterEach(() => {
  chmodSync(folder, 0o700)
  rmSync(folder, { recursive: true, force: true })
})

const codeOf = async (work: Promise<unknown>): Promise<unknown> => {
  const error: unknown = await work.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(StorageError)
  expect((error as StorageError).message).toMatch(/^cannot (read|write) the session file \S+: [^\n]+$/)
  return (error as StorageError).code
}

describe('what is saved is what is loaded', () => {
  test('a file that is not there is no session', async () => {
    expect(await fileStorage(path).load()).toBeUndefined()
    expect(existsSync(path)).toBe(false)
  })

  test('nor is one without bytes, as mktemp makes it', async () => {
    writeFileSync(path, '')
    expect(await fileStorage(path).load()).toBeUndefined()
  })

  test('a saved session comes back, also for another storage and after another save', async () => {
    const storage = fileStorage(path)
    await storage.save('first ✓')
    expect(await fileStorage(path).load()).toBe('first ✓')
    await storage.save('2nd')
    expect(await storage.load()).toBe('2nd')
    expect(readdirSync(folder)).toEqual(['bot.session'])
  })

  test('saves that overlap run one by one; the last one stays', async () => {
    const storage = fileStorage(path)
    const saves = Array.from({ length: 30 }, (_, i) => storage.save(`session ${i}`))
    const between = storage.load()
    await Promise.all(saves)
    expect(await between).toBe('session 29')
    expect(readFileSync(path, 'utf8')).toBe('session 29')
    expect(readdirSync(folder)).toEqual(['bot.session'])
  })

  test('a save that fails does not stop the next one', async () => {
    const sub = join(folder, 'later')
    const storage = fileStorage(join(sub, 's'))
    const failed = codeOf(storage.save('a'))
    expect(await failed).toBe('SESSION_NOT_WRITABLE')
    mkdirSync(sub)
    await storage.save('b')
    expect(await storage.load()).toBe('b')
  })
})

describe('only the owner can read it', () => {
  test('the mode is 0600, whatever the umask allows', async () => {
    const before = process.umask(0)
    try {
      await fileStorage(path).save('secret')
    } finally {
      process.umask(before)
    }
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('a file that others could read is closed to them by the next save', async () => {
    writeFileSync(path, 'old', { mode: 0o644 })
    await fileStorage(path).save('new')
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })
})

describe('links', () => {
  test('a symbolic link stays, its target is replaced', async () => {
    mkdirSync(join(folder, 'real'))
    const target = join(folder, 'real', 'target')
    writeFileSync(target, 'old')
    symlinkSync('real/target', path)
    await fileStorage(path).save('new')
    expect(readlinkSync(path)).toBe('real/target')
    expect(readFileSync(target, 'utf8')).toBe('new')
    expect(readdirSync(join(folder, 'real'))).toEqual(['target'])
    expect(await fileStorage(path).load()).toBe('new')
  })

  test('a chain of links that leads to nothing yet is followed to its end', async () => {
    symlinkSync('second', path)
    symlinkSync('third', join(folder, 'second'))
    expect(await fileStorage(path).load()).toBeUndefined()
    await fileStorage(path).save('new')
    expect(readlinkSync(path)).toBe('second')
    expect(readlinkSync(join(folder, 'second'))).toBe('third')
    expect(readFileSync(join(folder, 'third'), 'utf8')).toBe('new')
  })

  test('links in a circle are an error', async () => {
    symlinkSync('bot.session', path)
    expect(await codeOf(fileStorage(path).load())).toBe('SESSION_NOT_READABLE')
    expect(await codeOf(fileStorage(path).save('x'))).toBe('SESSION_NOT_WRITABLE')
    await expect(fileStorage(path).load()).rejects.toThrow(`${path}: its symbolic links lead in a circle`)
    await expect(fileStorage(path).save('x')).rejects.toThrow(`${path}: its symbolic links lead in a circle`)
  })

  test('a name that is too long is told in words', async () => {
    await expect(fileStorage(`${path}${'x'.repeat(300)}`).load()).rejects.toThrow(/: its name, [^:']* is too long/)
  })
})

describe('what cannot be a session file', () => {
  test('a folder', async () => {
    mkdirSync(path)
    expect(await codeOf(fileStorage(path).load())).toBe('SESSION_NOT_READABLE')
    expect(await codeOf(fileStorage(path).save('x'))).toBe('SESSION_NOT_WRITABLE')
    expect(await codeOf(fileStorage(path).checkWritable())).toBe('SESSION_NOT_WRITABLE')
    expect(readdirSync(folder)).toEqual(['bot.session'])
  })

  test('a device: it is not replaced by a file', async () => {
    expect(await codeOf(fileStorage('/dev/null').load())).toBe('SESSION_NOT_READABLE')
    expect(await codeOf(fileStorage('/dev/null').save('x'))).toBe('SESSION_NOT_WRITABLE')
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
  })

  test('a pipe: it is not waited for', async () => {
    execFileSync('mkfifo', [path])
    expect(await codeOf(fileStorage(path).load())).toBe('SESSION_NOT_READABLE')
    expect(await codeOf(fileStorage(path).save('x'))).toBe('SESSION_NOT_WRITABLE')
  })

  test('a file below a file', async () => {
    writeFileSync(path, 'session')
    expect(await codeOf(fileStorage(join(path, 'x')).load())).toBe('SESSION_NOT_READABLE')
    expect(await codeOf(fileStorage(join(path, 'x')).save('x'))).toBe('SESSION_NOT_WRITABLE')
  })

  test('a film: it is not read into memory', async () => {
    writeFileSync(path, new Uint8Array(1024 * 1024 + 1))
    expect(await codeOf(fileStorage(path).load())).toBe('SESSION_NOT_READABLE')
  })

  test('a path in a folder that is not there', async () => {
    const storage = fileStorage(join(folder, 'none', 's'))
    expect(await storage.load()).toBeUndefined()
    await expect(storage.save('x')).rejects.toThrow('its folder does not exist')
    await expect(storage.checkWritable()).rejects.toThrow('its folder does not exist')
  })

  test('a file or folder without permission', async () => {
    writeFileSync(path, 'old', { mode: 0o000 })
    chmodSync(folder, 0o555)
    // Root may do everything: it becomes somebody else for a while.
    if (isRoot) process.seteuid!(NOBODY)
    try {
      expect(await codeOf(fileStorage(path).load())).toBe('SESSION_NOT_READABLE')
      expect(await codeOf(fileStorage(path).save('new'))).toBe('SESSION_NOT_WRITABLE')
      expect(await codeOf(fileStorage(path).checkWritable())).toBe('SESSION_NOT_WRITABLE')
    } finally {
      if (isRoot) process.seteuid!(0)
    }
    chmodSync(path, 0o600)
    expect(readFileSync(path, 'utf8')).toBe('old')
  })
})

describe('a failed save leaves the old session and nothing else', () => {
  // A limit on the size of files makes the write itself fail half-way, for root too.
  test('when the disk takes only a part of it', async () => {
    await fileStorage(path).save('old')
    const script = `
      import { fileStorage } from ${JSON.stringify(pathToFileURL(join(process.cwd(), 'src/client/storage-file.ts')).href)}
      process.on('SIGXFSZ', () => {})
      await fileStorage(${JSON.stringify(path)}).save('x'.repeat(100_000)).then(
        () => console.log('saved'),
        (error) => console.log(error.code),
      )`
    const command = 'ulimit -f 16; exec "$0" --conditions=source-node --import tsx --input-type=module -e "$1"'
    const said = execFileSync('bash', ['-c', command, process.execPath, script], {
      encoding: 'utf8',
      env: { ...process.env, TSX_DISABLE_CACHE: '1' },
    })
    expect(said.trim()).toBe('SESSION_NOT_WRITABLE')
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['bot.session'])
  })

  test('checking whether it can be written changes nothing', async () => {
    await fileStorage(path).checkWritable()
    expect(readdirSync(folder)).toEqual([])
    await fileStorage(path).save('old')
    await fileStorage(path).checkWritable()
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['bot.session'])
  })
})

describe('killed while it saves', () => {
  test('the file is a whole session at every moment', async () => {
    const letters = 'abcdefgh'
    const length = 200_000
    const script = `
      import { fileStorage } from ${JSON.stringify(pathToFileURL(join(process.cwd(), 'src/client/storage-file.ts')).href)}
      const storage = fileStorage(${JSON.stringify(path)})
      await storage.save('a'.repeat(${length}))
      console.log('ready')
      for (let i = 0; ; i++) await storage.save('${letters}'[i % 8].repeat(${length}))`
    for (let round = 0; round < 8; round++) {
      const child = spawn(
        process.execPath,
        [
          '--conditions=source-node',
          '--import',
          'tsx',
          '--conditions=source-node',
          '--input-type=module',
          '-e',
          script,
        ],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      )
      await once(child.stdout, 'data')
      await new Promise((resolve) => setTimeout(resolve, 3 * round + Math.random() * 10))
      child.kill('SIGKILL')
      await once(child, 'exit')
      const data = await fileStorage(path).load()
      expect(data).toHaveLength(length)
      expect(data).toBe(data![0]!.repeat(length))
    }
  }, 60_000)

  test('what the killed process left is removed once it is old, and nothing else', async () => {
    const left = join(folder, 'bot.session.0123456789abcdef.tmp')
    const fresh = join(folder, 'bot.session.fedcba9876543210.tmp')
    const others = [join(folder, 'bot.session.tmp'), join(folder, 'bot.session.0123456789abcdef.bak')]
    const hourAgo = new Date(Date.now() - 3_600_000)
    for (const file of [left, fresh, ...others]) writeFileSync(file, 'half a sess')
    for (const file of [left, ...others]) utimesSync(file, hourAgo, hourAgo)
    await fileStorage(path).save('new')
    expect(existsSync(left)).toBe(false)
    expect([fresh, ...others].every((file) => existsSync(file))).toBe(true)
    expect(readFileSync(path, 'utf8')).toBe('new')
  })
})

describe('forgetting', () => {
  test('a session that is saved as nothing leaves no file, and loads as none', async () => {
    const storage = fileStorage(path)
    await storage.save('old')
    await storage.save('')
    expect(readdirSync(folder)).toEqual([])
    expect(await storage.load()).toBeUndefined()
    await storage.save('')
    await storage.save('new')
    expect(await storage.load()).toBe('new')
  })

  test('through a symbolic link, its target is removed and the link stays', async () => {
    const target = join(folder, 'target')
    symlinkSync('target', path)
    await fileStorage(path).save('old')
    await fileStorage(path).save('')
    expect(existsSync(target)).toBe(false)
    expect(readlinkSync(path)).toBe('target')
  })
})

describe('one client at a time', () => {
  const lock = (): string => join(folder, 'bot.session.1.lock')
  const owned = (owner: Record<string, unknown>): void => writeFileSync(lock(), JSON.stringify(owner))
  const refusal = async (work: Promise<unknown>): Promise<string> => {
    const error: unknown = await work.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(StorageError)
    expect(error).toMatchObject({ code: 'SESSION_IN_USE' })
    return (error as StorageError).message
  }

  test('the same process is refused a second time, by the same storage or another, until the first gives up', async () => {
    const storage = fileStorage(path)
    const release = await storage.claim()
    expect(statSync(lock()).mode & 0o777).toBe(0o600)
    for (const other of [storage, fileStorage(path)]) {
      expect(await refusal(other.claim())).toBe(
        `the session file ${path} is in use by another client of this process: one login is good for one client at a ` +
          'time; close that one first, or use another file',
      )
    }
    await release()
    expect(readdirSync(folder)).toEqual([])
    await (await fileStorage(path).claim())()
  })

  test('of two claims at once one wins', async () => {
    const claims = await Promise.allSettled([fileStorage(path).claim(), fileStorage(path).claim()])
    expect(claims.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('who gives up twice takes nothing away from the next', async () => {
    const first = await fileStorage(path).claim()
    await first()
    const second = await fileStorage(path).claim()
    await first()
    await refusal(fileStorage(path).claim())
    await second()
  })

  test('whatever path leads to the file: relative, through links, before the file is there and after', async () => {
    const link = join(folder, 'link')
    symlinkSync('bot.session', link)
    mkdirSync(join(folder, 'sub'))
    symlinkSync('..', join(folder, 'sub', 'up'))
    const ways = [
      link,
      relative(process.cwd(), path),
      join(folder, 'sub', 'up', 'bot.session'),
      `${folder}/./bot.session`,
    ]
    for (const before of [true, false]) {
      const release = await fileStorage(path).claim()
      for (const way of ways) expect(await refusal(fileStorage(way).claim())).toContain(way)
      await release()
      if (before) await fileStorage(path).save('x')
    }
  })

  test("another session in the same folder is nobody else's matter", async () => {
    const release = await fileStorage(path).claim()
    for (const name of ['bot', 'bot.session.1', 'bot.session2', 'BOT'])
      await (await fileStorage(join(folder, name)).claim())()
    await release()
  })

  test('another process is named by its number; a dead one, or an earlier one of the same number, is not in the way', async () => {
    owned({ host: hostname(), pid: process.ppid })
    expect(await refusal(fileStorage(path).claim())).toContain(
      ` is in use by process ${process.ppid}: one login is good for one client at a time; wait until it ends, or use`,
    )
    for (const pid of [2 ** 30, process.pid]) {
      owned({ host: hostname(), pid })
      await (await fileStorage(path).claim())()
      expect(readdirSync(folder)).toEqual([])
    }
  })

  test('one on another machine is named with it, and is taken for dead when it was silent for long', async () => {
    owned({ host: 'elsewhere', pid: 12 })
    expect(await refusal(fileStorage(path).claim())).toContain(' in use by process 12 on elsewhere: ')
    const longAgo = new Date(Date.now() - 200_000)
    utimesSync(lock(), longAgo, longAgo)
    await (await fileStorage(path).claim())()
  })

  test('whoever holds it shows so, so that no other machine takes it for dead', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      const release = await fileStorage(path).claim()
      const longAgo = new Date(Date.now() - 200_000)
      const isFresh = (): boolean => Date.now() - statSync(lock()).mtimeMs < 60_000
      utimesSync(lock(), longAgo, longAgo)
      vi.advanceTimersByTime(60_000)
      await vi.waitFor(() => expect(isFresh()).toBe(true))
      await release()
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  test("a lock that says nothing is somebody's", async () => {
    for (const text of ['', 'null', '5', '{}']) {
      writeFileSync(lock(), text)
      expect(await refusal(fileStorage(path).claim())).toContain(' in use by another process: ')
    }
  })

  test('a process that is killed leaves a lock that the next one takes over', async () => {
    const script = `
      import { fileStorage } from ${JSON.stringify(pathToFileURL(join(process.cwd(), 'src/client/storage-file.ts')).href)}
      await fileStorage(${JSON.stringify(path)}).claim()
      console.log('mine')
      setInterval(() => {}, 1000)`
    const child = spawn(
      process.execPath,
      ['--conditions=source-node', '--import', 'tsx', '--input-type=module', '-e', script],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    await once(child.stdout, 'data')
    expect(await refusal(fileStorage(path).claim())).toContain(` in use by process ${child.pid}: `)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await (await fileStorage(path).claim())()
    expect(readdirSync(folder)).toEqual([])
  })

  test('what cannot be claimed at all could not be saved either', async () => {
    mkdirSync(path)
    expect(await codeOf(fileStorage(path).claim())).toBe('SESSION_NOT_WRITABLE')
    expect(await codeOf(fileStorage('/dev/null').claim())).toBe('SESSION_NOT_WRITABLE')
    expect(await codeOf(fileStorage(join(folder, 'none', 's')).claim())).toBe('SESSION_NOT_WRITABLE')
  })
})
