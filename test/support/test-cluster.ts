/** A cluster of test DCs, clients in it, and files to take there and back, over real sockets. */
import { createHash } from 'node:crypto'
import { type ClientEvent, type ConnectOptions, UploadClient } from '../../src/index.ts'
import type { CallFault, RequestInfo } from '../../src/lab/server/faults.ts'
import { type RunningCluster, type StartClusterOptions, startCluster } from '../../src/lab/server/index.ts'
import type { MessageMedia } from '../../src/tl/generated/api-types.ts'
import { uploadGetFile } from '../../src/tl/generated/client/methods.ts'

/** Of the first cluster of a test file; making one takes a while. */
let privateKeyPem: string | undefined

/** A request, and the DC that it came to. */
export type Seen = RequestInfo & { readonly dc: number }

/** A cluster with what came to it. */
export interface TestCluster extends RunningCluster {
  readonly requests: Seen[]
  /** How often a method was called, at one DC or at all. */
  count(method: string, dc?: number): number
  /** Clients that `connect` made, closed with the cluster. */
  readonly events: ClientEvent[]
  /** Connects a client to a DC, as bot 123. */
  connect(dc: number, options?: Partial<ConnectOptions>): Promise<UploadClient>
  /** Has a DC answer a method with an error, as often as told. */
  fail(dc: number, method: string, fault: CallFault, times?: number): void
}

/** Starts a cluster of the DCs 2, 4 and 5 that keeps parts in memory. */
export async function startTestCluster(options: StartClusterOptions = {}): Promise<TestCluster> {
  const requests: Seen[] = []
  const events: ClientEvent[] = []
  const clients: UploadClient[] = []
  const cluster = await startCluster({
    dcs: [2, 4, 5],
    parts: 'memory',
    ...(privateKeyPem !== undefined && { privateKeyPem }),
    onRequest: (info, dc) => requests.push({ ...info, dc }),
    ...options,
  })
  privateKeyPem = cluster.privateKeyPem
  return {
    ...cluster,
    requests,
    events,
    count: (method, dc) => requests.filter((one) => one.request._ === method && (dc ?? one.dc) === one.dc).length,
    async connect(id, more = {}) {
      const { host, port } = cluster.dc(id)
      const dc = { id, host, port, serverKeys: [cluster.publicKeyPem], test: options.test }
      const onEvent = (event: ClientEvent): unknown => events.push(event)
      const common = { apiId: 1, apiHash: 'hash', dc, onEvent }
      const client = await UploadClient.connect({ ...common, ...(!more.login && { botToken: '123:token' }), ...more })
      clients.push(client)
      return client
    },
    fail(id, method, fault, times = 1) {
      let left = times
      const { faults } = cluster.dc(id).server
      const before = faults.onRequest
      faults.onRequest = (info) => {
        if (info.request._ !== method || left === 0) return before?.(info)
        left--
        return fault
      }
    },
    async close() {
      for (const client of clients) await client.close().catch(() => {})
      await cluster.close()
    },
  }
}

/** An error as an answer. */
export function rpcFault(code: number, text: string): CallFault {
  return { kind: 'error', code, text }
}

/** SHA-256 of some bytes. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** A document's number, place and size. */
export function documentOf(
  media: MessageMedia,
): Extract<NonNullable<Extract<MessageMedia, { _: 'messageMediaDocument' }>['document']>, { _: 'document' }> {
  if (media._ !== 'messageMediaDocument' || media.document?._ !== 'document') throw new Error('this is no document')
  return media.document
}

/** Most bytes of one answer. */
const CHUNK = 1024 * 1024

/** Reads a document from wherever it lies; the SHA-256 of its bytes. */
export async function download(client: UploadClient, media: MessageMedia): Promise<string> {
  const { id, accessHash, fileReference, size } = documentOf(media)
  const location = { _: 'inputDocumentFileLocation', id, accessHash, fileReference, thumbSize: '' } as const
  const chunks: Uint8Array[] = []
  for (let offset = 0; offset < Number(size); offset += CHUNK) {
    const request = { _: 'upload.getFile', location, offset: BigInt(offset), limit: CHUNK } as const
    const chunk = await client.call(uploadGetFile, request)
    if (chunk._ !== 'upload.file') throw new Error(chunk._)
    chunks.push(chunk.bytes)
  }
  return hashOf(Buffer.concat(chunks))
}
