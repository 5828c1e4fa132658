/**
 * The options of `mtproto-upload login` and `mtproto-upload logout`, and what they mean.
 */
import { UsageError } from '../errors.ts'
import { type OptionTable, parseArguments } from './args.ts'
import {
  CONNECTION_OPTIONS,
  type ConnectionJob,
  type ConnectionOption,
  checkWay,
  type Environment,
  readApplication,
  readBotToken,
  readWay,
  requireSession,
} from './connection-options.ts'

type LoginOption = ConnectionOption | 'force' | 'phone' | 'qr'
type LogoutOption = Exclude<ConnectionOption, 'bot-token'>

/** Every option of `login`. */
export const LOGIN_OPTIONS: OptionTable<LoginOption> = {
  ...CONNECTION_OPTIONS,
  force: { takes: 'nothing' },
  phone: { takes: 'value' },
  qr: { takes: 'nothing' },
}

const { 'bot-token': _token, ...WITHOUT_TOKEN } = CONNECTION_OPTIONS

/** Every option of `logout`. */
export const LOGOUT_OPTIONS: OptionTable<LogoutOption> = WITHOUT_TOKEN

/** What `logout` is told to do. */
export interface LogoutJob extends ConnectionJob {
  readonly session: string
}

/** What `login` is told to do. */
export interface LoginJob extends LogoutJob {
  /** The number, if it was given. */
  readonly phone: string | undefined
  /** By QR code instead of a number. */
  readonly qr: boolean
  /** End the login that is there first. */
  readonly force: boolean
}

/** Reads the command line of `login` and the environment. @throws UsageError that says what is wrong or missing */
export function readLoginJob(argv: readonly string[], environment: Environment): LoginJob {
  const options = parseArguments(argv, LOGIN_OPTIONS)
  const way = readWay(options, environment)
  noOperands('login', options.operands)
  const phone = options.text('phone')
  const qr = options.has('qr')
  const ways = (['phone', 'qr', 'bot-token'] as const).filter((name) => options.has(name))
  if (ways.length > 1) throw new UsageError(`${ways.map((name) => `--${name}`).join(' and ')} exclude each other`)
  checkWay(way)
  return {
    ...way,
    session: requireSession(way.session),
    phone,
    qr,
    force: options.has('force'),
    ...readApplication(options, environment),
    // Whoever asks for another way has it, whatever stands in the environment.
    botToken: phone === undefined && !qr ? readBotToken(options, environment) : undefined,
  }
}

/** Reads the command line of `logout` and the environment. @throws UsageError that says what is wrong or missing */
export function readLogoutJob(argv: readonly string[], environment: Environment): LogoutJob {
  const options = parseArguments(argv, LOGOUT_OPTIONS as OptionTable<ConnectionOption>)
  const way = readWay(options, environment)
  noOperands('logout', options.operands)
  checkWay(way)
  return {
    ...way,
    session: requireSession(way.session),
    ...readApplication(options, environment),
    botToken: undefined,
  }
}

function noOperands(command: string, operands: readonly string[]): void {
  // What it is is not shown: it may be a code or a password.
  if (operands.length > 0) throw new UsageError(`${command} takes no operands; it asks for what it needs`)
}
