/** The client with a journal, against the test DC over real sockets: aborted uploads gone on with, and parts that were lost. */
import { createHash, randomBytes } from 'node:crypto'
import { getEventListeners } from 'node:events'
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ClientEvent, MessageMedia, UploadEvent } from '../../src/index.ts'
import { document, UploadClient, type UploadFileOptions } from '../../src/index.ts'
import { type RequestInfo, type RunningServer, startServer } from '../../src/lab/server/index.ts'
import { openFilesBelow } from '../support/open-files.ts'

const PART = 16 * 1024
const PARTS = 100
const SIZE = PART * PARTS - 3
/** When the file was changed: seconds, so that it can be set again exactly. */
const TIME = 1_700_000_000

let server: RunningServer
let folder: string
let file: string
let journal: string
let data: Buffer
let client: UploadClient
let events: (UploadEvent | ClientEvent)[]
/** Parts that the server received, with the ids of their files. */
let received: { readonly part: number; readonly id: bigint }[]

beforeEach(async () => {
  events = []
  received = []
  folder = mkdtempSync(join(tmpdir(), 'mtproto-upload-resume-'))
  file = join(folder, 'a.bin')
  journal = join(folder, 'journal')
  data = randomBytes(SIZE)
  writeFileSync(file, data)
  utimesSync(file, TIME, TIME)
  server = await startServer({
    parts: 'memory',
    onRequest: ({ request }: RequestInfo) => {
      if (request._ === 'upload.saveFilePart') received.push({ part: request.filePart, id: request.fileId })
    },
  })
  const { dcId: id, host, port, publicKeyPem } = server
  const dc = { id, host, port, serverKeys: [publicKeyPem] }
  client = await UploadClient.connect({
    apiId: 1,
    apiHash: 'h',
    botToken: '42:token',
    dc,
    // What it tells of uploads is collected where they are begun.
    onEvent: (event) => 'name' in event || events.push(event),
  })
})
afterEach(async () => {
  await client.close()
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const options = (): UploadFileOptions => ({
  partSize: PART,
  resume: journal,
  onEvent: (event) => events.push(event),
})
const send = (): Promise<MessageMedia> => client.uploadMedia({ media: document(file), ...options() })

/** An upload that is aborted when this many parts have arrived. */
async function abortAfter(parts: number): Promise<void> {
  const stop = new AbortController()
  let left = parts
  const onEvent = ({ type }: UploadEvent): void => {
    if (type === 'part' && --left === 0) stop.abort(new Error('stopped'))
  }
  const media = document(file)
  const { signal } = stop
  await expect(client.uploadMedia({ media, ...options(), signal, onEvent })).rejects.toThrow('stopped')
  expect(getEventListeners(signal, 'abort')).toEqual([])
}

async function expectArrived(media: MessageMedia): Promise<void> {
  if (media._ !== 'messageMediaDocument' || media.document?._ !== 'document') throw new Error('no document')
  const bytes = await server.world.media.find(media.document.id)!.content.read(0, SIZE)
  const hash = (some: Uint8Array): string => createHash('sha256').update(some).digest('hex')
  expect(hash(bytes)).toBe(hash(data))
  expect(readdirSync(journal)).toEqual([])
}
const told = (...types: string[]): unknown[] => events.filter(({ type }) => types.includes(type))
const ids = (): Set<bigint> => new Set(received.map(({ id }) => id))

test('an aborted upload leaves its notes, no lock and no open file, and goes on when it is repeated', async () => {
  await abortAfter(40)
  expect(readdirSync(journal).map((name) => name.slice(32))).toEqual(['.upload'])
  await expect.poll(() => openFilesBelow(folder)).toEqual([])
  // What the server still deals with is of no interest any more.
  received.length = 0
  const media = await send()
  await expectArrived(media)
  expect(told('resume', 'restart')).toMatchObject([{ type: 'resume', parts: 40, bytes: 40 * PART, size: SIZE }])
  expect(told('part')).toHaveLength(PARTS - 40)
})

test('uploadFile removes its notes when the InputFile is there', async () => {
  await abortAfter(40)
  const { inputFile, size, parts } = await client.uploadFile(file, options())
  expect({ size, parts }).toEqual({ size: SIZE, parts: PARTS })
  expect(told('resume')).toHaveLength(1)
  expect(readdirSync(journal)).toEqual([])
  await expectArrived(await client.uploadMedia({ media: document(inputFile) }))
})

test('many at once go on each by itself', async () => {
  const others = ['b', 'c', 'd'].map((name) => join(folder, name))
  for (const path of others) writeFileSync(path, randomBytes(SIZE))
  const items = [file, ...others].map((path) => document(path))
  const stop = new AbortController()
  let left = 150
  const onEvent = ({ type }: UploadEvent): void => {
    if (type === 'part' && --left === 0) stop.abort(new Error('stopped'))
  }
  const { partSize, resume } = options()
  await client
    .uploadMany(items, { partSize, resume, onEvent, signal: stop.signal })
    .all()
    .catch(() => {})
  // The locks go when the aborted uploads have come to their end.
  await expect.poll(() => readdirSync(journal)).toHaveLength(4)
  const outcomes = await client.uploadMany(items, options()).all()
  expect(outcomes.map(({ status }) => status)).toEqual(Array(4).fill('fulfilled'))
  expect(told('restart', 'unnoted')).toEqual([])
  const there = told('resume') as { parts: number }[]
  expect(there.reduce((sum, { parts }) => sum + parts, 0)).toBe(150)
  expect(readdirSync(journal)).toEqual([])
})

describe('the server', () => {
  test('that has lost a part is sent that part alone', async () => {
    await abortAfter(40)
    const { id } = received[0]!
    await expect.poll(() => server.world.uploads.lose(42n, id, 7)).toBe(true)
    received.length = 0
    await expectArrived(await send())
    expect(told('repair')).toEqual([{ type: 'repair', part: 7 }])
    expect(received.filter(({ part }) => part === 7)).toHaveLength(1)
    expect(ids()).toEqual(new Set([id]))
  })

  test('that has lost all of it gets it under a new id', async () => {
    await abortAfter(40)
    const { id } = received[0]!
    for (let part = 0; part < PARTS; part++) server.world.uploads.lose(42n, id, part)
    await expectArrived(await send())
    expect(told('resume', 'restart')).toMatchObject([{ type: 'resume' }, { type: 'restart', reason: 'lost' }])
    expect(ids().size).toBe(2)
  })

  test('that has lost more than can be asked for part by part gets it under a new id', async () => {
    await abortAfter(60)
    const { id } = received[0]!
    const noted = new Set(received.map(({ part }) => part))
    let lost = 0
    for (const part of noted) if (part > 0 && lost < 40 && server.world.uploads.lose(42n, id, part)) lost++
    expect(lost).toBeGreaterThan(20)
    await expectArrived(await send())
    expect(told('restart')).toMatchObject([{ reason: 'lost' }])
    expect(ids().size).toBe(2)
  })

  test('finds that a small file was changed in its middle, though its time and its ends were not', async () => {
    await abortAfter(60)
    data.fill(0, PART * 10, PART * 50)
    const fd = openSync(file, 'r+')
    writeSync(fd, data, 0, SIZE, 0)
    closeSync(fd)
    utimesSync(file, TIME, TIME)
    await expectArrived(await send())
    expect(told('resume', 'restart')).toMatchObject([
      { type: 'resume' },
      { type: 'restart', reason: 'lost', error: { text: 'MD5_CHECKSUM_INVALID' } },
    ])
  })
})

describe('the file', () => {
  test('that was moved is another one; what was noted of it waits for its return', async () => {
    await abortAfter(40)
    const home = file
    file = join(folder, 'b.bin')
    renameSync(home, file)
    const media = document(file)
    await client.uploadMedia({ media, ...options() })
    expect(told('resume', 'restart')).toEqual([])
    expect(readdirSync(journal)).toHaveLength(1)
    renameSync(file, home)
    file = home
    await expectArrived(await send())
    expect(told('resume')).toHaveLength(1)
  })

  test('that is gone is an error, and its notes stay', async () => {
    await abortAfter(40)
    rmSync(file)
    await expect(send()).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    expect(readdirSync(journal)).toHaveLength(1)
  })

  test('that was replaced by one with the same bytes and time is a changed one', async () => {
    await abortAfter(40)
    rmSync(file)
    // Keeps the number of the inode from being used again at once.
    writeFileSync(join(folder, 'other'), '')
    writeFileSync(file, data)
    utimesSync(file, TIME, TIME)
    await expectArrived(await send())
    expect(told('restart')).toMatchObject([{ reason: 'changed' }])
  })
})

test('resume is a folder or a function', async () => {
  for (const resume of [5, '', {}]) {
    const wrong = { media: document(file), resume: resume as string }
    await expect(client.uploadMedia(wrong)).rejects.toMatchObject({ code: 'USAGE' })
  }
})
