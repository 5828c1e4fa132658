/** Exit codes: 75 exactly for what the same command can do later, for every class and code of error there is. */
import { describe, expect, test } from 'vitest'
import { EXIT, exitCodeOf, worse } from '../../src/cli/exit-codes.ts'
import { Interrupted } from '../../src/cli/interrupt.ts'
import { OutputError } from '../../src/cli/io.ts'
import {
  FileError,
  RpcError,
  SecurityError,
  StorageError,
  TlError,
  TransportError,
  UsageError,
} from '../../src/errors.ts'

const CASES: readonly (readonly [error: unknown, code: number])[] = [
  [new Interrupted('SIGINT'), 130],
  [new UsageError('x'), 2],
  [new RpcError(420, 'FLOOD_WAIT_3600', 'messages.uploadMedia'), 75],
  [new RpcError(420, 'FLOOD_PREMIUM_WAIT_30', 'upload.saveFilePart'), 75],
  [new RpcError(420, 'SLOWMODE_WAIT_9', 'messages.uploadMedia'), 75],
  [new RpcError(500, 'INTERNAL', 'messages.uploadMedia'), 75],
  [new RpcError(-503, 'Timeout', 'messages.uploadMedia'), 75],
  [new RpcError(400, 'PHOTO_INVALID_DIMENSIONS', 'messages.uploadMedia'), 1],
  [new RpcError(400, 'ACCESS_TOKEN_INVALID', 'auth.importBotAuthorization'), 1],
  [new RpcError(401, 'AUTH_KEY_UNREGISTERED', 'messages.uploadMedia'), 1],
  [new RpcError(403, 'CHAT_WRITE_FORBIDDEN', 'messages.uploadMedia'), 1],
  [new RpcError(406, 'AUTH_KEY_DUPLICATED', 'messages.uploadMedia'), 1],
  [new RpcError(303, 'FILE_MIGRATE_4', 'upload.getFile'), 1],
  [new TransportError('CONNECT_FAILED', 'refused', { cause: { code: 'ECONNREFUSED' } }), 75],
  [new TransportError('CONNECT_FAILED', 'unreachable', { cause: { code: 'ENETUNREACH' } }), 75],
  [new TransportError('CONNECT_FAILED', 'no such name', { cause: { code: 'ENOTFOUND' } }), 1],
  [new TransportError('CONNECT_FAILED', 'no name server', { cause: { code: 'EAI_AGAIN' } }), 75],
  [new TransportError('CONNECT_FAILED', 'HTTP 200', { cause: new Error('Unexpected server response: 200') }), 1],
  [new TransportError('CONNECT_FAILED', 'HTTP 404', { cause: new Error('Unexpected server response: 404') }), 1],
  [new TransportError('CONNECT_FAILED', 'HTTP 429', { cause: new Error('Unexpected server response: 429') }), 75],
  [new TransportError('CONNECT_FAILED', 'HTTP 503', { cause: new Error('Unexpected server response: 503') }), 75],
  [new TransportError('CONNECT_FAILED', 'no HTTP', { cause: { code: 'HPE_INVALID_CONSTANT' } }), 1],
  [new TransportError('CONNECT_TIMEOUT', 'x'), 75],
  [new TransportError('CONNECTION_CLOSED', 'x'), 75],
  [new TransportError('NO_ANSWER', 'x'), 75],
  [new TransportError('FRAMING', 'x'), 1],
  [new TransportError('SERVER_TRANSPORT_ERROR', 'x', { status: -429 }), 75],
  [new TransportError('SERVER_TRANSPORT_ERROR', 'x', { status: -444, retryable: false }), 1],
  [new TransportError('CLIENT_CLOSED', 'x', { retryable: false }), 1],
  [new SecurityError('UNKNOWN_SERVER_KEY', 'x'), 1],
  [new SecurityError('EXCHANGE_REFUSED', 'x'), 1],
  [new TlError('x', 0), 1],
  [new FileError('FILE_NOT_FOUND', 'x'), 1],
  [new FileError('FILE_CHANGED', 'x'), 1],
  [new StorageError('SESSION_DAMAGED', 'x'), 1],
  [new StorageError('SESSION_NOT_WRITABLE', 'x'), 1],
  [new OutputError(new Error('EPIPE')), 1],
  [new TypeError('a bug'), 1],
  ['thrown by mistake', 1],
]

describe('exit codes', () => {
  for (const [error, code] of CASES) {
    const { code: what, text } = error as { code?: unknown; text?: unknown }
    test(`${error instanceof Error ? error.name : typeof error} ${String(text ?? what ?? '')} is ${code}`, () => {
      expect(exitCodeOf(error)).toBe(code)
    })
  }

  test('of several files, a lasting failure outweighs a passing one, and an interruption everything', () => {
    expect(worse(EXIT.ok, EXIT.tryLater)).toBe(75)
    expect(worse(EXIT.tryLater, EXIT.failure)).toBe(1)
    expect(worse(EXIT.failure, EXIT.tryLater)).toBe(1)
    expect(worse(EXIT.failure, EXIT.interrupted)).toBe(130)
    expect(worse(EXIT.ok, EXIT.ok)).toBe(0)
  })
})
