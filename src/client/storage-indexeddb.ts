/**
 * Keeps sessions in IndexedDB: what browsers have instead of files.
 *
 * One database holds one object store, `sessions`, with a string under the name of each session. It is opened for each load
 * and each save and closed again, so that it is in nobody's way; a save is done when its transaction is, which is all or
 * nothing and, where the browser can, on the disk (`durability: 'strict'`). The Web Locks API keeps two pages, or a page and
 * a worker, from using one session at the same time, and frees the lock of a page that is gone; where there is none, clients
 * of one page are kept apart at least.
 *
 * Whatever runs in pages of the same origin can read the session, as it can read everything else that the page keeps.
 * Sources: https://www.w3.org/TR/IndexedDB/, https://w3c.github.io/web-locks/
 */
import { hint } from '#explain'
import { StorageError, type StorageErrorCode } from '../errors.ts'
import type { SessionClaim, SessionStorage } from './storage.ts'

const DATABASE = 'mtproto-upload'
/** Version of the database's layout; sessions have a version of their own. */
const LAYOUT = 1
const STORE = 'sessions'

/** Where exactly, and by what means. */
export interface IndexedDbOptions {
  /** Name of the session, where there are several; `main` unless told. */
  readonly name?: string | undefined
  /** Name of the database; `mtproto-upload` unless told. */
  readonly database?: string | undefined
  /** The page's own unless told. */
  readonly indexedDB?: IDBFactory | undefined
  /** The page's own unless told. */
  readonly locks?: LockManager | undefined
}

/** Sessions that clients of this page use, where there are no Web Locks. */
const claimed = new Set<string>()

/**
 * A session kept in IndexedDB, for the option `storage`.
 *
 * ```ts
 * import { indexedDbStorage } from 'mtproto-upload/storage-indexeddb'
 * const client = await UploadClient.connect({ apiId, apiHash, botToken, storage: indexedDbStorage() })
 * ```
 * @returns a storage whose `load` throws StorageError SESSION_NOT_READABLE, SESSION_DAMAGED or SESSION_NEWER, whose `save`
 *   throws SESSION_NOT_WRITABLE, with the old session still in place, and whose `claim`, which a client calls by itself,
 *   throws SESSION_IN_USE
 */
export function indexedDbStorage(options: IndexedDbOptions = {}): SessionStorage {
  const { name = 'main', database = DATABASE } = options
  const session = `the session "${name}" in IndexedDB`
  const failure = (code: StorageErrorCode, cause: unknown): StorageError => {
    if (cause instanceof StorageError) return cause
    const isNewer = nameOf(cause) === 'VersionError'
    const what = code === 'SESSION_NOT_READABLE' ? 'read' : 'write'
    return isNewer
      ? new StorageError('SESSION_NEWER', `${session} is of a newer version${hint('; update, or use another') ?? ''}`)
      : new StorageError(code, `cannot ${what} ${session}: ${reasonOf(cause)}`, { cause })
  }
  const inStore = async <T>(
    mode: IDBTransactionMode,
    work: (store: IDBObjectStore) => Pick<IDBRequest<T>, 'result'>,
  ): Promise<T> => {
    const opened = await open(options.indexedDB ?? globalThis.indexedDB, database)
    try {
      const transaction = opened.transaction(STORE, mode, { durability: 'strict' })
      const request = work(transaction.objectStore(STORE))
      await new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve()
        transaction.onabort = () => reject(transaction.error ?? new Error('the browser has given it up'))
      })
      return request.result
    } finally {
      opened.close()
    }
  }
  return {
    async load() {
      const data: unknown = await inStore('readonly', (store) => store.get(name)).catch((error: unknown) => {
        throw failure('SESSION_NOT_READABLE', error)
      })
      if (data === undefined || typeof data === 'string') return data
      throw new StorageError('SESSION_DAMAGED', `${session} is damaged${hint('; remove it and log in again') ?? ''}`)
    },
    async save(data) {
      await inStore<unknown>('readwrite', (store) => (data ? store.put(data, name) : store.delete(name))).catch(
        (error: unknown) => {
          throw failure('SESSION_NOT_WRITABLE', error)
        },
      )
    },
    async claim() {
      const release = await take(`${database}/${name}`, options.locks ?? globalThis.navigator?.locks)
      if (release) return release
      throw new StorageError(
        'SESSION_IN_USE',
        `${session} is in use${hint(' by another page or client: one login is good for one client at a time; close that one first, or use another name') ?? ''}`,
      )
    },
  }
}

/** Takes a session; `undefined` if somebody has it. */
async function take(key: string, locks: LockManager | undefined): Promise<SessionClaim | undefined> {
  if (!locks) {
    if (claimed.has(key)) return undefined
    claimed.add(key)
    let mine = true
    return async () => {
      if (mine) claimed.delete(key)
      mine = false
    }
  }
  return new Promise((resolve, reject) => {
    const held: Promise<unknown> = locks.request(key, { ifAvailable: true }, (lock) => {
      if (!lock) return resolve(undefined)
      // The lock is ours until this promise is settled; the next one can have it when the request's is.
      return new Promise<void>((free) =>
        resolve(async () => {
          free()
          await held
        }),
      )
    })
    held.catch(reject)
  })
}

/** Opens the database; makes it if need be. */
function open(factory: IDBFactory | undefined, database: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    if (!factory) throw new Error('there is no IndexedDB here')
    const request = factory.open(database, LAYOUT)
    request.onupgradeneeded = () => void request.result.createObjectStore(STORE)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('the browser does not say why'))
  })
}

function nameOf(error: unknown): string | undefined {
  return (error as { readonly name?: string } | null)?.name
}

/** What browsers say by the names of their errors. */
function reasonOf(error: unknown): string {
  switch (nameOf(error)) {
    case 'QuotaExceededError':
      return 'the browser gives this site no more space'
    case 'SecurityError':
    case 'InvalidStateError':
      return 'the browser keeps nothing for this page'
    case 'NotFoundError':
      return 'the database is of something else; use another name for it'
    default:
      return error instanceof Error ? error.message : String(error)
  }
}
