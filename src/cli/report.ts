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
  // What already names the file needs it no second time.
  const subject = about === undefined || message.includes(about) ? '' : `${about}: `
  if (error instanceof UsageError) {
    return `${PROGRAM}: ${subject}${message} ("${PROGRAM}${command ? ` ${command}` : ''} --help" tells more)`
  }
  if (error instanceof MtprotoError || error instanceof Failure || error instanceof Interrupted) {
    return `${PROGRAM}: ${subject}${message}`
  }
  return `${PROGRAM}: ${subject}internal error: ${message}; please report it as a bug, with what --verbose prints`
}

/** Prints the sentence on standard error. */
export function report(error: unknown, options: ReportOptions = {}): void {
  say(sentenceOf(error, options))
  if (!options.verbose) return
  for (let at: unknown = error; at instanceof Error; at = at.cause) sayLines(at.stack ?? String(at))
}
