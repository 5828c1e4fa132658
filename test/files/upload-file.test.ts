import { appendFileSync, mkdtempSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { upload } from '../../src/files/index.ts'
import { openFile } from '../../src/files/source-file.ts'
import { openFilesBelow } from '../support/open-files.ts'
import { PartServer } from '../support/part-server.ts'
import { pattern } from '../support/pattern.ts'
import { optionsFor, rejection } from '../support/upload-setup.ts'
import { VirtualHost } from '../support/virtual-host.ts'

const KiB = 1024
const root = mkdtempSync(join(tmpdir(), 'upload-file-'))
const data = pattern(300 * KiB + 7)
let path: string
let count = 0

beforeEach(() => {
  path = join(root, `${count++}.bin`)
  writeFileSync(path, data)
})
afterAll(() => rmSync(root, { recursive: true }))

const openNow = (): string[] => openFilesBelow(root)

describe('a real file', () => {
  test('reaches the server, and is closed', async () => {
    const host = new VirtualHost({ turns: 3 })
    const server = new PartServer(host)
    const options = { ...optionsFor(host), openPath: openFile, partSize: 4 * KiB }
    const file = await host.runUntil(upload(server, path, options))
    expect(Buffer.compare(server.assemble(76), data)).toBe(0)
    expect(file.inputFile).toMatchObject({ _: 'inputFile', name: path.slice(root.length + 1) })
    expect(openNow()).toEqual([])
    server.lose(3)
    await host.runUntil(file.resend(3))
    expect(Buffer.compare(server.assemble(76), data)).toBe(0)
    expect(openNow()).toEqual([])
    appendFileSync(path, 'x')
    expect(await rejection(host, file.resend(3))).toMatchObject({ code: 'FILE_CHANGED' })
    expect(openNow()).toEqual([])
  })

  test.each([
    ['shrinks', () => truncateSync(path, 200 * KiB)],
    ['shrinks below what was read', () => truncateSync(path, 0)],
    ['grows', () => appendFileSync(path, 'x')],
    ['is modified', () => utimesSync(path, 1, 1)],
  ])('that %s while it is read ends in FILE_CHANGED, before its last part is sent', async (_, change) => {
    const host = new VirtualHost({ turns: 3 })
    const server = new PartServer(host, {
      answer: (__, ___, call) => {
        if (call === 10) change()
        return true
      },
    })
    const options = { ...optionsFor(host), openPath: openFile, partSize: 4 * KiB }
    const error = await rejection(host, upload(server, path, options))
    expect(error).toMatchObject({ name: 'FileError', code: 'FILE_CHANGED', message: expect.stringContaining(path) })
    expect(server.log.some(({ part }) => part === 75)).toBe(false)
    expect(openNow()).toEqual([])
    expect(host.pendingTimers).toBe(0)
  })

  test('is closed after an abort at any time', async () => {
    for (let turns = 0; turns < 12; turns++) {
      const host = new VirtualHost()
      const controller = new AbortController()
      const options = { ...optionsFor(host), openPath: openFile, partSize: 4 * KiB, signal: controller.signal }
      const done = upload(new PartServer(host, { latency: () => 1_000 }), path, options)
      const outcome = done.catch((error: unknown) => error)
      await host.settle(turns)
      await host.advance(turns % 3)
      controller.abort()
      expect(await outcome).toBe(controller.signal.reason)
      await expect.poll(openNow).toEqual([])
      expect(host.pendingTimers).toBe(0)
    }
  })

  test.each([
    ['missing', 'none.bin', 'FILE_NOT_FOUND'],
    ['a folder', '.', 'FILE_NOT_A_FILE'],
  ])('that is %s: nothing is sent', async (_, name, code) => {
    const host = new VirtualHost({ turns: 3 })
    const server = new PartServer(host)
    const done = upload(server, join(root, name), { ...optionsFor(host), openPath: openFile })
    expect(await rejection(host, done)).toMatchObject({ name: 'FileError', code })
    expect(server.log).toEqual([])
  })
})
