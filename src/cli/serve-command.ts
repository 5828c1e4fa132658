/**
 * `mtproto-upload serve`: its options and its help text. What it does is in `serve.ts`, loaded when it runs.
 */
import { UsageError } from '../errors.ts'
import { type OptionTable, parseArguments } from './args.ts'
import type { Command } from './command.ts'

type Option = 'dc-id' | 'host' | 'key' | 'port' | 'storage' | 'verbose' | 'write-key'

/** Every option of the command. */
export const OPTIONS: OptionTable<Option> = {
  'dc-id': { takes: 'value' },
  host: { takes: 'value' },
  key: { takes: 'value' },
  port: { takes: 'value' },
  storage: { takes: 'value' },
  verbose: { takes: 'nothing', short: 'v' },
  'write-key': { takes: 'value' },
}

const HELP = `Usage: mtproto-upload serve [OPTION]...

Runs a datacenter to try clients on: any MTProto 2.0 client can exchange keys,
log in with any bot token, upload files and make media of them. All framings,
obfuscation and WebSocket are served on one port. What is uploaded is forgotten
when the server stops.

  --port N            TCP port; any free one by default
  --host ADDRESS      address to listen on; 127.0.0.1 by default
  --write-key FILE    write the public key for clients, PEM (PKCS#1); without
                      this, the key is printed
  --key FILE          use this private key, PEM, RSA of 2048 bits, so that clients
                      keep theirs; by default, a new one at each start
  --dc-id N           number of the datacenter; 2 by default
  --storage DIR       folder for the file that holds what is uploaded; the system's
                      folder for temporary files by default
  -v, --verbose       print each request on standard error
  -h, --help          this text

The address and where the key is go to standard output. Ctrl+C stops the server:
exit code 0.

Example:
  mtproto-upload serve --port 4430 --write-key key.pem
`

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
    verbose: options.has('verbose'),
  }
}

export const command: Command = {
  help: HELP,
  prepare(argv) {
    const job = readServeJob(argv)
    return { verbose: job.verbose, run: async () => (await import('./serve.ts')).serve(job) }
  },
}
