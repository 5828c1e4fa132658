/**
 * The options of `mtproto-upload serve`, and what they mean.
 */
import { fromHex } from '../bytes.ts'
import { UsageError } from '../errors.ts'
import { parseSecret } from '../transport/proxy/mtproxy.ts'
import { type OptionTable, parseArguments } from './args.ts'

type Option =
  | 'dc-id'
  | 'dcs'
  | 'host'
  | 'key'
  | 'pfs'
  | 'port'
  | 'proxy-port'
  | 'secret'
  | 'storage'
  | 'verbose'
  | 'write-key'

/** Every option of the command. */
export const OPTIONS: OptionTable<Option> = {
  'dc-id': { takes: 'value' },
  dcs: { takes: 'value' },
  host: { takes: 'value' },
  key: { takes: 'value' },
  pfs: { takes: 'nothing' },
  port: { takes: 'value' },
  'proxy-port': { takes: 'value' },
  secret: { takes: 'value' },
  storage: { takes: 'value' },
  verbose: { takes: 'nothing', short: 'v' },
  'write-key': { takes: 'value' },
}

/** What the command is told to do. */
export interface ServeJob {
  readonly port: number
  readonly host: string
  readonly dcId: number
  /** Run so many datacenters that share one world, numbered from 1. */
  readonly dcs: number | undefined
  /** File to write the public key to. */
  readonly writeKey: string | undefined
  /** File with the private key to use. */
  readonly key: string | undefined
  /** Folder for what is uploaded. */
  readonly storage: string | undefined
  /** Refuse clients without perfect forward secrecy. */
  readonly pfs: boolean
  /** Secret of an MTProxy to run beside, and the port of it. */
  readonly secret: Uint8Array | undefined
  readonly proxyPort: number
  readonly verbose: boolean
}

/**
 * Reads the command line.
 * @throws UsageError that says what is wrong
 */
export function readServeJob(argv: readonly string[]): ServeJob {
  const options = parseArguments(argv, OPTIONS)
  if (options.operands.length > 0) throw new UsageError(`serve takes no operands, and got "${options.operands[0]}"`)
  const dcs = options.integer('dcs', 1, 99)
  const dcId = options.integer('dc-id', 1, 9999)
  if (dcs !== undefined && dcId !== undefined)
    throw new UsageError('--dcs and --dc-id exclude each other: several datacenters are numbered from 1')
  const port = options.integer('port', 0, 65_535) ?? 0
  if (port > 0 && port + (dcs ?? 1) > 65_536)
    throw new UsageError(`there are not ${dcs} ports from ${port} on: the last one is 65535`)
  const secret = options.text('secret')
  const proxyPort = options.integer('proxy-port', 0, 65_535)
  if (proxyPort !== undefined && secret === undefined) throw new UsageError('--proxy-port takes a --secret too')
  return {
    port,
    host: options.text('host') ?? '127.0.0.1',
    dcId: dcId ?? 2,
    dcs,
    writeKey: options.text('write-key'),
    key: options.text('key'),
    storage: options.text('storage'),
    pfs: options.has('pfs'),
    secret: secret === undefined ? undefined : readSecret(secret),
    proxyPort: proxyPort ?? 0,
    verbose: options.has('verbose'),
  }
}

function readSecret(hex: string): Uint8Array {
  let secret: Uint8Array
  try {
    secret = fromHex(hex)
  } catch {
    throw new UsageError('--secret takes hex digits')
  }
  try {
    parseSecret(secret)
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`--secret: ${error.message}`) : error
  }
  return secret
}
