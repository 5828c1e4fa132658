import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nativeCrypto } from '../../../src/crypto/native.ts'
import { FileContent } from '../../../src/lab/server/file-content.ts'
import { diskParts } from '../../../src/lab/server/parts-on-disk.ts'
import { memoryParts, type PartsStore } from '../../../src/lab/server/parts-store.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parts-test-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const bytes = (length: number, seed: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 255)

const stores: Record<string, () => Promise<PartsStore>> = {
  memory: async () => memoryParts(),
  disk: () => diskParts(folder),
}

for (const [name, open] of Object.entries(stores)) {
  describe(`parts in ${name}`, () => {
    test('come back as they went in, in any order, replaced or not', async () => {
      const store = await open()
      const parts = store.create()
      await Promise.all([2, 0, 1].map(async (part) => parts.put(part, bytes(1000 + part, part))))
      await parts.put(1, bytes(500, 9))
      expect([0, 1, 2, 3].map((part) => parts.sizeOf(part))).toEqual([1000, 500, 1002, undefined])
      expect(new Uint8Array(await parts.read(2, 10, 20))).toEqual(bytes(1002, 2).subarray(10, 30))
      expect(new Uint8Array(await parts.read(1, 0, 500))).toEqual(bytes(500, 9))
      await store.close()
    })

    test('that are forgotten are missing, and so are all after disposal', async () => {
      const store = await open()
      const parts = store.create()
      await parts.put(0, bytes(10, 1))
      await parts.put(1, bytes(10, 2))
      parts.forget(0)
      expect(parts.sizeOf(0)).toBeUndefined()
      await expect((async () => parts.read(0, 0, 1))()).rejects.toThrow(RangeError)
      await expect((async () => parts.read(1, 5, 6))()).rejects.toThrow(RangeError)
      parts.dispose()
      expect(parts.sizeOf(1)).toBeUndefined()
      await store.close()
    })

    test('make a file that is read at any place, across parts', async () => {
      const store = await open()
      const parts = store.create()
      const whole = bytes(2 * 4096 + 100, 5)
      for (let part = 0; part < 3; part++) await parts.put(part, whole.slice(part * 4096, (part + 1) * 4096))
      const content = new FileContent(parts, 4096, 3, 100)
      expect(content.size).toBe(whole.length)
      for (const [offset, length] of [
        [0, 10],
        [4090, 12],
        [0, 9000],
        [8190, 1000],
        [8292, 5],
        [1, 8291],
      ] as const) {
        expect(new Uint8Array(await content.read(offset, length))).toEqual(whole.slice(offset, offset + length))
      }
      expect(await content.md5(nativeCrypto)).toBe(
        Buffer.from(nativeCrypto.md5().update(whole).digest()).toString('hex'),
      )
      await store.close()
    })
  })
}

test('a store in memory answers at once', () => {
  const parts = memoryParts().create()
  expect(parts.put(0, bytes(3, 0))).toBeUndefined()
  expect(parts.read(0, 0, 3)).toBeInstanceOf(Uint8Array)
})

test('a store on disk gives room back to later parts', async () => {
  const store = await diskParts(folder)
  const first = store.create()
  await first.put(0, bytes(1000, 1))
  await first.put(1, bytes(1000, 2))
  first.dispose()
  const second = store.create()
  await second.put(0, bytes(900, 3))
  await second.put(1, bytes(1000, 4))
  expect(new Uint8Array(await second.read(0, 0, 900))).toEqual(bytes(900, 3))
  expect(new Uint8Array(await second.read(1, 0, 1000))).toEqual(bytes(1000, 4))
  await store.close()
})

test('a store on disk leaves nothing behind, even while it is open', async () => {
  const store = await diskParts(folder)
  const parts = store.create()
  await parts.put(0, bytes(1000, 1))
  if (process.platform !== 'win32') expect(await readdir(folder)).toEqual([])
  await store.close()
  await store.close()
  expect(await readdir(folder)).toEqual([])
})

test('closing a store on disk waits for writes under way', async () => {
  const store = await diskParts(folder)
  const parts = store.create()
  const writes = Array.from({ length: 20 }, async (_, part) => parts.put(part, bytes(100_000, part)))
  await store.close()
  await Promise.all(writes)
})
