/**
 * The test DC for one run of a client: a process of its own, made of what `npm run build` wrote to dist/. The last argument
 * is its number.
 *
 * Once the port is open it sends `DcReady` to its parent; asked for it, it answers with a `DcReport` of what it saw.
 */
import { createHash } from 'node:crypto'
import { systemHost } from '../../../dist/client/platform/system-host.js'
import { nativeCrypto } from '../../../dist/crypto/native.js'
import {
  diskParts,
  generateServerKey,
  httpListener,
  listen,
  type MtproxyEvent,
  populate,
  startMtproxy,
  TestServer,
  World,
} from '../../../dist/lab/server/index.js'

/** The kinds of secrets of an MTProxy. */
export type SecretKind = 'plain' | 'dd' | 'ee'

/** Where the DC is. */
export interface DcReady {
  readonly host: string
  readonly port: number
  readonly dcId: number
  readonly publicKeyPem: string
  /** The port of an MTProxy in front of it, and its secrets in hex. */
  readonly proxyPort: number
  readonly secrets: Readonly<Record<SecretKind, string>>
}

/** What the DC saw of a client. */
export interface DcReport {
  /** `tcp full`, `websocket obfuscated abridged`, …: every way in which it was spoken to. */
  readonly transports: readonly string[]
  /** How often each method was called. */
  readonly requests: Readonly<Record<string, number>>
  /** The layers that were named. */
  readonly layers: readonly number[]
  /** The authorization keys that came of key exchanges, in hex. */
  readonly authKeys: readonly string[]
  /** Connections that were opened. */
  readonly connections: number
  /** What the MTProxy did. */
  readonly proxy: readonly MtproxyEvent[]
  /** The files that were made into media. */
  readonly stored: readonly { readonly kind: 'photo' | 'document'; readonly size: number; readonly sha256: string }[]
}

const DC_ID = Number(process.argv.at(-1))
const KEY_LENGTH = 16
/** What the TLS of an `ee` secret pretends to go to. */
const DOMAIN = 'www.example.com'

const keys = await generateServerKey()
const freshKey = (): string => Buffer.from(systemHost.random(new Uint8Array(KEY_LENGTH))).toString('hex')
const secrets: DcReady['secrets'] = {
  plain: freshKey(),
  dd: `dd${freshKey()}`,
  ee: `ee${freshKey()}${Buffer.from(DOMAIN).toString('hex')}`,
}
const world = new World({ random: systemHost.random, parts: await diskParts() })
populate(world)

const transports = new Set<string>()
const layers = new Set<number>()
let connections = 0
let kind = ''
/** A client that comes by different ways is told apart by the mark. */
const came = (by: string): void => {
  kind = kind === '' || kind === by ? by : 'mixed'
}
const server = new TestServer({
  dcId: DC_ID,
  host: systemHost,
  crypto: nativeCrypto,
  world,
  rsaKeys: [keys.key],
  onRequest: ({ layer }) => {
    layers.add(layer)
    for (const framing of server.framings) transports.add(`${kind} ${framing}`)
  },
})

const http = httpListener(server.post, systemHost)
const listener = await listen({
  timers: systemHost,
  onConnection: (carrier, incoming) => {
    connections++
    came(incoming.kind)
    return server.accept(carrier)
  },
  onRequest: (request, response) => {
    came('http')
    http(request, response)
  },
})
world.addDc({ id: DC_ID, host: listener.host, port: listener.port })

const proxyEvents: MtproxyEvent[] = []
const proxy = await startMtproxy({
  secrets: Object.values(secrets).map((secret) => Buffer.from(secret, 'hex')),
  dcs: { [DC_ID]: { host: listener.host, port: listener.port } },
  onEvent: (event) => proxyEvents.push(event),
})

async function report(): Promise<DcReport> {
  const stored: DcReport['stored'][number][] = []
  for (const { kind, content } of world.media.all()) {
    const bytes = await content.read(0, content.size)
    stored.push({ kind, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
  }
  return {
    stored,
    transports: [...transports],
    requests: Object.fromEntries(server.requests),
    layers: [...layers],
    authKeys: [...server.keys.all()].map(({ authKey }) => Buffer.from(authKey.bytes).toString('hex')),
    connections,
    proxy: proxyEvents,
  }
}

process.on('message', () => void report().then((all) => process.send?.(all)))
// The parent ends, or is done with us.
process.on('disconnect', () => {
  server.close()
  void proxy
    .close()
    .then(() => listener.close())
    .then(() => world.close())
    .then(() => process.exit())
})
const ready: DcReady = {
  host: listener.host,
  port: listener.port,
  dcId: DC_ID,
  publicKeyPem: keys.publicKeyPem,
  proxyPort: proxy.port,
  secrets,
}
process.send?.(ready)
