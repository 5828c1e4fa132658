/**
 * What `mtproto-upload serve` does: runs the test DC until a signal comes.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { UsageError } from '../errors.ts'
import { startCluster } from '../lab/server/cluster.ts'
import type { RequestInfo } from '../lab/server/faults.ts'
import type { MtproxyEvent } from '../lab/server/mtproxy/house.ts'
import { mtproxyLink, type RunningMtproxy, startMtproxy } from '../lab/server/mtproxy/start.ts'
import { reachable, startServer } from '../lab/server/start.ts'
import { formatAddress } from '../transport/carrier/carrier.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { abortOnSignals } from './interrupt.ts'
import { Failure, say, writeResult } from './io.ts'
import type { ServeJob } from './serve-options.ts'
import { reasonOf } from './system-error.ts'

/** Runs the command. A signal is its ordinary end: exit code 0. */
export async function serve(job: ServeJob): Promise<ExitCode> {
  const signal = abortOnSignals(EXIT.interrupted)
  const privateKeyPem = job.key === undefined ? undefined : await readKey(job.key)
  const server = await started(job, privateKeyPem)
  let proxy: RunningMtproxy | undefined
  try {
    proxy = await startedProxy(job, server)
    // Whoever waits for the address finds the key in place.
    if (job.writeKey !== undefined) await writeKey(job.writeKey, server.publicKeyPem)
    const where = server.dcs.map((dc) => `listening on ${formatAddress(dc)} as DC ${dc.id}\n`).join('')
    const key = job.writeKey ?? `\n${server.publicKeyPem.trimEnd()}`
    const link = proxy && `proxy: ${mtproxyLink({ host: reachable(proxy.host), port: proxy.port }, job.secret!)}\n`
    await writeResult(`${where}${link ?? ''}public key: ${key}\n`)
    await aborted(signal)
    return EXIT.ok
  } finally {
    await proxy?.close()
    await server.close()
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** One datacenter, or several. */
interface Running {
  readonly dcs: readonly { readonly id: number; readonly host: string; readonly port: number }[]
  readonly publicKeyPem: string
  close(): Promise<void>
}

async function started(job: ServeJob, privateKeyPem: string | undefined): Promise<Running> {
  const { port, host: address, dcId, dcs, storage, verbose } = job
  const common = {
    port,
    address,
    requireForwardSecrecy: job.pfs,
    ...(privateKeyPem !== undefined && { privateKeyPem }),
    ...(storage !== undefined && { folder: storage }),
  }
  try {
    if (dcs === undefined) {
      const one = await startServer({
        ...common,
        dcId,
        ...(verbose && { onRequest: (info) => say(requestText(info)) }),
      })
      return { ...one, dcs: [{ id: dcId, host: one.host, port: one.port }] }
    }
    return await startCluster({
      ...common,
      dcs: Array.from({ length: dcs }, (_, i) => i + 1),
      ...(verbose && { onRequest: (info, id) => say(`DC ${id}, ${requestText(info)}`) }),
    })
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${job.key ?? 'the key'}: ${error.message}`)
    throw failureOf(error, job)
  }
}

async function startedProxy(job: ServeJob, server: Running): Promise<RunningMtproxy | undefined> {
  const { host: address, proxyPort: port, secret, verbose } = job
  if (secret === undefined) return undefined
  try {
    return await startMtproxy({
      secrets: [secret],
      dcs: Object.fromEntries(server.dcs.map(({ id, host, port }) => [id, { host: reachable(host), port }])),
      address,
      port,
      ...(verbose && { onEvent: (event) => say(eventText(event)) }),
    })
  } catch (error) {
    throw failureOf(error, { ...job, port })
  }
}

/** What happened at the proxy as a line. */
function eventText(event: MtproxyEvent): string {
  if (event.type === 'refused') return `proxy: refused ${event.remote}: ${event.reason}`
  const { remote, kind, framing, dc } = event
  return `proxy: let ${remote} in to DC ${dc}, by ${kind} secret, ${framing}`
}

/** Tells a port that cannot be had from a folder that cannot be used. */
function failureOf(error: unknown, { host, port, storage }: ServeJob): unknown {
  const { code, path, port: taken = port } = error as NodeJS.ErrnoException & { readonly port?: number }
  if (code === undefined) return error
  const what =
    path === undefined ? `listen on ${formatAddress({ host, port: taken })}` : `keep uploads in ${storage ?? path}`
  return new Failure(`cannot ${what}: ${reasonOf(error)}`, { cause: error })
}

async function readKey(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new UsageError(`cannot read the private key ${path}: ${reasonOf(error)}`)
  }
}

async function writeKey(path: string, pem: string): Promise<void> {
  try {
    await writeFile(path, pem)
  } catch (error) {
    throw new Failure(`cannot write the public key to ${path}: ${reasonOf(error)}`, { cause: error })
  }
}

/** One request as a line: who, what, and for parts which. */
function requestText({ connection, userId, request }: RequestInfo): string {
  const { filePart, bytes, offset } = request as { filePart?: unknown; bytes?: unknown; offset?: unknown }
  const details = [
    ...(typeof filePart === 'number' ? [`part ${filePart}`] : []),
    ...(typeof offset === 'bigint' ? [`from byte ${offset}`] : []),
    ...(bytes instanceof Uint8Array ? [`${bytes.length} bytes`] : []),
  ]
  const who = userId === undefined ? '' : ` user ${userId}`
  return `connection ${connection}${who}: ${request._}${details.length > 0 ? ` (${details.join(', ')})` : ''}`
}
