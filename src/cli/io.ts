/**
 * Standard output and standard error: results to the one, words for people to the other.
 *
 * Text that came from elsewhere (a server, a file name) cannot move the cursor or forge lines, and no secret is printed
 * even where some message should hold one.
 */
import { printable } from '../observe/units.ts'
import { reasonOf } from './system-error.ts'

/** Something outside of the program stands in the way; the message says what, and what to do. */
export class Failure extends Error {
  override readonly name: string = 'Failure'
}

/** The result could not be written. */
export class OutputError extends Failure {
  override readonly name: string = 'OutputError'

  constructor(cause: NodeJS.ErrnoException) {
    const why = cause.code === 'EPIPE' ? 'whoever was reading it has gone' : reasonOf(cause)
    super(`cannot write the result to standard output: ${why}`, { cause })
  }
}

/** Shorter secrets are none (the test server takes any word), and blotting them out would tear holes into sentences. */
const SECRET_LENGTH = 12

const hidden: string[] = []

/** Has `secret` blotted out wherever it would be told to people. */
export function hide(secret: string | undefined): void {
  if (secret !== undefined && secret.length >= SECRET_LENGTH) hidden.push(secret)
}

function withoutSecrets(text: string): string {
  return hidden.reduce((clean, secret) => clean.replaceAll(secret, '***'), text)
}

/** Writes a result. @throws OutputError when it cannot be written */
export function writeResult(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(new OutputError(error)) : resolve()))
  })
}

/** Tells people something, on a line of its own. */
export function say(text: string): void {
  process.stderr.write(`${withoutSecrets(printable(text))}\n`)
}

/** Writes to the terminal as it is, control sequences included. */
export function draw(text: string): void {
  process.stderr.write(text)
}

/** Tells people several lines: a stack trace. */
export function sayLines(text: string): void {
  for (const line of text.split('\n')) say(line)
}

/** Lets a closed pipe be an error of the write alone, not of the whole program. */
export function surviveClosedPipes(): void {
  process.stdout.on('error', () => {})
  process.stderr.on('error', () => {})
}
