#!/usr/bin/env node
/**
 * The program `mtproto-upload`. Loads what a command needs only once it is clear that it will run, so that `--help`,
 * `--version` and mistakes on the command line are answered at once.
 */
import { VERSION } from '../client/version.ts'
import { UsageError } from '../errors.ts'
import { nearest } from './args.ts'
import type { Command } from './command.ts'
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts'
import { OutputError, surviveClosedPipes, writeResult } from './io.ts'
import { PROGRAM, report } from './report.ts'

const HELP = `Usage: ${PROGRAM} COMMAND [OPTION]...

Sends files to Telegram and prints what the server made of them.

Commands:
  upload FILE...   upload files and print their MessageMedia
  login            log in, as a person or a bot, and keep the login in a file
  logout           end a login, and remove its file
  session          say who is logged in; import and export session strings
  serve            run the test server, for this or any other MTProto client

Options:
  -h, --help       this text; "${PROGRAM} COMMAND --help" for a command
  -V, --version    the version

Exit codes: 0 done, 1 failed, 2 wrong usage, 75 try again later (the server asks
to wait, has a fault, or cannot be reached; another process uses the session),
130 interrupted by a signal.

Try it without an account, in two terminals:
  ${PROGRAM} serve --port 4430 --write-key key.pem
  ${PROGRAM} upload photo.jpg --dc 127.0.0.1:4430 --server-key key.pem \\
    --api-id 1 --api-hash test --bot-token 1:test
`

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  upload: async () => (await import('./upload-command.ts')).command,
  login: async () => (await import('./login-command.ts')).command,
  logout: async () => (await import('./logout-command.ts')).command,
  session: async () => (await import('./session-command.ts')).command,
  serve: async () => (await import('./serve-command.ts')).command,
}

async function main(argv: readonly string[]): Promise<ExitCode> {
  const [first, ...rest] = argv[0] === 'help' ? [argv[1] ?? '--help', '--help'] : argv
  const state: { command?: string; verbose?: boolean } = {}
  try {
    if (first === '--version' || first === '-V') return await print(`${VERSION}\n`)
    if (first === '--help' || first === '-h') return await print(HELP)
    const load = first === undefined || !Object.hasOwn(COMMANDS, first) ? undefined : COMMANDS[first]
    if (first === undefined || !load) throw unknownCommand(first)
    state.command = first
    const command = await load()
    if (asksForHelp(rest)) return await print(command.help)
    const prepared = command.prepare(rest)
    state.verbose = prepared.verbose
    return await prepared.run()
  } catch (error) {
    report(error, state)
    return exitCodeOf(error)
  }
}

/** Help is given whatever else stands on the command line, but not when the word is an operand. */
function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return argv.slice(0, end < 0 ? undefined : end).some((one) => one === '--help' || one === '-h')
}

function unknownCommand(word: string | undefined): UsageError {
  const names = Object.keys(COMMANDS)
  const list = `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
  if (word === undefined) return new UsageError(`a command is needed: ${list}`)
  if (word.startsWith('-')) return new UsageError(`the command (${list}) comes first, before ${word}`)
  const near = nearest(word, names)
  return new UsageError(`there is no command "${word}"${near ? `; did you mean ${near}?` : ''}`)
}

async function print(text: string): Promise<ExitCode> {
  await writeResult(text).catch((error: unknown) => {
    // `--help | head -1` has what it wants.
    if (!(error instanceof OutputError) || (error.cause as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  })
  return EXIT.ok
}

surviveClosedPipes()
process.on('uncaughtException', (error) => {
  report(error)
  process.exit(EXIT.failure)
})
const code = await main(process.argv.slice(2))
process.exitCode = code
// Everything is closed by now; should something be left open after all, it must not keep the program.
setTimeout(() => process.exit(code), 1_000).unref()
