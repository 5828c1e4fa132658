/**
 * `npm run demo [-- PATH]`: the whole way of a file, on this machine alone and in front of your eyes.
 *
 * Starts a test DC on a free loopback port, logs in as a bot over TCP with a real key exchange, uploads a photo (or any
 * file), makes media of it with messages.uploadMedia, reads the bytes back from the server with upload.getFile, and
 * compares them with the file by SHA-256. Nothing is held in memory at once, so the file may have any size.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UploadClient } from '../client/client.ts'
import { UsageError } from '../errors.ts'
import { photo } from '../files/media.ts'
import { document } from '../files/media-document.ts'
import { MAX_PARTS_PREMIUM, MAX_PHOTO_SIZE } from '../files/plan.ts'
import { IMAGE_HEADER_LENGTH, imageInfo } from '../lab/server/image-size.ts'
import { startServer } from '../lab/server/start.ts'
import { bytesText } from '../observe/units.ts'
import type { InputFileLocation, MessageMedia } from '../tl/generated/api-types.ts'
import { uploadGetFile } from '../tl/generated/client/methods.ts'
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts'
import { inspect } from './input-files.ts'
import { abortOnSignals } from './interrupt.ts'
import { Failure, surviveClosedPipes, writeResult } from './io.ts'
import { toOutline } from './output.ts'
import { progressDisplay } from './progress.ts'
import { report } from './report.ts'

/** The largest piece that upload.getFile gives: https://core.telegram.org/api/files#downloading-files */
const STEP = 1024 * 1024
const BOT = 123_456_789n
const PHOTO = fileURLToPath(new URL('../../assets/demo.jpg', import.meta.url))

async function demo(path: string, signal: AbortSignal): Promise<void> {
  await inspect(path, undefined)
  const asPhoto = await isPhoto(path)
  const server = await startServer()
  // As much as Telegram takes of anybody: 4 GB.
  server.world.bot(BOT).premium = true
  const progress = progressDisplay(false, process.stderr, Date.now)
  try {
    await writeResult(`test DC ${server.dcId} listens on ${server.host}:${server.port}\n`)
    const begun = performance.now()
    const client = await UploadClient.connect({
      apiId: 1,
      apiHash: 'demo',
      botToken: `${BOT}:demo`,
      dc: { id: server.dcId, host: server.host, port: server.port, serverKeys: [server.publicKeyPem] },
      signal,
    })
    try {
      await writeResult(`logged in as bot ${client.user?.id} over TCP, in ${since(begun)}\n`)
      const name = basename(path)
      const uploadBegun = performance.now()
      const media = await client.uploadMedia({
        peer: 'me',
        media: asPhoto ? photo(path) : document(path),
        maxParts: MAX_PARTS_PREMIUM,
        signal,
        onProgress: (state) => progress.update(name, state),
      })
      const uploadTime = since(uploadBegun)
      progress.end(true)
      await writeResult(`${toOutline(media)}\n`)
      const readBegun = performance.now()
      const theirs = await digestOf(serverBytes(client, media, signal))
      const ours = await digestOf(createReadStream(path, { signal, highWaterMark: STEP }))
      if (theirs.size !== ours.size || theirs.sha256 !== ours.sha256) {
        throw new Failure(
          `what the server holds is not ${path}: ${theirs.size} bytes with SHA-256 ${theirs.sha256}, ` +
            `and the file has ${ours.size} bytes with SHA-256 ${ours.sha256}`,
        )
      }
      const what = `${name}: ${bytesText(ours.size)} as a ${asPhoto ? 'photo' : 'document'}`
      await writeResult(
        `${what}, uploaded in ${uploadTime}, read back in ${since(readBegun)}: the same bytes, SHA-256 ${ours.sha256}\n`,
      )
    } finally {
      await client.close()
    }
  } finally {
    progress.end(false)
    await server.close()
  }
}

function since(begun: number): string {
  return `${((performance.now() - begun) / 1000).toFixed(2)} s`
}

/** Whether a file is what servers take for a photo: https://core.telegram.org/api/files#uploading-profile-or-chat-pictures */
async function isPhoto(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const stats = await file.stat()
    if (!stats.isFile()) throw new UsageError(`the demo reads its file twice, and ${path} can be read only once`)
    const { buffer, bytesRead } = await file.read(new Uint8Array(IMAGE_HEADER_LENGTH), 0, IMAGE_HEADER_LENGTH, 0)
    const { format, width = 0, height = 0 } = imageInfo(buffer.subarray(0, bytesRead)) ?? {}
    const isKind = format === 'jpeg' || format === 'png' || format === 'webp'
    const ratio = Math.max(width, height) / Math.min(width, height)
    const fits = stats.size <= MAX_PHOTO_SIZE && width + height <= 10_000 && ratio <= 20
    return isKind && fits && /\.(jpe?g|png|webp)$/i.test(path)
  } finally {
    await file.close()
  }
}

/** Everything that the server has of a photo or document, piece by piece. */
async function* serverBytes(
  client: UploadClient,
  media: MessageMedia,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const location = locationOf(media)
  for (let offset = 0n; ; offset += BigInt(STEP)) {
    const request = { _: 'upload.getFile', location, offset, limit: STEP } as const
    const file = await client.call(uploadGetFile, request, { signal })
    if (file._ !== 'upload.file') throw new Failure(`the server answered upload.getFile with ${file._}`)
    yield file.bytes
    if (file.bytes.length < STEP) return
  }
}

function locationOf(media: MessageMedia): InputFileLocation {
  if (media._ === 'messageMediaPhoto' && media.photo?._ === 'photo') {
    const { id, accessHash, fileReference, sizes } = media.photo
    const thumbSize = sizes.at(-1)?.type ?? ''
    return { _: 'inputPhotoFileLocation', id, accessHash, fileReference, thumbSize }
  }
  if (media._ === 'messageMediaDocument' && media.document?._ === 'document') {
    const { id, accessHash, fileReference } = media.document
    return { _: 'inputDocumentFileLocation', id, accessHash, fileReference, thumbSize: '' }
  }
  throw new Failure(`the server made ${media._} of the file, which has no bytes to read back`)
}

async function digestOf(pieces: AsyncIterable<Uint8Array>): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const piece of pieces) {
    hash.update(piece)
    size += piece.length
  }
  return { size, sha256: hash.digest('hex') }
}

async function main(paths: readonly string[]): Promise<ExitCode> {
  const [path = PHOTO, ...more] = paths
  try {
    if (more.length > 0 || path.startsWith('-')) throw new UsageError('the demo takes the path of one file, or nothing')
    await demo(path, abortOnSignals(EXIT.interrupted))
    return EXIT.ok
  } catch (error) {
    report(error)
    return exitCodeOf(error)
  }
}

surviveClosedPipes()
process.exitCode = await main(process.argv.slice(2))
