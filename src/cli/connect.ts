/**
 * Connects as the options say, for every command that speaks to a server, and words what goes wrong on the way.
 */
import { readFile } from 'node:fs/promises'
import { UploadClient } from '../client/client.ts'
import type { ClientEvent } from '../client/events.ts'
import type { Login } from '../client/login/index.ts'
import type { ConnectOptions, CustomDatacenter } from '../client/options.ts'
import type { SessionStorage } from '../client/storage.ts'
import { nativeCrypto } from '../crypto/native.ts'
import { parsePublicKey } from '../crypto/pem.ts'
import type { ServerKey } from '../crypto/rsa.ts'
import { RpcError, StorageError, UsageError } from '../errors.ts'
import { logger } from '../observe/logger.ts'
import type { ConnectionJob } from './connection-options.ts'
import { type Deadline, startDeadline } from './deadline.ts'
import { noticeText } from './events.ts'
import { Failure, say } from './io.ts'
import { followOutages } from './outages.ts'
import { PROGRAM } from './report.ts'
import { reasonOf } from './system-error.ts'
import { explainWay, labelOf } from './way.ts'

/** Answers that mean: the login in the session's file has ended. */
const ENDED = /^(AUTH_KEY_(UNREGISTERED|INVALID|DUPLICATED)|SESSION_(REVOKED|EXPIRED))$/

/** The login in the session's file has been ended. */
export class LoginEnded extends Failure {
  override readonly name: string = 'LoginEnded'
}

/** What a command adds to the options. */
export interface Connecting {
  readonly job: ConnectionJob
  readonly storage: SessionStorage | undefined
  readonly signal: AbortSignal
  /** How a person logs in, if there is no login; gets the deadline, to hold it while somebody is asked. */
  readonly login?: ((deadline: Deadline) => Login) | undefined
  readonly lanes?: number | undefined
  /** Folder for notes of unfinished uploads. */
  readonly journal?: string | undefined
  /** Tells people something. */
  readonly tell: (text: string) => void
  /** Told of every event besides. */
  readonly onEvent?: ((event: ClientEvent) => void) | undefined
}

/** A connection that stands. */
export interface Connected {
  readonly client: UploadClient
  /** The proxy that the way leads through, as errors call it. */
  readonly proxy: string | undefined
  /** Closes the client. */
  readonly close: () => Promise<void>
}

/** Connects and logs in. @throws what `UploadClient.connect` throws, in the words of the program */
export async function connect(connecting: Connecting): Promise<Connected> {
  const { job, storage, signal, login, lanes, tell } = connecting
  const dc = await datacenterOf(job)
  signal.throwIfAborted()
  const log = logOf(job, tell)
  // In the log each loss is told anyhow.
  const outages = job.quiet || log ? undefined : followOutages(tell)
  const proxy = job.proxy === undefined ? undefined : labelOf(job.proxy)
  const deadline = startDeadline(job.timeout, proxy)
  const client = await UploadClient.connect({
    ...connectOptions(job),
    ...(dc && { dc }),
    ...(storage && { storage }),
    ...(login && { login: login(deadline) }),
    ...(lanes !== undefined && { lanes }),
    onEvent: (event) => {
      deadline.allowFor(event)
      outages?.notice(event)
      connecting.onEvent?.(event)
      log?.(event)
      const text = log || job.quiet ? undefined : noticeText(event, connecting.journal)
      if (text !== undefined) tell(text)
    },
    signal: AbortSignal.any([signal, deadline.signal]),
  })
    .catch((error: unknown) => {
      outages?.stop()
      throw namingSession(explainWay(error, proxy, false), job.session)
    })
    .finally(() => deadline.stop())
  return {
    client,
    proxy,
    async close() {
      outages?.stop()
      await client.close()
    },
  }
}

/** The log that the options ask for. */
function logOf(
  { verbose, logJson }: ConnectionJob,
  tell: (text: string) => void,
): ((event: ClientEvent) => void) | undefined {
  // With both, programs get what happens to each part as well.
  if (logJson) return logger({ level: verbose ? 'trace' : 'debug', format: 'json', sink: say })
  return verbose ? logger({ level: 'debug', time: 'relative', sink: tell }) : undefined
}

/** The client speaks of "the stored session"; people know it by the name of its file, and by the command that mends it. */
export function namingSession(error: unknown, path: string | undefined): unknown {
  if (path === undefined || !(error instanceof Error)) return error
  if (error instanceof RpcError && ENDED.test(error.type)) {
    return new LoginEnded(`${path}: ${error.message}; this does it: ${PROGRAM} login --session ${path}`, {
      cause: error,
    })
  }
  if (!error.message.startsWith('the stored session')) return error
  const message = `${path}: ${error.message.replace('use another storage', 'name another file with --session')}`
  if (error instanceof StorageError) return new StorageError(error.code, message, { cause: error })
  return error instanceof UsageError ? new UsageError(message) : error
}

function connectOptions(job: ConnectionJob): ConnectOptions {
  const { apiId, apiHash, botToken, test, transport, pfs, proxy, ipv6, maxWait } = job
  return {
    apiId,
    apiHash,
    test,
    ...(botToken !== undefined && { botToken }),
    ...(transport && { transport }),
    ...(pfs && { forwardSecrecy: true }),
    ...(proxy !== undefined && { proxy }),
    ...(ipv6 && { ipv6 }),
    ...(maxWait !== undefined && { maxWait }),
  }
}

/** The server that the options name; undefined for Telegram. */
async function datacenterOf({ dc, dcId, test, serverKeys }: ConnectionJob): Promise<CustomDatacenter | undefined> {
  if (!dc) return undefined
  const keys: ServerKey[] = []
  for (const path of serverKeys) keys.push(await readKey(path))
  return { id: dcId, ...dc, test, serverKeys: keys }
}

async function readKey(path: string): Promise<ServerKey> {
  let pem: string
  try {
    pem = await readFile(path, 'utf8')
  } catch (error) {
    throw new UsageError(`cannot read the server's key ${path}: ${reasonOf(error)}`)
  }
  try {
    return parsePublicKey(nativeCrypto, pem)
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${path}: ${error.message.replace(/\.$/, '')}`)
    throw error
  }
}
