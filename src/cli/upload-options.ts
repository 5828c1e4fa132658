/**
 * The options of `mtproto-upload upload`, and what they mean.
 */
import { isIP } from 'node:net'
import { parseProxy } from '../client/proxy-link.ts'
import { UsageError } from '../errors.ts'
import { TRANSPORTS } from '../transport/codec.ts'
import type { TransportName } from '../transport/transport-name.ts'
import { type Arguments, type OptionTable, parseArguments, parseInteger } from './args.ts'
import { hide } from './io.ts'

const MAX_INT = 2 ** 31 - 1
const DEFAULT_DC = 2
/** More at a time gain nothing, and each is an open file. */
const MAX_CONCURRENCY = 64
/** Seconds that connecting and logging in may take. */
export const DEFAULT_TIMEOUT = 60

type Option =
  | 'api-hash'
  | 'api-id'
  | 'as'
  | 'bot-token'
  | 'concurrency'
  | 'dc'
  | 'dc-id'
  | 'ipv6'
  | 'journal'
  | 'json'
  | 'lanes'
  | 'max-wait'
  | 'mime'
  | 'name'
  | 'no-resume'
  | 'peer'
  | 'pfs'
  | 'proxy'
  | 'quiet'
  | 'server-key'
  | 'session'
  | 'spoiler'
  | 'test'
  | 'timeout'
  | 'transport'
  | 'ttl'
  | 'verbose'

/** Every option of the command. */
export const OPTIONS: OptionTable<Option> = {
  'api-hash': { takes: 'value' },
  'api-id': { takes: 'value' },
  as: { takes: 'value' },
  'bot-token': { takes: 'value' },
  concurrency: { takes: 'value' },
  dc: { takes: 'value' },
  'dc-id': { takes: 'value' },
  ipv6: { takes: 'nothing' },
  journal: { takes: 'value' },
  json: { takes: 'nothing' },
  lanes: { takes: 'value' },
  'max-wait': { takes: 'value' },
  mime: { takes: 'value' },
  name: { takes: 'value' },
  'no-resume': { takes: 'nothing' },
  peer: { takes: 'value' },
  pfs: { takes: 'nothing' },
  proxy: { takes: 'value' },
  quiet: { takes: 'nothing', short: 'q' },
  'server-key': { takes: 'values' },
  session: { takes: 'value' },
  spoiler: { takes: 'nothing' },
  test: { takes: 'nothing' },
  timeout: { takes: 'value' },
  transport: { takes: 'value' },
  ttl: { takes: 'value' },
  verbose: { takes: 'nothing', short: 'v' },
}

/** What the command is told to do. */
export interface UploadJob {
  readonly files: readonly string[]
  readonly apiId: number
  readonly apiHash: string
  readonly botToken: string | undefined
  readonly session: string | undefined
  /** Folder for notes of unfinished uploads, if one was named. */
  readonly journal: string | undefined
  /** Whether unfinished uploads are noted and gone on with. */
  readonly resume: boolean
  readonly as: 'photo' | 'document' | undefined
  readonly peer: string
  readonly name: string | undefined
  readonly mime: string | undefined
  readonly spoiler: boolean
  readonly ttl: number | undefined
  readonly dc: { readonly host: string; readonly port: number } | undefined
  readonly serverKeys: readonly string[]
  readonly dcId: number
  readonly test: boolean
  readonly transport: TransportName | undefined
  /** Perfect forward secrecy. */
  readonly pfs: boolean
  readonly proxy: string | undefined
  readonly ipv6: boolean
  readonly lanes: number | undefined
  /** Files under way at a time. */
  readonly concurrency: number | undefined
  readonly maxWait: number | undefined
  readonly timeout: number
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
}

/** Where secrets may come from besides the command line. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the command line and the environment.
 * @throws UsageError that says what is wrong or missing
 */
export function readUploadJob(argv: readonly string[], environment: Environment): UploadJob {
  const options = parseArguments(argv, OPTIONS, (spelled) => `; a file of that name is written ./${spelled}`)
  hideSecrets(options, environment)
  const job = {
    files: options.operands,
    session: options.text('session'),
    journal: options.text('journal'),
    resume: !options.has('no-resume'),
    as: options.choice('as', ['photo', 'document']),
    peer: options.text('peer') ?? 'me',
    name: options.text('name'),
    mime: options.text('mime'),
    spoiler: options.has('spoiler'),
    ttl: options.integer('ttl', 1, MAX_INT),
    dc: options.has('dc') ? parseAddress(options.text('dc')!) : undefined,
    serverKeys: options.all('server-key'),
    dcId: options.integer('dc-id', 1, 9999) ?? DEFAULT_DC,
    test: options.has('test'),
    transport: options.choice('transport', TRANSPORTS),
    pfs: options.has('pfs'),
    proxy: readProxy(options, environment),
    ipv6: options.has('ipv6'),
    lanes: options.integer('lanes', 1, 16),
    concurrency: options.integer('concurrency', 1, MAX_CONCURRENCY),
    maxWait: options.integer('max-wait', 0, MAX_INT),
    timeout: options.integer('timeout', 1, MAX_INT) ?? DEFAULT_TIMEOUT,
    json: options.has('json'),
    quiet: options.has('quiet'),
    verbose: options.has('verbose'),
  } satisfies Partial<UploadJob>
  if (options.has('dc-id') && !job.dc) {
    throw new UsageError("--dc-id goes with --dc; among Telegram's, the account's datacenter is found by itself")
  }
  checkTogether(job)
  return { ...job, ...readLogin(options, environment) }
}

function readLogin(
  options: Arguments<Option>,
  environment: Environment,
): Pick<UploadJob, 'apiId' | 'apiHash' | 'botToken'> {
  const apiId = parseInteger(required(options, 'api-id', 'MTPROTO_API_ID', environment), 'the api id', 1, MAX_INT)
  const apiHash = required(options, 'api-hash', 'MTPROTO_API_HASH', environment)
  const botToken = options.text('bot-token') ?? (environment.MTPROTO_BOT_TOKEN || undefined)
  if (botToken !== undefined && !/^\d+:\S+$/.test(botToken)) {
    throw new UsageError('the bot token is not one of @BotFather, which is a number, a colon and 35 characters')
  }
  return { apiId, apiHash, botToken }
}

/**
 * Keeps secrets out of what is printed, before anything else is looked at: one that stands in another's place would be
 * shown as what it cannot be. A real api id is too short to be hidden; what is longer may be the hash or the token.
 */
function hideSecrets(options: Arguments<Option>, environment: Environment): void {
  for (const name of ['api-id', 'api-hash', 'bot-token', 'proxy'] as const) {
    hide(options.text(name))
    hide(environment[`MTPROTO_${name.toUpperCase().replace('-', '_')}`])
  }
}

/** The proxy, checked. */
function readProxy(options: Arguments<Option>, environment: Environment): string | undefined {
  const proxy = options.text('proxy') ?? (environment.MTPROTO_PROXY || undefined)
  if (proxy === undefined) return undefined
  const { type } = parseProxy(proxy)
  const transport = options.text('transport')
  if (type === 'mtproxy' && transport !== undefined) {
    throw new UsageError('an MTProxy decides how packets travel: leave --transport out')
  }
  if (transport === 'http') throw new UsageError('--transport http goes through no proxy; choose another one, or none')
  return proxy
}

/** What cannot go together, or not without the other. */
function checkTogether(job: Omit<UploadJob, 'apiId' | 'apiHash' | 'botToken'>): void {
  const { files, dc, serverKeys, as, mime, name } = job
  if (files.length === 0) throw new UsageError('no file is named; give at least one, or - for standard input')
  if (files.includes('')) throw new UsageError('the name of a file is empty; is a variable of the shell unset?')
  if (files.filter((file) => file === '-').length > 1)
    throw new UsageError('standard input (-) can be uploaded only once')
  if (name !== undefined && files.length > 1) throw new UsageError('--name is for one file, and several are given')
  if (mime !== undefined && as === 'photo')
    throw new UsageError('--mime is for documents; the server sees itself what a photo is')
  if (mime !== undefined && !/^[\w.+-]+\/[\w.+-]+$/.test(mime))
    throw new UsageError(`--mime is like image/png; it cannot be "${mime}"`)
  if (!/^(me|empty|@?[a-z]\w{3,31})$/i.test(job.peer)) {
    throw new UsageError(`--peer is me, empty or @username; it cannot be "${job.peer}"`)
  }
  if (job.journal === '') throw new UsageError('--journal takes a folder, and its name is empty')
  if (job.journal !== undefined && !job.resume) throw new UsageError('--journal and --no-resume exclude each other')
  if (job.quiet && job.verbose) throw new UsageError('--quiet and --verbose exclude each other')
  if (dc && serverKeys.length === 0) {
    throw new UsageError('--dc needs --server-key: without the public key of the server, anyone could pretend to be it')
  }
  if (!dc && serverKeys.length > 0)
    throw new UsageError("--server-key goes with --dc; Telegram's own keys are built in")
}

function required(options: Arguments<Option>, name: Option, variable: string, environment: Environment): string {
  const value = options.text(name) ?? environment[variable]
  if (!value)
    throw new UsageError(`--${name} or the environment variable ${variable} is needed; see https://my.telegram.org`)
  return value
}

/**
 * Reads `HOST:PORT`, where an IPv6 address stands in brackets.
 * @throws UsageError for anything else
 */
export function parseAddress(text: string): { readonly host: string; readonly port: number } {
  const [, inBrackets, name, digits] = /^(?:\[([^\]]*)\]|([^\s:/[\]]+)):(\d{1,5})$/.exec(text) ?? []
  const host = inBrackets ?? name
  const port = Number(digits)
  if (inBrackets !== undefined && isIP(inBrackets) !== 6)
    throw new UsageError(`--dc: "${inBrackets}" is no IPv6 address`)
  if (host === undefined || !(port >= 1 && port <= 65_535)) {
    const hint = isIP(text) === 6 ? '; an IPv6 address stands in brackets' : ''
    throw new UsageError(`--dc is HOST:PORT or [IPV6]:PORT, with a port from 1 to 65535; it cannot be "${text}"${hint}`)
  }
  return { host, port }
}
