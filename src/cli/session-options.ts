/**
 * The options of `mtproto-upload session`, and what they mean.
 */
import type { StringAddress, StringFormat } from '../client/session-strings/index.ts'
import { UsageError } from '../errors.ts'
import { nearest, type OptionTable, parseArguments, parseInteger } from './args.ts'
import { type Environment, MAX_INT, parseAddress, requireSession } from './connection-options.ts'

type Option = 'api-id' | 'as' | 'dc' | 'force' | 'json' | 'session' | 'test' | 'verbose'

/** Every option of the command. */
export const OPTIONS: OptionTable<Option> = {
  'api-id': { takes: 'value' },
  as: { takes: 'value' },
  dc: { takes: 'value' },
  force: { takes: 'nothing' },
  json: { takes: 'nothing' },
  session: { takes: 'value' },
  test: { takes: 'nothing' },
  verbose: { takes: 'nothing', short: 'v' },
}

const ACTIONS = ['show', 'export', 'import'] as const
const FORMATS: readonly (StringFormat | 'mtproto-upload')[] = [
  'mtproto-upload',
  'telethon',
  'gramjs',
  'pyrogram',
  'mtcute',
]

/** The options that an action takes beside `session` and `verbose`. */
const TAKES: Readonly<Record<(typeof ACTIONS)[number], readonly Option[]>> = {
  show: ['json'],
  export: ['as', 'api-id', 'dc'],
  import: ['as', 'force', 'test'],
}

/** What the command is told to do. */
export interface SessionJob {
  readonly action: (typeof ACTIONS)[number]
  readonly session: string
  /** The library whose strings are meant. */
  readonly as: StringFormat | 'mtproto-upload' | undefined
  readonly apiId: number | undefined
  readonly address: StringAddress | undefined
  readonly test: boolean
  readonly force: boolean
  readonly json: boolean
  readonly verbose: boolean
}

/** Reads the command line and the environment. @throws UsageError that says what is wrong or missing */
export function readSessionJob(argv: readonly string[], environment: Environment): SessionJob {
  const options = parseArguments(argv, OPTIONS)
  const [word = 'show', ...more] = options.operands
  const action = ACTIONS.find((one) => one === word)
  if (action === undefined) {
    // It may be a session string: only what is nearly a word of ours is shown.
    const near = nearest(word, ACTIONS)
    throw new UsageError(
      `session is followed by ${ACTIONS.slice(0, -1).join(', ')} or ${ACTIONS.at(-1)}${near ? `; did you mean ${near}?` : ''}`,
    )
  }
  if (more.length > 0) {
    throw new UsageError(
      action === 'import'
        ? 'a session string is never given on the command line, which the shell keeps and others can see: ' +
            'give it on standard input, or type it when asked'
        : `session ${action} takes no operands`,
    )
  }
  for (const name of Object.keys(OPTIONS) as Option[]) {
    if (!options.has(name) || name === 'session' || name === 'verbose' || TAKES[action].includes(name)) continue
    throw new UsageError(`--${name} is not for session ${action}`)
  }
  const apiId = options.text('api-id') ?? (action === 'export' ? environment.MTPROTO_API_ID || undefined : undefined)
  return {
    action,
    session: requireSession(options.text('session')),
    as: options.choice('as', FORMATS),
    apiId: apiId === undefined ? undefined : parseInteger(apiId, 'the api id', 1, MAX_INT),
    address: options.has('dc') ? parseAddress(options.text('dc')!) : undefined,
    test: options.has('test'),
    force: options.has('force'),
    json: options.has('json'),
    verbose: options.has('verbose'),
  }
}
