/** Sessions in IndexedDB: what is saved is loaded, one client at a time, and nothing unusable is ever overwritten. */
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { logOut } from '../../src/client/login/index.ts'
import { type IndexedDbOptions, indexedDbStorage } from '../../src/client/storage-indexeddb.ts'
import { StorageError, UploadClient } from '../../src/index.ts'
import type { RunningServer } from '../../src/lab/server/index.ts'
import { startTestDc } from '../support/test-dc.ts'

let factory: IDBFactory
let locks: LockManager

beforeEach(() => {
  factory = new IDBFactory()
  locks = webLocks()
})

/** As much of the Web Locks API as is used: exclusive locks that are there or not. */
function webLocks(): LockManager {
  const held = new Set<string>()
  const request = async (
    name: string,
    options: LockOptions,
    use: (lock: Lock | null) => Promise<unknown> | undefined,
  ): Promise<unknown> => {
    expect(options).toEqual({ ifAvailable: true })
    await Promise.resolve()
    if (held.has(name)) return use(null)
    held.add(name)
    try {
      return await use({ name, mode: 'exclusive' })
    } finally {
      held.delete(name)
    }
  }
  return { request, query: () => Promise.reject(new Error('not asked')) } as unknown as LockManager
}

const storage = (more: IndexedDbOptions = {}): Required<ReturnType<typeof indexedDbStorage>> =>
  indexedDbStorage({ indexedDB: factory, locks, ...more }) as never

/** Puts something into the database behind the storage's back. */
async function plant(value: unknown, { version = 1, store = 'sessions', name = 'main' } = {}): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const opening = factory.open('mtproto-upload', version)
    opening.onupgradeneeded = () => void opening.result.createObjectStore(store)
    opening.onerror = () => reject(opening.error!)
    opening.onsuccess = () => {
      const transaction = opening.result.transaction(store, 'readwrite')
      transaction.objectStore(store).put(value, name)
      transaction.oncomplete = () => {
        opening.result.close()
        resolve()
      }
    }
  })
}

const codeOf = async (work: Promise<unknown>): Promise<unknown> => {
  const error: unknown = await work.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(StorageError)
  expect((error as StorageError).message).toMatch(/the session "\w+" in IndexedDB/)
  return (error as StorageError).code
}

describe('what is saved is what is loaded', () => {
  test('nothing at first, then the last save, for another storage too', async () => {
    expect(await storage().load()).toBeUndefined()
    await storage().save('first ✓')
    expect(await storage().load()).toBe('first ✓')
    const one = storage()
    await Promise.all([one.save('2'), one.save('3')])
    expect(await storage().load()).toBe('3')
  })

  test('sessions of other names, and other databases, are others', async () => {
    await storage().save('main')
    await storage({ name: 'second' }).save('second')
    expect(await storage({ database: 'elsewhere' }).load()).toBeUndefined()
    expect([await storage().load(), await storage({ name: 'second' }).load()]).toEqual(['main', 'second'])
  })

  test('what is saved as nothing is gone', async () => {
    await storage().save('old')
    await storage().save('')
    expect(await storage().load()).toBeUndefined()
  })

  test('the database is left closed: it can be removed at any time', async () => {
    await storage().save('x')
    await storage().load()
    await new Promise<void>((resolve, reject) => {
      const removing = factory.deleteDatabase('mtproto-upload')
      removing.onsuccess = () => resolve()
      removing.onblocked = () => reject(new Error('somebody has it open'))
    })
    expect(await storage().load()).toBeUndefined()
  })
})

describe('what cannot be used', () => {
  test('something that is no string is damaged', async () => {
    await plant({ keys: [] })
    expect(await codeOf(storage().load())).toBe('SESSION_DAMAGED')
  })

  test('a database of a newer layout is newer, and stays as it is', async () => {
    await plant('newer', { version: 2 })
    expect(await codeOf(storage().load())).toBe('SESSION_NEWER')
    expect(await codeOf(storage().save('x'))).toBe('SESSION_NEWER')
    await plant('it can still be opened', { version: 2 })
  })

  test("another program's database of the same name", async () => {
    await plant('theirs', { store: 'things' })
    expect(await codeOf(storage().load())).toBe('SESSION_NOT_READABLE')
    await expect(storage().save('x')).rejects.toThrow(
      'cannot write the session "main" in IndexedDB: the database is of',
    )
  })

  test('no IndexedDB at all, or one that the browser keeps shut', async () => {
    const shut = {
      open() {
        const request = { error: new DOMException('no', 'InvalidStateError') } as unknown as IDBOpenDBRequest
        queueMicrotask(() => request.onerror!({} as Event))
        return request
      },
    } as unknown as IDBFactory
    await expect(indexedDbStorage().load()).rejects.toThrow('there is no IndexedDB here')
    await expect(storage({ indexedDB: shut }).load()).rejects.toThrow('the browser keeps nothing for this page')
    expect(await codeOf(storage({ indexedDB: shut }).save('x'))).toBe('SESSION_NOT_WRITABLE')
  })

  test('a save that the browser gives up leaves the old session, and says why', async () => {
    await storage().save('old')
    const full = {
      open: (...args: Parameters<IDBFactory['open']>) => {
        const request = factory.open(...args)
        request.addEventListener('success', () => {
          const { transaction } = request.result
          request.result.transaction = (...more: Parameters<IDBDatabase['transaction']>) => {
            const begun = transaction.apply(request.result, more)
            queueMicrotask(() => {
              Object.defineProperty(begun, 'error', { value: new DOMException('no', 'QuotaExceededError') })
              begun.abort()
            })
            return begun
          }
        })
        return request
      },
    } as unknown as IDBFactory
    await expect(storage({ indexedDB: full }).save('new')).rejects.toThrow('gives this site no more space')
    expect(await storage().load()).toBe('old')
  })
})

describe('one client at a time', () => {
  for (const kind of ['Web Locks', 'no locks of the browser']) {
    test(`by ${kind}`, async () => {
      const more = kind === 'Web Locks' ? {} : { locks: undefined, database: 'no-locks' }
      const release = await storage(more).claim()
      expect(await codeOf(storage(more).claim())).toBe('SESSION_IN_USE')
      await (await storage({ ...more, name: 'second' }).claim())()
      await release()
      const next = await storage(more).claim()
      await release()
      expect(await codeOf(storage(more).claim())).toBe('SESSION_IN_USE')
      await next()
    })
  }

  test('a browser that refuses the lock itself is an error', async () => {
    const refusing = {
      request: () => Promise.reject(new DOMException('no', 'SecurityError')),
    } as unknown as LockManager
    await expect(storage({ locks: refusing }).claim()).rejects.toThrow('no')
  })
})

describe('a client', () => {
  let server: RunningServer
  beforeEach(async () => {
    server = await startTestDc()
  })
  afterEach(() => server.close())

  const connect = (botToken?: string): Promise<UploadClient> => {
    const { dcId: id, host, port, publicKeyPem } = server
    const dc = { id, host, port, serverKeys: [publicKeyPem] }
    const login = botToken === undefined ? {} : { botToken }
    return UploadClient.connect({ apiId: 1, apiHash: 'hash', dc, storage: storage(), ...login })
  }

  test('finds its login again, and leaves nothing when it logs out', async () => {
    const client = await connect('123:token')
    await expect(connect()).rejects.toMatchObject({ code: 'SESSION_IN_USE' })
    await client.close()
    const again = await connect()
    expect(again.user).toMatchObject({ id: 123n })
    await logOut(again)
    expect(await storage().load()).toBeUndefined()
    await expect(connect()).rejects.toThrow('no stored login')
  })

  test.each([
    ['{"format":"mtproto-upload session","version":2}', 'SESSION_NEWER'],
    ['nonsense', 'SESSION_DAMAGED'],
  ])('never overwrites %s', async (text, code) => {
    await storage().save(text)
    await expect(connect('123:token')).rejects.toMatchObject({ code })
    expect(await storage().load()).toBe(text)
    await (await storage().claim())()
  })
})
