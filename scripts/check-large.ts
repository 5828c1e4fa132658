/**
 * `npm run check:large`: files as large as they come, over real sockets to the test DC.
 *
 * The most parts that an account without Premium may send, and with it, from a sparse file and from a stream whose length
 * nobody knows. The server keeps nothing but looks at every part: its number stands at its start and at its end. What is one
 * byte too large is refused before anything is sent; and by the server, when the client is told to send it all the same.
 */
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemHost } from '../src/client/platform/system-host.ts'
import { nativeCrypto } from '../src/crypto/native.ts'
import { document, type FileLike, UploadClient, type UploadFileOptions } from '../src/index.ts'
import { type PartsStore, type StoredParts, startServer, World } from '../src/lab/server/index.ts'

const PART = 512 * 1024
const PARTS = 4000
const PARTS_PREMIUM = 8000

/** Writes the number of a part where it begins and where it ends. */
function mark(into: Uint8Array, part: number): Uint8Array {
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength)
  view.setUint32(0, part)
  view.setUint32(into.length - 4, ~part)
  return into
}

/** Looks at parts and keeps their sizes alone. */
function looking(): PartsStore & { wrong: number } {
  const store = {
    wrong: 0,
    create(): StoredParts {
      const sizes = new Map<number, number>()
      return {
        put(part, bytes) {
          const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
          const isWhole = view.getUint32(0) === part && view.getUint32(bytes.length - 4) === ~part >>> 0
          if (bytes.length === PART && !isWhole) store.wrong++
          sizes.set(part, bytes.length)
        },
        sizeOf: (part) => sizes.get(part),
        read: (_, __, length) => new Uint8Array(length),
        forget: (part) => void sizes.delete(part),
        dispose: () => sizes.clear(),
      }
    },
    async close() {},
  }
  return store
}

/** A sparse file of `size` bytes whose full parts are marked. */
function sparse(path: string, size: number): string {
  const file = openSync(path, 'w')
  ftruncateSync(file, size)
  const end = new Uint8Array(4)
  for (let part = 0; (part + 1) * PART <= size; part++) {
    const marks = mark(new Uint8Array(8), part)
    writeSync(file, marks.subarray(0, 4), 0, 4, part * PART)
    end.set(marks.subarray(4))
    writeSync(file, end, 0, 4, (part + 1) * PART - 4)
  }
  closeSync(file)
  return path
}

/** The same as a stream, in chunks that fit no part. */
async function* streamed(size: number): AsyncGenerator<Uint8Array> {
  for (let part = 0; part * PART < size; part++) {
    const bytes = mark(new Uint8Array(PART), part).subarray(0, Math.min(PART, size - part * PART))
    yield bytes.subarray(0, 100_003)
    yield bytes.subarray(100_003)
  }
}

/**
 * Both ends leave AES out, which would be nearly all of the work, and is not what is looked at here. Everything else is as
 * always: message keys, sessions, framing, sockets.
 */
const crypto: typeof nativeCrypto = {
  ...nativeCrypto,
  igeEncrypt(_key, _iv, data, from = []) {
    let at = 0
    for (const piece of from) {
      data.set(piece, at)
      at += piece.length
    }
  },
  igeDecrypt() {},
}
const folder = mkdtempSync(join(tmpdir(), 'large-'))
const store = looking()
const world = new World({ random: systemHost.random, parts: store })
const server = await startServer({ world, crypto })
const client = await UploadClient.connect({
  apiId: 1,
  apiHash: 'any',
  botToken: '1:any',
  crypto,
  dc: { id: server.dcId, host: server.host, port: server.port, serverKeys: [server.publicKeyPem] },
})
let failed = false

async function step(name: string, work: () => Promise<string>): Promise<void> {
  const start = process.cpuUsage()
  const outcome = await work().catch((error: unknown) => {
    failed = true
    return `FAILED: ${error instanceof Error ? error.message : String(error)}`
  })
  const { user, system } = process.cpuUsage(start)
  console.log(`${name}: ${outcome} (${((user + system) / 1e6).toFixed(1)} s of CPU, client and server)`)
}

/** Uploads a file, and looks whether the server has it whole. */
async function arrives(file: FileLike, size: number, options: UploadFileOptions = {}): Promise<string> {
  store.wrong = 0
  const media = await client.uploadMedia({ media: document({ data: file as string, name: 'large' }), ...options })
  const stored =
    media._ === 'messageMediaDocument' && media.document?._ === 'document' ? media.document.size : undefined
  if (stored !== BigInt(size)) throw new Error(`the server has ${stored} bytes of ${size}`)
  if (store.wrong > 0) throw new Error(`${store.wrong} parts are not what they should be`)
  return `${size} bytes, all parts in their places`
}

async function refused(work: Promise<unknown>, expected: RegExp): Promise<string> {
  const error = await work.then(
    () => new Error('it was taken'),
    (thrown: unknown) => thrown as Error,
  )
  if (!expected.test(error.message)) throw error
  return `refused: ${error.message}`
}

try {
  const limit = PARTS * PART
  const premium = PARTS_PREMIUM * PART
  await step('one byte above the limit', () =>
    refused(client.uploadFile(sparse(join(folder, 'a'), limit + 1)), /limit of this account \(4000 parts of 524288\)/),
  )
  await step('the same, sent all the same', () =>
    refused(client.uploadFile(join(folder, 'a'), { maxParts: PARTS_PREMIUM }), /FILE_PARTS_INVALID/),
  )
  await step('a stream of the limit', () => arrives(streamed(limit), limit))
  world.users.get(1n)!.premium = true
  await step('one byte above the limit of Premium', () =>
    refused(
      client.uploadFile(sparse(join(folder, 'b'), premium + 1)),
      /limit of this account \(8000 parts of 524288\)/,
    ),
  )
  await step('a file one byte below the limit of Premium', () =>
    arrives(sparse(join(folder, 'c'), premium - 1), premium - 1),
  )
} finally {
  await client.close()
  await server.close()
  rmSync(folder, { recursive: true })
}
process.exitCode = failed ? 1 : 0
