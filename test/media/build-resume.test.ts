/** Media of several files with the option `resume`: each file goes on where it was. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type MediaLike, type MessageMedia, paid, type UploadClient, type UploadEvent, video } from '../../src/index.ts'
import type { Faults } from '../../src/lab/server/faults.ts'
import type { RunningServer } from '../../src/lab/server/index.ts'
import { connectTo, startTestDc } from '../support/test-dc.ts'

const CLIP = { width: 640, height: 360, duration: 2.5 }
const SIZE = 2_000_000
const PART = 131_072
const folder = mkdtempSync(join(tmpdir(), 'mtproto-upload-several-'))
const notes = join(folder, 'notes')
const files = ['a.mp4', 'b.mp4'].map((name) => join(folder, name))
const contents = files.map(() => randomBytes(SIZE))
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

let server: RunningServer
let client: UploadClient
const faults: Faults = {}
let parts: string[]

beforeAll(async () => {
  for (const [i, file] of files.entries()) writeFileSync(file, contents[i]!)
  server = await startTestDc({
    faults,
    onRequest: ({ request }) => {
      if (request._ === 'upload.saveFilePart') parts.push(`${request.fileId}/${request.filePart}`)
    },
  })
  client = await connectTo(server)
})
beforeEach(() => {
  parts = []
  delete faults.onRequest
})
afterAll(async () => {
  await client?.close()
  await server?.close()
  rmSync(folder, { recursive: true })
})

const media = (paths: readonly string[]): MediaLike => {
  const [first, ...others] = paths.map((path) => video(path, CLIP))
  return paid({ stars: 1, media: [first!, ...others] })
}

/** Digests of the bytes that the server has of each. */
async function digestsOf(made: MessageMedia): Promise<string[]> {
  if (made._ !== 'messageMediaPaidMedia') throw new Error(made._)
  const all: string[] = []
  for (const one of made.extendedMedia) {
    const { document } = (one as { media: { document: { id: bigint } } }).media
    all.push(digest(await server.world.media.find(document.id)!.content.read(0, SIZE + 1)))
  }
  return all
}

test('files that are sold together all go on where they were', async () => {
  const stop = new AbortController()
  // Four parts of each file are answered, and no more.
  faults.onRequest = ({ request }) =>
    request._ === 'upload.saveFilePart' && request.filePart >= 4 ? { kind: 'silence' } : undefined
  let arrived = 0
  const onEvent = ({ type }: UploadEvent): void => {
    if (type === 'part' && ++arrived === 8) stop.abort(new Error('killed'))
  }
  const call = { media: media(files), resume: notes, partSize: PART }
  await expect(client.uploadMedia({ ...call, onEvent, signal: stop.signal })).rejects.toThrow('killed')
  parts = []
  delete faults.onRequest
  const events: UploadEvent[] = []
  const made = await client.uploadMedia({ ...call, onEvent: (event) => events.push(event) })
  expect(events.filter(({ type }) => type === 'resume').length).toBe(2)
  expect(await digestsOf(made)).toEqual(contents.map(digest))
  // What had arrived did not go again, but for the last of each, which the abort may have kept from being noted.
  expect(parts.length).toBeLessThanOrEqual(2 * (Math.ceil(SIZE / PART) - 3))
  expect(readdirSync(notes).filter((name) => name.endsWith('.journal'))).toEqual([])
})

test('one file that is sold twice is two files', async () => {
  const [path] = files
  const made = await client.uploadMedia({ media: media([path!, path!]), resume: notes, partSize: PART })
  expect(await digestsOf(made)).toEqual([digest(contents[0]!), digest(contents[0]!)])
})
