/**
 * Keeps a session in a file that is always whole and that only its owner can read.
 *
 * A save writes a temporary file beside the real one, has the system put it on the disk, and renames it over the old:
 * whoever reads, and whenever the power fails or the process is killed, there is the old session or the new one, never
 * a part. A symbolic link stays; its target is replaced. What a killed process left behind is swept up by a later save.
 *
 * While a client uses the session, `NAME.1.lock` beside the file says which process it is in: two that use one login at the
 * same time may cost it (AUTH_KEY_DUPLICATED). The lock belongs to the file itself, by whatever links and paths it is
 * reached. That of a process that is no more is taken over (`src/files/resume/lock.ts` says how that is told).
 */
import { randomBytes } from 'node:crypto'
import { type FileHandle, open, readdir, readFile, readlink, realpath, rename, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { pid } from 'node:process'
import { StorageError, type StorageErrorCode } from '../errors.ts'
import { type Owner, takeLock } from '../files/resume/lock.ts'
import { syncFolder } from '../files/sync-folder.ts'
import type { SessionClaim, SessionStorage } from './storage.ts'

/** Read and write for the owner, nothing for others: the file holds keys. */
const MODE = 0o600
/** Links that are followed at most, as the systems do. */
const MAX_LINKS = 40
/** Bytes beyond which a file is certainly something else: a session has a few kB. */
const MAX_SIZE = 1024 * 1024
/** Milliseconds after which a temporary file is nobody's any more. */
const STALE = 60_000

/** Somebody who has a session: this process itself. */
const HERE = 'another client of this process'

/** A session in a file. */
export interface FileStorage extends SessionStorage {
  /**
   * Finds out, without changing the session, whether {@link SessionStorage.save} can work: worth asking before a login.
   * @throws StorageError SESSION_NOT_WRITABLE
   */
  checkWritable(): Promise<void>
  /** See {@link SessionStorage.claim}. */
  claim(): Promise<SessionClaim>
}

/**
 * A session kept in a file, mode 0600. The folder must exist; the file need not, and is removed when the session is to be
 * forgotten.
 * @param path of the file, or of a symbolic link to it
 * @returns a storage whose `load` throws StorageError SESSION_NOT_READABLE and whose `save` throws
 *   StorageError SESSION_NOT_WRITABLE, with the old session still in place; saves may overlap and run one by one. Its
 *   `claim`, which a client calls by itself, throws SESSION_IN_USE
 * @example
 * const client = await UploadClient.connect({ apiId, apiHash, botToken, storage: fileStorage('bot.session') })
 */
export function fileStorage(path: string): FileStorage {
  let last: Promise<unknown> = Promise.resolve()
  let swept = false
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work, work)
    last = mine
    return mine
  }
  const writing = async (work: (target: string, temporary: string) => Promise<void>): Promise<void> => {
    try {
      const target = await targetOf(path)
      await mustBeFile(target)
      await work(target, `${target}.${randomBytes(8).toString('hex')}.tmp`)
    } catch (cause) {
      throw storageError('SESSION_NOT_WRITABLE', path, cause)
    }
  }
  return {
    load: () => inTurn(() => load(path)),
    save: (data) =>
      inTurn(() =>
        writing(async (target, temporary) => {
          if (data === '') {
            await rm(target, { force: true })
            await syncFolder(dirname(target))
            return
          }
          await replace(target, temporary, data, swept)
          swept = true
        }),
      ),
    checkWritable: () =>
      inTurn(() =>
        writing(async (_, temporary) => {
          await (await open(temporary, 'wx', MODE)).close()
          await rm(temporary)
        }),
      ),
    claim: () => claim(path),
  }
}

async function claim(path: string): Promise<SessionClaim> {
  let whose = HERE
  let release: (() => void) | undefined
  try {
    const target = await targetOf(path)
    await mustBeFile(target)
    release = await takeLock(dirname(target), basename(target), undefined, (owner) => {
      whose = nameOf(owner)
    })
  } catch (cause) {
    throw storageError('SESSION_NOT_WRITABLE', path, cause)
  }
  if (release) return async () => release()
  const next = whose === HERE ? 'close that one first' : 'wait until it ends'
  throw new StorageError(
    'SESSION_IN_USE',
    `the session file ${path} is in use by ${whose}: one login is good for one client at a time; ${next}, or use another file`,
  )
}

/** How people know who has a session. */
function nameOf(owner: Owner | undefined): string {
  if (!owner) return 'another process'
  if (owner.host !== hostname()) return `process ${owner.pid} on ${owner.host}`
  return owner.pid === pid ? HERE : `process ${owner.pid}`
}

async function load(path: string): Promise<string | undefined> {
  try {
    const size = await mustBeFile(path)
    if (size > MAX_SIZE) throw new Error(`it has ${size} bytes, far too many for a session`)
    const data = await readFile(path, 'utf8')
    // A file without bytes, as mktemp makes it, holds no session that could be lost.
    return data === '' ? undefined : data
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw storageError('SESSION_NOT_READABLE', path, cause)
  }
}

/** Follows symbolic links, also to where nothing is yet. */
async function targetOf(path: string): Promise<string> {
  let target = resolve(path)
  for (let links = 0; links < MAX_LINKS; links++) {
    try {
      return await realpath(target)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error
    }
    try {
      target = resolve(dirname(target), await readlink(target))
    } catch {
      // The file is not there yet; its folder may be reached by many paths.
      const folder = await realpath(dirname(target)).catch(() => dirname(target))
      return join(folder, basename(target))
    }
  }
  throw new Error('too many symbolic links')
}

/**
 * Refuses folders, and devices and pipes, which a rename would destroy. A missing file is fine.
 * @returns bytes of the file
 */
async function mustBeFile(path: string): Promise<number> {
  const stats = await stat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  if (stats?.isDirectory()) throw new Error('it is a folder; name a file')
  if (stats && !stats.isFile()) throw new Error('it is no regular file')
  return stats?.size ?? 0
}

async function replace(target: string, temporary: string, data: string, swept: boolean): Promise<void> {
  const file = await open(temporary, 'wx', MODE)
  try {
    try {
      await file.writeFile(data, 'utf8')
      await file.sync()
      if (!swept) await sweep(target, temporary, file)
    } finally {
      await file.close()
    }
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(target))
}

/** Removes temporary files of killed processes, told by their age against the one just written. */
async function sweep(target: string, temporary: string, file: FileHandle): Promise<void> {
  const folder = dirname(target)
  const start = `${basename(target)}.`
  try {
    const { mtimeMs } = await file.stat()
    for (const name of await readdir(folder)) {
      const rest = name.startsWith(start) ? name.slice(start.length) : ''
      const other = join(folder, name)
      if (!/^[0-9a-f]{16}\.tmp$/.test(rest) || other === temporary) continue
      if (mtimeMs - (await stat(other)).mtimeMs > STALE) await rm(other)
    }
  } catch {
    // Tidying up; the save does not depend on it.
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist; make it first',
  ENOTDIR: 'a part of its path is no folder',
  EACCES: 'no permission; check its owner and mode, and those of its folder',
  EPERM: 'no permission; check its owner and mode, and those of its folder',
  ELOOP: 'its symbolic links lead in a circle, or there are too many of them',
  ENAMETOOLONG: 'its name, or the path to it, is too long for this system',
  EMFILE: 'this process has too many files and connections open',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the disk reports an error',
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}

function storageError(code: StorageErrorCode, path: string, cause: unknown): StorageError {
  const what = code === 'SESSION_NOT_READABLE' ? 'read' : 'write'
  const reason = REASONS[codeOf(cause) ?? ''] ?? (cause instanceof Error ? cause.message : String(cause))
  return new StorageError(code, `cannot ${what} the session file ${path}: ${reason}`, { cause })
}
