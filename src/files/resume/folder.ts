/**
 * Keeps notes of uploads in a folder: one file for each, which only its owner can read.
 *
 * `KEY.upload` is made as a whole (a temporary file that is renamed), and grows by a line for each part. A line is with the
 * system before the next part is dealt with: whatever happens to the process, the line is there, or at most its end is
 * missing, which the reader knows. The disk is asked to keep what was written about once a second, at the end, and before
 * one file replaces another, so a power cut costs the notes of a second; an upload that is done sooner waits for no disk.
 *
 * `KEY.1.lock` names the process that uploads the file. Of a process that is no more it is taken over; whether it is can be
 * told on the same machine by its number and the time of its start, and of another machine (a shared folder, a container
 * that was replaced) by when it last wrote.
 */
import { randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Resume } from '../resumption.ts'
import { syncFolder } from '../sync-folder.ts'
import { takeLock } from './lock.ts'
import { resumable } from './resumable.ts'
import type { ResumeStore } from './store.ts'

/** Names of the files that are ours: nothing else in the folder is touched. */
const OURS = /^([0-9a-f]{32})\.(?:upload|\d{1,9}\.lock)$/
const TEMPORARY = /^[0-9a-f]{32}\.[0-9a-f]{16}\.tmp$/
/** Milliseconds after which a temporary file is nobody's any more. */
const STALE = 60_000
/** Milliseconds between two requests to the disk to keep what was written. */
const SYNC_INTERVAL = 1_000
/** Bytes beyond which a file is certainly something else: the notes of 8000 parts have some 250 kB. */
const MAX_SIZE = 16 * 1024 * 1024

const journals = new Map<string, Resume>()

/**
 * Makes uploads resumable by notes in a folder, which is made if need be. The path alone, as the option `resume`, does the
 * same.
 *
 * ```ts
 * const media = await client.uploadMedia({ media: document('holiday.mp4'), resume: journalFolder('uploads') })
 * ```
 */
export function journalFolder(path: string): Resume {
  const folder = resolve(path)
  const known = journals.get(folder) ?? resumable(folderStore(folder))
  journals.set(folder, known)
  return known
}

/** A file that lines are written to. */
interface Writing {
  readonly file: FileHandle
  /** Whether its name is on the disk too. */
  named: boolean
  syncedAt: number
  syncing: boolean
}

/** The store behind {@link journalFolder}. */
export function folderStore(folder: string): ResumeStore {
  const open = new Map<string, Writing>()
  const pathOf = (key: string): string => join(folder, `${key}.upload`)
  /** Has the disk keep what was written. */
  const sync = async (writing: Writing): Promise<void> => {
    await writing.file.datasync()
    if (!writing.named) await syncFolder(folder)
    writing.named = true
  }
  /** Ends the writing: what was written is put on the disk, unless it is of no use any more. */
  const leave = async (key: string, keep: boolean): Promise<void> => {
    const writing = open.get(key)
    if (!writing) return
    open.delete(key)
    try {
      if (keep) await sync(writing)
    } finally {
      await writing.file.close()
    }
  }
  return {
    async load(key) {
      const path = pathOf(key)
      try {
        const { size } = await stat(path)
        // Of anything that large nothing is read; it is as good as damaged.
        return size > MAX_SIZE ? '' : await readFile(path, 'utf8')
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined
        throw error
      }
    },
    async save(key, text) {
      await leave(key, false)
      const replaces = await exists(pathOf(key))
      const file = await create(folder, key, text, replaces)
      const writing: Writing = { file, named: false, syncedAt: performance.now(), syncing: false }
      open.set(key, writing)
      if (replaces) await sync(writing)
    },
    append(key, text) {
      const writing = open.get(key)!
      const bytes = Buffer.from(text)
      // A disk that is full takes a part of it; nothing is written behind that.
      if (writeSync(writing.file.fd, bytes) < bytes.length) throw new Error('the disk is full')
      const now = performance.now()
      if (writing.syncing || now - writing.syncedAt < SYNC_INTERVAL) return
      writing.syncing = true
      writing.syncedAt = now
      sync(writing)
        // A disk that cannot do it says so when it is written to; some network disks never can.
        .catch(() => {})
        .finally(() => {
          writing.syncing = false
        })
    },
    async remove(key) {
      await leave(key, false)
      await rm(pathOf(key), { force: true })
    },
    async keys() {
      const keys = new Set<string>()
      for (const name of await readdir(folder)) {
        const key = OURS.exec(name)?.[1]
        if (key !== undefined) keys.add(key)
        else if (TEMPORARY.test(name)) await sweep(join(folder, name))
      }
      return [...keys]
    },
    async claim(key) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const release = await takeLock(folder, key, pathOf(key))
      return (
        release &&
        (() => {
          void leave(key, true).catch(() => {})
          release()
        })
      )
    },
  }
}

/**
 * Makes the file of a key anew, and leaves it open for what comes behind.
 * @param replaces whether there is one already: that must not go before the new one is on the disk
 */
async function create(folder: string, key: string, text: string, replaces: boolean): Promise<FileHandle> {
  const temporary = join(folder, `${key}.${randomBytes(8).toString('hex')}.tmp`)
  const file = await open(temporary, 'ax', 0o600)
  try {
    await file.writeFile(text, 'utf8')
    if (replaces) await file.datasync()
    await rename(temporary, join(folder, `${key}.upload`))
    return file
  } catch (error) {
    await file.close()
    await rm(temporary, { force: true })
    throw error
  }
}

/** Removes a temporary file that a killed process left behind. */
async function sweep(path: string): Promise<void> {
  const { mtimeMs } = await stat(path)
  if (Date.now() - mtimeMs > STALE) await rm(path, { force: true })
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
