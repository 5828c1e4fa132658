/** Notes in a folder, and who may write them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { folderStore, journalFolder } from '../../../src/files/resume/folder.ts'
import type { ResumeStore } from '../../../src/files/resume/index.ts'
import { bundleScript } from '../../cli/program.ts'
import { openFilesBelow, tellsOpenFiles } from '../../support/open-files.ts'

const KEY = 'ab'.repeat(16)
let folder: string
let store: Required<ResumeStore>

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mtproto-upload-notes-'))
  store = folderStore(folder) as Required<ResumeStore>
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const at = (name: string): string => join(folder, name)
const age = (name: string, ms: number): void => {
  const then = new Date(Date.now() - ms)
  utimesSync(at(name), then, then)
}
/** Descriptors of this process that lead into the folder. */
const openFiles = (): string[] => openFilesBelow(folder)

describe('a text', () => {
  test('is what was saved and what was written behind it; then nothing', async () => {
    expect(await store.load(KEY)).toBeUndefined()
    const release = (await store.claim(KEY))!
    await store.save(KEY, 'one\n')
    store.append(KEY, 'two\n')
    store.append(KEY, 'three\n')
    expect(await folderStore(folder).load(KEY)).toBe('one\ntwo\nthree\n')
    await store.save(KEY, 'anew\n')
    store.append(KEY, 'four\n')
    expect(await store.load(KEY)).toBe('anew\nfour\n')
    await store.remove(KEY)
    await store.remove(KEY)
    expect(await store.load(KEY)).toBeUndefined()
    release()
    expect(readdirSync(folder)).toEqual([])
  })

  test('can be read by its owner alone, and so can the folder that was made for it', async () => {
    const inner = folderStore(join(folder, 'a', 'b'))
    const release = (await inner.claim!(KEY))!
    await inner.save(KEY, 'text')
    expect(statSync(at('a/b')).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(at('a/b'))) expect(statSync(join(at('a/b'), name)).mode & 0o777).toBe(0o600)
    release()
  })

  test.runIf(tellsOpenFiles)('keeps no file open once it is left', async () => {
    const release = (await store.claim(KEY))!
    await store.save(KEY, 'one\n')
    store.append(KEY, 'two\n')
    expect(openFiles()).toHaveLength(1)
    release()
    await expect.poll(openFiles).toEqual([])
    expect(readdirSync(folder)).toEqual([`${KEY}.upload`])
  })

  test('of absurd size is not read into memory', async () => {
    writeFileSync(at(`${KEY}.upload`), '')
    truncateSync(at(`${KEY}.upload`), 2 ** 31)
    expect(await store.load(KEY)).toBe('')
  })

  test('that cannot be saved leaves the old one, and nothing else', async () => {
    writeFileSync(at(`${KEY}.upload`), 'old')
    mkdirSync(at('inner'))
    // A folder in the place of the file: the rename fails.
    const other = 'cd'.repeat(16)
    mkdirSync(at(`${other}.upload`))
    await expect(store.save(other, 'text')).rejects.toThrow()
    expect(readdirSync(folder).sort()).toEqual([`${KEY}.upload`, `${other}.upload`, 'inner'].sort())
    expect(openFiles()).toEqual([])
  })
})

test('the keys are those of our files; what a killed process left half-written is swept up when it is old', async () => {
  const old = `${KEY}.${'0'.repeat(16)}.tmp`
  const young = `${KEY}.${'1'.repeat(16)}.tmp`
  for (const name of [old, young, 'holiday.mp4', 'x.upload', `${KEY}.upload`, `${'cd'.repeat(16)}.12.lock`])
    writeFileSync(at(name), 'text')
  age(old, 100_000)
  expect([...(await store.keys())].sort()).toEqual([KEY, 'cd'.repeat(16)])
  expect(existsSync(at(old))).toBe(false)
  expect(existsSync(at(young))).toBe(true)
  expect(existsSync(at('holiday.mp4'))).toBe(true)
})

test('one folder is one journal, however it is called', () => {
  expect(journalFolder(folder)).toBe(journalFolder(`${folder}/../${folder.split('/').at(-1)!}/`))
  expect(journalFolder(folder)).not.toBe(journalFolder(`${folder}/inner`))
})

describe('a key', () => {
  const lock = `${KEY}.1.lock`
  const owner = (who: Record<string, unknown>): void => writeFileSync(at(lock), JSON.stringify(who))
  const claims = async (): Promise<boolean> => {
    const release = await store.claim(KEY)
    release?.()
    return release !== undefined
  }

  test('is one upload’s at a time, through whichever store', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => folderStore(folder).claim!(KEY)))
    const got = all.filter((release) => release !== undefined)
    expect(got).toHaveLength(1)
    expect(await claims()).toBe(false)
    got[0]!()
    expect(await claims()).toBe(true)
    expect(readdirSync(folder)).toEqual([])
  })

  test('of a process that lives is not given away; of one that is killed it is', async () => {
    const process = spawn(globalThis.process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log("up")'])
    await once(process.stdout, 'data')
    const started =
      globalThis.process.platform === 'linux'
        ? readFileSync(`/proc/${process.pid}/stat`, 'latin1').split(') ')[1]!.split(' ')[19]
        : undefined
    const who = { host: hostname(), pid: process.pid, started }
    owner(who)
    age(lock, 10_000_000)
    expect(await claims()).toBe(false)
    // The number of a process that is no more may be used again.
    if (started !== undefined) {
      owner({ ...who, started: '1' })
      expect(await claims()).toBe(true)
      owner(who)
    }
    process.kill('SIGKILL')
    await once(process, 'exit')
    expect(await claims()).toBe(true)
    expect(readdirSync(folder)).toEqual([])
  })

  test('of a dead process goes to one alone, however many want it at once', { timeout: 60_000 }, async () => {
    const script = await bundleScript('lock-child')
    try {
      for (let round = 0; round < 3; round++) {
        owner({ host: hostname(), pid: 2 ** 30 })
        const children = Array.from({ length: 5 }, () => spawn(process.execPath, [script.path, folder, KEY]))
        const heard = (): Promise<string[]> =>
          Promise.all(children.map(async ({ stdout }) => String(((await once(stdout, 'data')) as [Buffer])[0])))
        expect(await heard()).toEqual(Array(5).fill('ready\n'))
        const answers = heard()
        for (const { stdin } of children) stdin.write('take it')
        expect((await answers).sort()).toEqual(['mine\n', ...(Array(4).fill('not mine\n') as string[])])
        const ends = Promise.all(children.map((child) => once(child, 'exit')))
        for (const { stdin } of children) stdin.write('end')
        await ends
        expect(readdirSync(folder)).toEqual([])
      }
    } finally {
      script.remove()
    }
  })

  test('with the number of this very process, which does not hold it, is that of an earlier one', async () => {
    owner({ host: hostname(), pid: process.pid })
    expect(await claims()).toBe(true)
  })

  test('of another machine is given away when nothing was heard of it for a while', async () => {
    owner({ host: 'elsewhere', pid: 1 })
    expect(await claims()).toBe(false)
    age(lock, 200_000)
    writeFileSync(at(`${KEY}.upload`), 'text')
    expect(await claims()).toBe(false)
    age(`${KEY}.upload`, 200_000)
    expect(await claims()).toBe(true)
  })

  test('whose lock says nothing is given away after a while too', async () => {
    for (const text of ['', '{', 'null', '5']) {
      writeFileSync(at(lock), text)
      expect(await claims()).toBe(false)
      age(lock, 200_000)
      expect(await claims()).toBe(true)
    }
  })

  test('in what is no folder fails', async () => {
    writeFileSync(at('file'), '')
    await expect(folderStore(at('file')).claim!(KEY)).rejects.toThrow(/EEXIST|ENOTDIR/)
  })
})
