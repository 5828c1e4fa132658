/**
 * The options that every command has which speaks to a server: the application, the session, which server, and how.
 */
import { isIP } from 'node:net'
import { parseProxy } from '../client/proxy-link.ts'
import { UsageError } from '../errors.ts'
import { TRANSPORTS } from '../transport/codec.ts'
import type { TransportName } from '../transport/transport-name.ts'
import { type Arguments, type OptionTable, parseInteger } from './args.ts'
import { hide } from './io.ts'

/** Largest number that the API takes for ids and seconds. */
export const MAX_INT: number = 2 ** 31 - 1
const DEFAULT_DC = 2
/** Seconds that connecting and logging in may take. */
export const DEFAULT_TIMEOUT = 60

/** Names of these options. */
export type ConnectionOption =
  | 'api-hash'
  | 'api-id'
  | 'bot-token'
  | 'dc'
  | 'dc-id'
  | 'ipv6'
  | 'log-json'
  | 'max-wait'
  | 'pfs'
  | 'proxy'
  | 'quiet'
  | 'server-key'
  | 'session'
  | 'test'
  | 'timeout'
  | 'transport'
  | 'verbose'

/** What they take. */
export const CONNECTION_OPTIONS: OptionTable<ConnectionOption> = {
  'api-hash': { takes: 'value' },
  'api-id': { takes: 'value' },
  'bot-token': { takes: 'value' },
  dc: { takes: 'value' },
  'dc-id': { takes: 'value' },
  ipv6: { takes: 'nothing' },
  'log-json': { takes: 'nothing' },
  'max-wait': { takes: 'value' },
  pfs: { takes: 'nothing' },
  proxy: { takes: 'value' },
  quiet: { takes: 'nothing', short: 'q' },
  'server-key': { takes: 'values' },
  session: { takes: 'value' },
  test: { takes: 'nothing' },
  timeout: { takes: 'value' },
  transport: { takes: 'value' },
  verbose: { takes: 'nothing', short: 'v' },
}

/** Who wants to be let in. */
export interface Credentials {
  readonly apiId: number
  readonly apiHash: string
  readonly botToken: string | undefined
}

/** Where the way leads, and how. */
export interface WayJob {
  readonly session: string | undefined
  readonly dc: { readonly host: string; readonly port: number } | undefined
  readonly serverKeys: readonly string[]
  readonly dcId: number
  readonly test: boolean
  readonly transport: TransportName | undefined
  /** Perfect forward secrecy. */
  readonly pfs: boolean
  readonly proxy: string | undefined
  readonly ipv6: boolean
  readonly maxWait: number | undefined
  readonly timeout: number
  readonly quiet: boolean
  readonly verbose: boolean
  /** Events as lines of JSON. */
  readonly logJson: boolean
}

/** Everything that a connection is made from. */
export type ConnectionJob = WayJob & Credentials

/** Where secrets may come from besides the command line. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The options of a command line, those of a connection among them. */
type Given = Pick<Arguments<ConnectionOption>, 'has' | 'text' | 'all' | 'integer' | 'choice'>

/** Lines of help about the application, the same for every command. */
export const APPLICATION_HELP: string = `The application; others can see the command line, so that the environment is
the better place (an option wins over it):
  --api-id N          MTPROTO_API_ID: its number, and
  --api-hash HASH     MTPROTO_API_HASH: its hash, both from my.telegram.org`

/** Reads the session's file, for commands that are of no use without. @throws UsageError */
export function requireSession(session: string | undefined): string {
  if (session !== undefined) return session
  throw new UsageError('--session is needed: the file in which the login is kept')
}

/** Lines of help about them, the same for every command. */
export const WAY_HELP: string = `Which server, and how:
  --dc HOST:PORT      a server other than Telegram's; IPv6 as [::1]:443
  --server-key FILE   its public key, PEM; needed with --dc, may be repeated
  --dc-id N           its number as a datacenter; 2 by default
  --test              Telegram's test datacenters; with --dc, a server that
                      takes itself for one of them
  --transport NAME    ${TRANSPORTS.join(', ')}
                      (intermediate by default)
  --pfs               send everything under temporary keys that are not stored
                      (perfect forward secrecy)
  --proxy URL         MTPROTO_PROXY: a proxy to go through, one of
                      socks5://[USER:PASSWORD@]HOST:PORT, http://..., or a
                      tg://proxy, tg://socks or https://t.me/... link; not with
                      --transport http, and an MTProxy takes no --transport
  --ipv6              try IPv6 addresses first; by default IPv4 ones are`

/** Lines of help about what is waited for, the same for every command. */
export const WAIT_HELP: string = `  --max-wait S        longest wait to sit out when the server asks for one;
                      60 s by default
  --timeout S         longest time to connect and log in; ${DEFAULT_TIMEOUT} s by default`

/** Reads them, but for the credentials. @throws UsageError for what cannot be */
export function readWay(options: Given, environment: Environment): WayJob {
  hideSecrets(options, environment)
  const job: WayJob = {
    session: options.text('session'),
    dc: options.has('dc') ? parseAddress(options.text('dc')!) : undefined,
    serverKeys: options.all('server-key'),
    dcId: options.integer('dc-id', 1, 9999) ?? DEFAULT_DC,
    test: options.has('test'),
    transport: options.choice('transport', TRANSPORTS),
    pfs: options.has('pfs'),
    proxy: readProxy(options, environment),
    ipv6: options.has('ipv6'),
    maxWait: options.integer('max-wait', 0, MAX_INT),
    timeout: options.integer('timeout', 1, MAX_INT) ?? DEFAULT_TIMEOUT,
    quiet: options.has('quiet'),
    verbose: options.has('verbose'),
    logJson: options.has('log-json'),
  }
  if (options.has('dc-id') && !job.dc) {
    throw new UsageError("--dc-id goes with --dc; among Telegram's, the account's datacenter is found by itself")
  }
  return job
}

/** What of them cannot go together, or not without the other. @throws UsageError */
export function checkWay({ dc, serverKeys, quiet, verbose }: WayJob): void {
  if (quiet && verbose) throw new UsageError('--quiet and --verbose exclude each other')
  if (dc && serverKeys.length === 0) {
    throw new UsageError('--dc needs --server-key: without the public key of the server, anyone could pretend to be it')
  }
  if (!dc && serverKeys.length > 0)
    throw new UsageError("--server-key goes with --dc; Telegram's own keys are built in")
}

/** Reads the application's number and hash, and a bot's token if there is one. @throws UsageError */
export function readCredentials(options: Given, environment: Environment): Credentials {
  return { ...readApplication(options, environment), botToken: readBotToken(options, environment) }
}

/** Reads the application's number and hash. @throws UsageError */
export function readApplication(options: Given, environment: Environment): Pick<Credentials, 'apiId' | 'apiHash'> {
  const apiId = parseInteger(required(options, 'api-id', 'MTPROTO_API_ID', environment), 'the api id', 1, MAX_INT)
  return { apiId, apiHash: required(options, 'api-hash', 'MTPROTO_API_HASH', environment) }
}

/** Reads a bot's token, if there is one. @throws UsageError */
export function readBotToken(options: Given, environment: Environment): string | undefined {
  const botToken = options.text('bot-token') ?? (environment.MTPROTO_BOT_TOKEN || undefined)
  if (botToken !== undefined && !/^\d+:\S+$/.test(botToken)) {
    throw new UsageError('the bot token is not one of @BotFather, which is a number, a colon and 35 characters')
  }
  return botToken
}

/**
 * Keeps secrets out of what is printed, before anything else is looked at: one that stands in another's place would be
 * shown as what it cannot be. A real api id is too short to be hidden; what is longer may be the hash or the token.
 */
function hideSecrets(options: Given, environment: Environment): void {
  for (const name of ['api-id', 'api-hash', 'bot-token', 'proxy'] as const) {
    hide(options.text(name))
    hide(environment[`MTPROTO_${name.toUpperCase().replace('-', '_')}`])
  }
}

/** The proxy, checked. */
function readProxy(options: Given, environment: Environment): string | undefined {
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

function required(options: Given, name: ConnectionOption, variable: string, environment: Environment): string {
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
