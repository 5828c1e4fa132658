/**
 * What a connection says when it fails, in words for people.
 */
import { hint, meaningOfStatus } from '#explain'
import { TlError, TransportError } from '../errors.ts'

/** Transport error "you are too many, or too quick". Source: https://core.telegram.org/mtproto/mtproto-transports#transport-errors */
const FLOOD = -429

/** The client was closed by its owner. */
export function closedByUs(): TransportError {
  return new TransportError('CLIENT_CLOSED', 'the client is closed', { retryable: false })
}

/** Whatever was thrown, as an error. */
export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

/**
 * Bytes that break the framing, or are no part of a key exchange: says who sent them, and what that may mean. Any other
 * error stays as it is.
 */
export function saidByServer(error: Error, where: string, exchanging: boolean): Error {
  const isGarbage = error instanceof TransportError ? error.code === 'FRAMING' : error instanceof TlError && exchanging
  if (!isGarbage) return error
  const message = `${where} does not speak MTProto${hint(', or not over this transport') ?? ''}: ${error.message}`
  return new TransportError('FRAMING', message, { cause: error })
}

/** The server's four-byte answer to a packet. */
export function transportError(status: number, where: string): TransportError {
  return new TransportError(
    'SERVER_TRANSPORT_ERROR',
    `${where} ${meaningOfStatus(status)} (transport error ${status})`,
    { status, retryable: status === FLOOD },
  )
}
