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
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
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
