/**
 * Several test DCs on loopback that share one world: what a client meets that is sent from one datacenter to another.
 *
 * Each DC has keys, sessions and unfinished uploads of its own; users, media and logins that are brought from DC to DC
 * belong to the world. Each tells the addresses of all, those for media and for IPv6 among them, and each can go down and
 * come back while the others still tell of it.
 *
 * Source: https://core.telegram.org/api/datacenter
 */
import { systemHost } from '../../client/platform/system-host.ts'
import { nativeCrypto } from '../../crypto/native.ts'
import { UsageError } from '../../errors.ts'
import { ClusterDc } from './cluster-dc.ts'
import type { RequestInfo } from './faults.ts'
import { TestServer } from './server.ts'
import { generateServerKey, readServerKey } from './server-key.ts'
import { partsStore, type StartServerOptions } from './start.ts'
import { Uploads } from './uploads.ts'
import { populate, World } from './world.ts'

export type { ClusterDc, ClusterDoor } from './cluster-dc.ts'

/** What a cluster is made of; every part has a default. */
export interface StartClusterOptions
  extends Omit<StartServerOptions, 'dcId' | 'faults' | 'onRequest' | 'publicAddress' | 'uploads' | 'world'> {
  /** Numbers of the DCs; 1 to 5 unless told. */
  readonly dcs?: readonly number[]
  /** Those that have an address for media alone, too. */
  readonly media?: readonly number[]
  /** Each has an IPv6 address, too: `::1`. */
  readonly ipv6?: boolean
  /** Port of the first DC, the others have the next ones; 0, the default, takes any free ones. */
  readonly port?: number
  /** Told of every request, and of the DC that it came to. */
  readonly onRequest?: (info: RequestInfo, dcId: number) => void
}

/** A cluster on ports. */
export interface RunningCluster {
  readonly world: World
  /** What clients are given: PKCS#1. All DCs have this one. */
  readonly publicKeyPem: string
  /** To start another with the same key: PKCS#8. */
  readonly privateKeyPem: string
  readonly dcs: readonly ClusterDc[]
  /** The DC of that number. @throws UsageError if there is none */
  dc(id: number): ClusterDc
  /** Stops listening, drops every connection, and frees the world. */
  close(): Promise<void>
}

/**
 * Starts a cluster.
 * @throws the system's error (`EADDRINUSE`, …) if a port cannot be had
 *
 * @example
 * ```ts
 * const cluster = await startCluster({ dcs: [1, 2, 4], media: [2] })
 * const { host, port } = cluster.dc(2)
 * await cluster.close()
 * ```
 */
export async function startCluster(options: StartClusterOptions = {}): Promise<RunningCluster> {
  const { dcs: ids = [1, 2, 3, 4, 5], media = [], ipv6, port = 0, onRequest, ...common } = options
  const { host = systemHost, crypto = nativeCrypto, privateKeyPem, address = '127.0.0.1' } = options
  const keys = privateKeyPem === undefined ? await generateServerKey() : readServerKey(privateKeyPem)
  const parts = await partsStore(options)
  const world = new World({ random: host.random, parts })
  populate(world)
  const dcs: ClusterDc[] = []
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    await Promise.all(dcs.map((dc) => dc.close()))
    await world.close()
  }
  try {
    for (const [i, id] of ids.entries()) {
      const server = new TestServer({
        ...common,
        dcId: id,
        host,
        crypto,
        world,
        rsaKeys: [keys.key],
        uploads: new Uploads(parts),
        ...(onRequest && { onRequest: (info: RequestInfo) => onRequest(info, id) }),
      })
      const dc = new ClusterDc(server, host)
      dcs.push(dc)
      await dc.open({ address, port: port && port + i })
      if (media.includes(id)) await dc.open({ address, port: 0, mediaOnly: true })
      if (ipv6) await dc.open({ address: '::1', port: 0 })
    }
  } catch (error) {
    await close()
    throw error
  }
  return {
    world,
    publicKeyPem: keys.publicKeyPem,
    privateKeyPem: keys.privateKeyPem,
    dcs,
    dc(id) {
      const found = dcs.find((dc) => dc.id === id)
      if (!found) throw new UsageError(`the cluster has no DC ${id}`)
      return found
    },
    close: () => (closing ??= close()),
  }
}
