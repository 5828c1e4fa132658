/**
 * The options of `mtproto-upload serve`, and what they mean.
 */
import { UsageError } from '../errors.ts'
import { type OptionTable, parseArguments } from './args.ts'

type Option = 'dc-id' | 'host' | 'key' | 'pfs' | 'port' | 'storage' | 'verbose' | 'write-key'

/** Every option of the command. */
export const OPTIONS: OptionTable<Option> = {
  'dc-id': { takes: 'value' },
  host: { takes: 'value' },
  key: { takes: 'value' },
  pfs: { takes: 'nothing' },
  port: { takes: 'value' },
  storage: { takes: 'value' },
  verbose: { takes: 'nothing', short: 'v' },
  'write-key': { takes: 'value' },
}

/** What the command is told to do. */
export interface ServeJob {
  readonly port: number
  readonly host: string
  readonly dcId: number
  /** File to write the public key to. */
  readonly writeKey: string | undefined
  /** File with the private key to use. */
  readonly key: string | undefined
  /** Folder for what is uploaded. */
  readonly storage: string | undefined
  /** Refuse clients without perfect forward secrecy. */
  readonly pfs: boolean
  readonly verbose: boolean
}

/**
 * Reads the command line.
 * @throws UsageError that says what is wrong
 */
export function readServeJob(argv: readonly string[]): ServeJob {
  const options = parseArguments(argv, OPTIONS)
  if (options.operands.length > 0) throw new UsageError(`serve takes no operands, and got "${options.operands[0]}"`)
  return {
    port: options.integer('port', 0, 65_535) ?? 0,
    host: options.text('host') ?? '127.0.0.1',
    dcId: options.integer('dc-id', 1, 9999) ?? 2,
    writeKey: options.text('write-key'),
    key: options.text('key'),
    storage: options.text('storage'),
    pfs: options.has('pfs'),
    verbose: options.has('verbose'),
  }
}
