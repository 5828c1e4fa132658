/**
 * Tells people what went wrong: one sentence, and with `--verbose` where in the program it happened.
 */
import { MtprotoError, UsageError } from '../errors.ts'
import { Interrupted } from './interrupt.ts'
import { Failure, say, sayLines } from './io.ts'

/** Name of the program in its messages. */
export const PROGRAM = 'mtproto-upload'

export interface ReportOptions {
  /** The command, for the hint after a usage error. */
  readonly command?: string | undefined
  /** What it was about, put in front: a file. */
  readonly about?: string | undefined
  /** With the stack, and that of each cause. */
  readonly verbose?: boolean | undefined
}

/** The sentence for an error. */
export function sentenceOf(error: unknown, { command, about }: ReportOptions = {}): string {
  const message = error instanceof Error ? error.message : String(error)
  const subject = about === undefined || isAbout(message, about) ? '' : `${about}: `
  if (error instanceof UsageError) {
    return `${PROGRAM}: ${subject}${message} ("${PROGRAM}${command ? ` ${command}` : ''} --help" tells more)`
  }
  if (error instanceof MtprotoError || error instanceof Failure || error instanceof Interrupted) {
    return `${PROGRAM}: ${subject}${message}`
  }
  return `${PROGRAM}: ${subject}internal error: ${message}; please report it as a bug, with what --verbose prints`
}

/**
 * Whether the message itself begins with the name, alone or after "cannot read": then it needs it no second time.
 * Anywhere else the same letters may mean something else; files are called `a`, `me` or `file`.
 */
function isAbout(message: string, name: string): boolean {
  return ['', 'cannot read '].some((start) => {
    const rest = message.startsWith(start + name) ? message.slice(start.length + name.length) : undefined
    return rest !== undefined && /^(?:$|[:;,]?\s)/.test(rest)
  })
}

/** Prints the sentence on standard error. */
export function report(error: unknown, options: ReportOptions = {}): void {
  say(sentenceOf(error, options))
  if (!options.verbose) return
  for (let at: unknown = error; at instanceof Error; at = at.cause) sayLines(at.stack ?? String(at))
}
