/** A test DC and a client that is logged in there as a bot, over real sockets. */
import { type ConnectOptions, UploadClient } from '../../src/index.ts'
import { type RunningServer, type StartServerOptions, startServer } from '../../src/lab/server/index.ts'

/** Of the first server of a test file; making one takes a while. */
let privateKeyPem: string | undefined

/** Starts a test DC that keeps parts in memory. */
export async function startTestDc(options: StartServerOptions = {}): Promise<RunningServer> {
  const server = await startServer({
    ...(privateKeyPem !== undefined && { privateKeyPem }),
    parts: 'memory',
    ...options,
  })
  privateKeyPem = server.privateKeyPem
  return server
}

/** Connects a client to it, as bot 123. */
export function connectTo(server: RunningServer, options: Partial<ConnectOptions> = {}): Promise<UploadClient> {
  const { dcId: id, host, port, publicKeyPem } = server
  const dc = { id, host, port, serverKeys: [publicKeyPem] }
  return UploadClient.connect({ apiId: 1, apiHash: 'hash', botToken: '123:token', dc, ...options })
}
