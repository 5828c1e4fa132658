/**
 * Every class of error this package throws.
 *
 * All of them extend {@link MtprotoError}; each has a stable `code` to test for and a `message` that says what happened,
 * to what, and what to do next. Cancelling through an `AbortSignal` throws the platform's own `AbortError`
 * (the signal's reason) instead.
 */

import { adviceFor, canRepeat } from '#explain'
import type { RpcErrorCode, RpcErrorType } from './explain/types.ts'

/** Base class of every error that this package throws. */
export abstract class MtprotoError extends Error {
  /** Stable identifier of what went wrong; a number for {@link RpcError}, else upper-case words. */
  abstract readonly code: string | number
}

/** What most classes are: an error whose code says which of several things went wrong. */
abstract class CodedError<Code extends string> extends MtprotoError {
  readonly code: Code

  constructor(code: Code, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

/** Bytes that are not what the TL schema allows, or a value that cannot be written. */
export class TlError extends MtprotoError {
  override readonly name: string = 'TlError'
  readonly code: 'TL_INVALID' = 'TL_INVALID'
  /** Offset in bytes at which reading or writing failed, from the start of the buffer given. */
  readonly offset: number
  /** Constructor or type that was being read or written, where known. */
  readonly constructorName: string | undefined
  /** What is wrong, without the place. */
  readonly reason: string

  constructor(message: string, offset: number, constructorName?: string) {
    super(`${message} (at byte ${offset}${constructorName ? ` of ${constructorName}` : ''})`)
    this.reason = message
    this.offset = offset
    this.constructorName = constructorName
  }
}

/** What can go wrong between us and the server's address. */
export type TransportErrorCode =
  /** No connection came about: nothing listens there, the name is unknown, the network or a proxy refuses. */
  | 'CONNECT_FAILED'
  /** Nobody answered the attempt to connect in time. */
  | 'CONNECT_TIMEOUT'
  /** The other side, or something in between, ended the connection. */
  | 'CONNECTION_CLOSED'
  /** What arrived is no MTProto: another kind of server, or another transport than was chosen. */
  | 'FRAMING'
  /** The server answered with a number in the place of a packet: it does not know the key (-404), or is too busy (-429). */
  | 'SERVER_TRANSPORT_ERROR'
  /** The connection stands, or came again and again, and what was asked was never answered. */
  | 'NO_ANSWER'
  /** The client was closed, before the call or while it was under way. */
  | 'CLIENT_CLOSED'

/** The network, the carrier or the framing failed. Repeating later can help unless `retryable` is false. */
export class TransportError extends CodedError<TransportErrorCode> {
  override readonly name: string = 'TransportError'
  /** The negative number of a four-byte transport error (-404, -429, -444), for `SERVER_TRANSPORT_ERROR`. */
  readonly status: number | undefined
  readonly retryable: boolean

  constructor(
    code: TransportErrorCode,
    message: string,
    options: { status?: number; retryable?: boolean; cause?: unknown } = {},
  ) {
    super(code, message, options)
    this.status = options.status
    this.retryable = options.retryable ?? true
  }
}

/** Where a security check failed: in the key exchange or on an encrypted message. */
export type SecurityErrorCode =
  /** A step of the key exchange, or of the check of a password, broke a rule. Nothing was kept of it. */
  | 'EXCHANGE_REFUSED'
  /** An encrypted message broke a rule, it is not told which: somebody has changed it, or the clock is far off. */
  | 'MESSAGE_REFUSED'
  /** The server has none of the public keys that are trusted: another server, or another key than was given for it. */
  | 'UNKNOWN_SERVER_KEY'

/**
 * The other side broke a rule that protects the user; nothing it sent was used.
 * For encrypted messages the class, code and message are the same whichever check failed.
 */
export class SecurityError extends CodedError<SecurityErrorCode> {
  override readonly name: string = 'SecurityError'
}

/**
 * The server answered a call with an error.
 *
 * `type` is the name with its number taken out (`FLOOD_WAIT_X`), the number is in `parameter`; `text` is what was sent.
 * Source: https://core.telegram.org/api/errors
 */
export class RpcError extends MtprotoError {
  override readonly name: string = 'RpcError'
  /** As the server sent it: 303, 400, 401, 403, 404, 406, 420, 500, or negative (-503 is a time-out inside the server). */
  readonly code: RpcErrorCode
  /**
   * The error's name, the number in it replaced by `X`: `FLOOD_WAIT_X`, `FILE_PART_X_MISSING`. The documented ones are listed
   * in docs/errors.md, and as data in `mtproto-upload/errors`; servers may use others.
   */
  readonly type: RpcErrorType | (string & {})
  /** The error's name as it was sent: `FLOOD_WAIT_30`. */
  readonly text: string
  /** The number in the name: seconds, a datacenter, a part. */
  readonly parameter: number | undefined
  /** The call that failed: `messages.uploadMedia`. */
  readonly method: string
  /**
   * Whether the same call can succeed later: after a wait that the server told, or because it had a fault of its own. The
   * client repeats such calls by itself; this is the last of its errors. Bundles for browsers go by the code alone.
   */
  readonly retryable: boolean
  /** Seconds to wait before repeating, where the server says so (420). */
  readonly waitSeconds: number | undefined

  constructor(code: number, text: string, method: string) {
    const number = /(^|_)(\d+)(?=_|$)/.exec(text)
    const type = number ? text.replace(number[0], `${number[1]}X`) : text
    const parameter = number ? Number(number[2]) : undefined
    super(`${method} failed with ${text} (${code}): ${adviceFor(code, type, parameter)}`)
    this.code = code
    this.type = type
    this.text = text
    this.parameter = parameter
    this.method = method
    this.waitSeconds = code === 420 ? parameter : undefined
    this.retryable = canRepeat(code, type, method) ?? (this.waitSeconds !== undefined || code >= 500 || code < 0)
  }
}

/** What can be wrong with the thing to upload. */
export type FileErrorCode =
  /** There is no file at the path or URL. */
  | 'FILE_NOT_FOUND'
  /** It is there and cannot be read: no permission, a disk or a server that fails, a stream that breaks off. */
  | 'FILE_NOT_READABLE'
  /** It is a folder, a socket, or something else that is no file. */
  | 'FILE_NOT_A_FILE'
  /** It has no bytes; the server takes no empty files. */
  | 'FILE_EMPTY'
  /** It has more bytes than the account, or this kind of media, may send. */
  | 'FILE_TOO_BIG'
  /** It is not what it was when the upload began: it grew, shrank, or was written to. */
  | 'FILE_CHANGED'
  /** What was given as a file is none, or does not keep its word about its size. */
  | 'FILE_SOURCE_INVALID'
  /** The server answered `false` to a part again and again. */
  | 'FILE_NOT_ACCEPTED'

/** The source of an upload is missing, unreadable, empty, too big, or changed while it was read. */
export class FileError extends CodedError<FileErrorCode> {
  override readonly name: string = 'FileError'
}

/** What can be wrong with a stored session. */
export type StorageErrorCode =
  /** What is stored is no session, or one that was cut short. */
  | 'SESSION_DAMAGED'
  /** It was written by a newer version of this package. */
  | 'SESSION_NEWER'
  /** Another client, here or in another process, uses it now. */
  | 'SESSION_IN_USE'
  /** It cannot be read: no permission, or a storage that fails. */
  | 'SESSION_NOT_READABLE'
  /** It cannot be written: no permission, no room, or a storage that fails. */
  | 'SESSION_NOT_WRITABLE'

/** The stored session cannot be read or written. It is never overwritten in this state. */
export class StorageError extends CodedError<StorageErrorCode> {
  override readonly name: string = 'StorageError'
}

/** Why somebody who is named well cannot be reached by this session. */
export type PeerErrorCode =
  /** The session was never told the access hash of this id, and there is nothing else to look it up by. */
  | 'PEER_NOT_SEEN'
  /** It is behind an invite link, and the account has not joined. */
  | 'PEER_NOT_JOINED'

/**
 * A peer that this session has no means to name to the server, found before anything is sent: nobody has told it the access
 * hash, or the account is not in the chat. What the server itself refuses is an {@link RpcError}, as PEER_ID_INVALID is.
 */
export class PeerError extends CodedError<PeerErrorCode> {
  override readonly name: string = 'PeerError'
}

/** The caller asked for something that cannot be: an argument is missing, out of range or of the wrong kind. */
export class UsageError extends MtprotoError {
  override readonly name: string = 'UsageError'
  readonly code: 'USAGE' = 'USAGE'
}
