/**
 * What the program tells other programs: its exit codes.
 *
 * 75 (EX_TEMPFAIL of sysexits.h) is for what can succeed later by the very same command: the server asks to wait longer
 * than it may, has a fault of its own, or is out of reach, or another process has the session. What must be changed before it can succeed is 1, and what is
 * wrong with the command line itself, or with what its options name, is 2.
 */
import { RpcError, StorageError, TransportError, UsageError } from '../errors.ts'
import { Interrupted } from './interrupt.ts'

/** Every code the program ends with. */
export const EXIT = {
  /** Everything was done. */
  ok: 0,
  /** Something failed that has to be changed first: the file, the account, its rights. */
  failure: 1,
  /** The command line, or something that it names, is wrong. */
  usage: 2,
  /** The same command can succeed later: a long wait, a fault of the server, no way to reach it, a session in use. */
  tryLater: 75,
  /** By SIGINT, SIGTERM or SIGHUP. */
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** The code for what went wrong. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Interrupted) return EXIT.interrupted
  if (error instanceof UsageError) return EXIT.usage
  if (error instanceof RpcError) return error.retryable ? EXIT.tryLater : EXIT.failure
  if (error instanceof StorageError && error.code === 'SESSION_IN_USE') return EXIT.tryLater
  if (error instanceof TransportError) return isPassing(error) ? EXIT.tryLater : EXIT.failure
  return EXIT.failure
}

/** A server that speaks another protocol will do so tomorrow, and a name that does not exist will not by itself. */
function isPassing(error: TransportError): boolean {
  const { code, message } = (error.cause ?? {}) as { readonly code?: unknown; readonly message?: unknown }
  return error.retryable && error.code !== 'FRAMING' && code !== 'ENOTFOUND' && !isNoHttp(String(code), message)
}

/** No HTTP, or HTTP without WebSocket; 429 and 5xx are passing moods of a proxy. See `ws` and `fetch` for the words. */
function isNoHttp(code: string, message: unknown): boolean {
  return code.startsWith('HPE_') || /^(?:Unexpected server response: (?!429|5)|bad port$)/.test(String(message))
}

/** The code of several files together: a lasting failure of one outweighs a passing one of another. */
export function worse(a: ExitCode, b: ExitCode): ExitCode {
  const order: readonly ExitCode[] = [EXIT.ok, EXIT.tryLater, EXIT.failure, EXIT.usage, EXIT.interrupted]
  return order.indexOf(a) >= order.indexOf(b) ? a : b
}
