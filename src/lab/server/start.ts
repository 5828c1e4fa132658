/**
 * Starts a test DC on a real port.
 */

import { systemHost } from '../../client/platform/system-host.ts'
import { nativeCrypto } from '../../crypto/native.ts'
import { httpListener } from './http.ts'
import { listen } from './listen.ts'
import { diskParts } from './parts-on-disk.ts'
import { memoryParts, type PartsStore } from './parts-store.ts'
import { TestServer, type TestServerOptions } from './server.ts'
import { generateServerKey, readServerKey } from './server-key.ts'
import { populate, World } from './world.ts'

/** Where the test DC listens, and what it is made of; every part has a default. */
export interface StartServerOptions extends Partial<Omit<TestServerOptions, 'rsaKeys'>> {
  /** Port to listen on; 0, the default, takes any free one. */
  readonly port?: number
  /** Address to listen on; 127.0.0.1 unless told. */
  readonly address?: string
  /** Address that clients are told in `help.getConfig`; the one listened on unless told. */
  readonly publicAddress?: string
  /** RSA key to use, PKCS#1 or PKCS#8; a fresh one unless told. */
  readonly privateKeyPem?: string
  /** Where the bytes of uploads go, when no `world` is given: a temporary file on disk unless told. */
  readonly parts?: 'disk' | 'memory'
  /** Folder for that file; the system's temporary folder unless told. */
  readonly folder?: string
}

/** A test DC on a port. */
export interface RunningServer {
  readonly server: TestServer
  readonly world: World
  readonly dcId: number
  /** Address and port listened on. */
  readonly host: string
  readonly port: number
  /** What clients are given: PKCS#1. */
  readonly publicKeyPem: string
  /** To start another with the same key: PKCS#8. */
  readonly privateKeyPem: string
  /** Stops listening, drops every connection, and frees the world if it was made here. */
  close(): Promise<void>
}

/**
 * Starts a test DC.
 * @throws the system's error (`EADDRINUSE`, …) if the port cannot be had
 * @throws UsageError if `privateKeyPem` is no RSA key of 2048 bits
 *
 * @example
 * ```ts
 * const dc = await startServer({ port: 0 })
 * console.log(`127.0.0.1:${dc.port}`, dc.publicKeyPem)
 * await dc.close()
 * ```
 */
export async function startServer(options: StartServerOptions = {}): Promise<RunningServer> {
  const { dcId = 2, host = systemHost, crypto = nativeCrypto, privateKeyPem } = options
  const keys = privateKeyPem === undefined ? await generateServerKey() : readServerKey(privateKeyPem)
  const world = options.world ?? (await freshWorld(options, host.random))
  const freeWorld = async (): Promise<void> => {
    if (options.world === undefined) await world.close()
  }
  const server = new TestServer({ ...options, dcId, host, crypto, world, rsaKeys: [keys.key] })
  try {
    const listener = await listen({
      timers: host,
      port: options.port ?? 0,
      host: options.address ?? '127.0.0.1',
      onConnection: (carrier, { remote }) => server.acceptFrom(carrier, remote),
      onRequest: httpListener(server.post, host),
    })
    const dc = { id: dcId, host: options.publicAddress ?? reachable(listener.host), port: listener.port }
    world.addDc(dc)
    let closing: Promise<void> | undefined
    const close = async (): Promise<void> => {
      world.removeDc(dc)
      server.close()
      await listener.close()
      await freeWorld()
    }
    return {
      server,
      world,
      dcId,
      host: listener.host,
      port: listener.port,
      publicKeyPem: keys.publicKeyPem,
      privateKeyPem: keys.privateKeyPem,
      close: () => (closing ??= close()),
    }
  } catch (error) {
    await freeWorld()
    throw error
  }
}

/** Where parts are kept. */
export function partsStore({
  parts,
  folder,
}: Pick<StartServerOptions, 'parts' | 'folder'>): PartsStore | Promise<PartsStore> {
  return parts === 'memory' ? memoryParts() : diskParts(folder)
}

async function freshWorld(options: StartServerOptions, random: World['random']): Promise<World> {
  const parts = await partsStore(options)
  const world = new World({ random, parts })
  populate(world)
  return world
}

/** The address by which to reach one who listens: who listens everywhere is told to others as this machine. */
export function reachable(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1'
  return address === '::' ? '::1' : address
}
