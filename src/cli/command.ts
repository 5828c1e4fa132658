/**
 * What a command of the program is made of.
 */
import type { ExitCode } from './exit-codes.ts'

/** A command line that was understood, ready to run. */
export interface Prepared {
  /** Whether errors are told with their stacks. */
  readonly verbose: boolean
  /** Does it. Errors that it throws are reported by the caller. */
  run(): Promise<ExitCode>
}

/** One command; each lives in a module of its own, which is loaded when the command is called. */
export interface Command {
  readonly help: string
  /** Reads the command line, without doing anything yet. @throws UsageError */
  prepare(argv: readonly string[]): Prepared
}
