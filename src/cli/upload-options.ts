/**
 * The options of `mtproto-upload upload`, and what they mean.
 */
import { identify } from '../client/peers/identify.ts'
import { UsageError } from '../errors.ts'
import { type OptionTable, parseArguments } from './args.ts'
import {
  CONNECTION_OPTIONS,
  type ConnectionJob,
  type ConnectionOption,
  checkWay,
  type Environment,
  MAX_INT,
  readCredentials,
  readWay,
} from './connection-options.ts'
import { checkKind, KINDS, type Kind } from './kinds.ts'

/** More at a time gain nothing, and each is an open file. */
const MAX_CONCURRENCY = 64

type Option =
  | ConnectionOption
  | 'as'
  | 'concurrency'
  | 'journal'
  | 'json'
  | 'lanes'
  | 'mime'
  | 'name'
  | 'no-probe'
  | 'no-resume'
  | 'peer'
  | 'spoiler'
  | 'ttl'

/** Every option of the command. */
export const OPTIONS: OptionTable<Option> = {
  ...CONNECTION_OPTIONS,
  as: { takes: 'value' },
  concurrency: { takes: 'value' },
  journal: { takes: 'value' },
  json: { takes: 'nothing' },
  lanes: { takes: 'value' },
  mime: { takes: 'value' },
  name: { takes: 'value' },
  'no-probe': { takes: 'nothing' },
  'no-resume': { takes: 'nothing' },
  peer: { takes: 'value' },
  spoiler: { takes: 'nothing' },
  ttl: { takes: 'value' },
}

/** What the command is told to do. */
export interface UploadJob extends ConnectionJob {
  readonly files: readonly string[]
  /** Folder for notes of unfinished uploads, if one was named. */
  readonly journal: string | undefined
  /** Whether unfinished uploads are noted and gone on with. */
  readonly resume: boolean
  readonly as: Kind | undefined
  /** Whether files are looked at. */
  readonly probe: boolean
  readonly peer: string
  readonly name: string | undefined
  readonly mime: string | undefined
  readonly spoiler: boolean
  readonly ttl: number | undefined
  readonly lanes: number | undefined
  /** Files under way at a time. */
  readonly concurrency: number | undefined
  readonly json: boolean
}

/**
 * Reads the command line and the environment.
 * @throws UsageError that says what is wrong or missing
 */
export function readUploadJob(argv: readonly string[], environment: Environment): UploadJob {
  const options = parseArguments(argv, OPTIONS, (spelled) => `; a file of that name is written ./${spelled}`)
  const job = {
    ...readWay(options, environment),
    files: options.operands,
    journal: options.text('journal'),
    resume: !options.has('no-resume'),
    as: options.choice('as', KINDS),
    probe: !options.has('no-probe'),
    peer: options.text('peer') ?? 'me',
    name: options.text('name'),
    mime: options.text('mime'),
    spoiler: options.has('spoiler'),
    ttl: options.integer('ttl', 1, MAX_INT),
    lanes: options.integer('lanes', 1, 16),
    concurrency: options.integer('concurrency', 1, MAX_CONCURRENCY),
    json: options.has('json'),
  } satisfies Partial<UploadJob>
  checkTogether(job)
  checkWay(job)
  return { ...job, ...readCredentials(options, environment) }
}

/** Before anything is done: who is meant must be one who can be. */
function checkPeer(peer: string): void {
  try {
    identify(peer)
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`--peer: ${error.message}`) : error
  }
}

/** What cannot go together, or not without the other. */
function checkTogether(job: Omit<UploadJob, 'apiId' | 'apiHash' | 'botToken'>): void {
  const { files, as, mime, name } = job
  if (files.length === 0) throw new UsageError('no file is named; give at least one, or - for standard input')
  if (files.includes('')) throw new UsageError('the name of a file is empty; is a variable of the shell unset?')
  if (files.filter((file) => file === '-').length > 1)
    throw new UsageError('standard input (-) can be uploaded only once')
  if (name !== undefined && files.length > 1) throw new UsageError('--name is for one file, and several are given')
  checkKind(as, {
    '--spoiler': job.spoiler,
    '--ttl': job.ttl !== undefined,
    '--name': name !== undefined,
    '--mime': mime !== undefined,
    '--no-probe': !job.probe,
  })
  if (mime !== undefined && !/^[\w.+-]+\/[\w.+-]+$/.test(mime))
    throw new UsageError(`--mime is like image/png; it cannot be "${mime}"`)
  checkPeer(job.peer)
  if (job.journal === '') throw new UsageError('--journal takes a folder, and its name is empty')
  if (job.journal !== undefined && !job.resume) throw new UsageError('--journal and --no-resume exclude each other')
}
