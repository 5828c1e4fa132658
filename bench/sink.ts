/**
 * The server that clients are measured against, in a process of its own: the test DC, with primitives that decrypt only the
 * front of a file part (`front.ts`), and with a store that counts parts and keeps none. Key exchange, sessions,
 * acknowledgements and `messages.uploadMedia` are the test DC's own; with `verify` everything is.
 *
 * Beside it a port that swallows what is sent to it, for the floor.
 */
import { createHash } from 'node:crypto'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { inflateSync } from 'node:zlib'
import { inStock } from '../src/client/platform/random-stock.ts'
import { systemHost } from '../src/client/platform/system-host.ts'
import { nativeCrypto } from '../src/crypto/native.ts'
import {
  diskParts,
  listen,
  type PartsStore,
  populate,
  readServerKey,
  TestServer,
  World,
} from '../src/lab/server/index.ts'
import { frontOnly } from './front.ts'
import type { SinkOptions, SinkReady, SinkReport } from './protocol.ts'

/** TDLib begins with this one. */
const DC_ID = 1
const HOST = '127.0.0.1'

const { privateKeyPem, verify, publicPort } = JSON.parse(process.argv.at(-1) ?? '') as SinkOptions

/** When each part came, in milliseconds, and its bytes. */
let arrivals: { at: number; bytes: number }[] = []
let media = 0
let cpuBefore = process.cpuUsage()

function count(bytes: number): void {
  if (arrivals.length === 0) cpuBefore = process.cpuUsage()
  arrivals.push({ at: performance.now(), bytes })
}

/** Keeps the sizes of parts and nothing else. */
function countingParts(): PartsStore {
  return {
    create() {
      const sizes = new Map<number, number>()
      return {
        put: (part, { length }) => void sizes.set(part, length),
        sizeOf: (part) => sizes.get(part),
        read: (_part, _offset, length) => new Uint8Array(length),
        forget: (part) => void sizes.delete(part),
        dispose: () => sizes.clear(),
      }
    },
    close: async () => {},
  }
}

/** mtcute packs requests by zlib's format under the name of gzip, which servers take too: it begins with this byte. */
const ZLIB = 0x78

const crypto: typeof nativeCrypto = {
  ...nativeCrypto,
  gunzip: (data, limit) =>
    data[0] === ZLIB ? new Uint8Array(inflateSync(data, { maxOutputLength: limit })) : nativeCrypto.gunzip(data, limit),
}

const host: typeof systemHost = { ...systemHost, random: inStock(systemHost.random) }

const keys = readServerKey(privateKeyPem)
const world = new World({
  random: host.random,
  parts: verify ? await diskParts() : countingParts(),
  keepMedia: verify ? 4 : 1,
})
populate(world)

const server = new TestServer({
  dcId: DC_ID,
  host,
  crypto: verify ? crypto : frontOnly(crypto),
  world,
  rsaKeys: [keys.key],
  onRequest: ({ request }) => {
    if (request._ === 'upload.saveFilePart' || request._ === 'upload.saveBigFilePart') count(request.bytes.length)
    if (request._ !== 'messages.uploadMedia') return
    media++
    // What was not decrypted has no checksum: the request is taken as if it came without one.
    if (!verify && 'file' in request.media && request.media.file._ === 'inputFile') request.media.file.md5Checksum = ''
  },
})

const listener = await listen({ timers: host, host: HOST, onConnection: server.accept, tcpOnly: true })
world.addDc({ id: DC_ID, host: HOST, port: publicPort || listener.port })

/** Files whose hash was told already. */
const told = new Set<bigint>()

async function hashes(): Promise<string[]> {
  const found: string[] = []
  for (const { id, content } of verify ? world.media.all() : []) {
    if (told.has(id)) continue
    told.add(id)
    const hash = createHash('sha256')
    const step = 512 * 1024
    for (let at = 0; at < content.size; at += step) hash.update(await content.read(at, step))
    found.push(hash.digest('hex'))
  }
  return found
}

async function report(): Promise<SinkReport> {
  const { user, system } = process.cpuUsage(cpuBefore)
  const last = arrivals.at(-1)?.at ?? 0
  const middle = arrivals[arrivals.length >> 1]?.at ?? 0
  const sum = (of: typeof arrivals): number => of.reduce((all, { bytes }) => all + bytes, 0)
  const result: SinkReport = {
    parts: arrivals.length,
    bytes: sum(arrivals),
    media,
    cpu: (user + system) / 1e6,
    wall: (last - (arrivals[0]?.at ?? 0)) / 1000,
    secondHalf: (last - middle) / 1000,
    secondHalfBytes: sum(arrivals.slice((arrivals.length >> 1) + 1)),
    sha256: await hashes(),
  }
  arrivals = []
  media = 0
  cpuBefore = process.cpuUsage()
  return result
}

const drain: Server = createServer((socket) => {
  socket.on('data', ({ length }) => count(length))
  socket.on('error', () => {})
})
await new Promise<void>((resolve) => drain.listen(0, HOST, resolve))

process.on('message', () => void report().then((all) => process.send?.(all)))
// The parent ends, or is done with us.
process.on('disconnect', () => {
  server.close()
  drain.close()
  void listener
    .close()
    .then(() => world.close())
    .then(() => process.exit())
})
const ready: SinkReady = {
  host: HOST,
  port: listener.port,
  dcId: DC_ID,
  publicKeyPem: keys.publicKeyPem,
  drainPort: (drain.address() as AddressInfo).port,
}
process.send?.(ready)
