/**
 * What an upload needs, what it can be told, and what it tells.
 */
import type { Crypto } from '../crypto/crypto.ts'
import type { Host } from '../host.ts'
import type { UploadSaveBigFilePartRequest, UploadSaveFilePartRequest } from '../tl/generated/api-types.ts'
import type { Gate } from './gate.ts'
import type { OpenOptions } from './open.ts'
import type { UploadKind, UploadPlan } from './plan.ts'
import type { UploadProgress } from './progress.ts'
import type { BufferPool } from './reader.ts'
import type { ResumeEvent, ResumeRun } from './resumption.ts'
import type { FileLike, Source } from './source.ts'

/** A request that carries one part. */
export type PartRequest = UploadSaveFilePartRequest | UploadSaveBigFilePartRequest

/** The one thing an upload needs of a client. */
export interface PartSender {
  /**
   * Sends one request and resolves with the server's `Bool`. The bytes in it are the caller's again as soon as the
   * promise settles; it rejects soon after `signal` is aborted.
   */
  sendPart(request: PartRequest, options: { readonly lane: number; readonly signal: AbortSignal }): Promise<boolean>
  /** Most lanes (connections) it can send over; lanes count from 0, which is the main one. */
  readonly maxLanes: number
  /** Closes the connection of a lane that nothing moves on, so that the next request opens another; `error` says why. */
  replaceLane?(lane: number, error: Error): void
}

/** What happens to a file that is uploaded. */
export type TransferEvent =
  /** Its parts begin to be sent. */
  | { readonly type: 'start'; readonly plan: UploadPlan }
  /** A part was acknowledged, `roundTrip` ms after it was handed over. */
  | {
      readonly type: 'part'
      readonly part: number
      readonly bytes: number
      readonly lane: number
      readonly roundTrip: number
    }
  /** A part failed and will be sent again after `delay` ms; without `error`, the server had answered `false`. */
  | {
      readonly type: 'retry'
      readonly part: number
      readonly failures: number
      readonly delay: number
      readonly error: unknown
    }
  /** The server makes all lanes wait for so many seconds, until `until` (ms since 1970). */
  | { readonly type: 'pause'; readonly until: number; readonly seconds: number }
  /** Nothing moved on a lane while others did: what it had under way goes elsewhere, and its connection is closed. */
  | { readonly type: 'stall'; readonly lane: number }
  /** The number of lanes in use changed. */
  | { readonly type: 'lanes'; readonly lanes: number }
  /** All parts have arrived. */
  | { readonly type: 'done'; readonly size: number; readonly parts: number }

/** What happens during an upload, for those who watch; `fileId` is what the server knows the file by until it is used. */
export type UploadEvent = (TransferEvent & { readonly fileId: bigint; readonly name: string }) | ResumeEvent

/** What {@link upload} needs and can be told. */
export interface UploadOptions extends OpenOptions {
  readonly host: Host
  readonly crypto: Pick<Crypto, 'md5' | 'sha256'>
  /** Budget, lanes and pauses, shared among uploads; all uploads through one sender share one unless told. */
  readonly gate?: Gate | undefined
  /** What the file is for: a `photo` or `thumb` is sent as a small file of known length. `file` unless told. */
  readonly kind?: UploadKind | undefined
  /** Remembers streams that had to be read into memory, so that they can be uploaded again, from there. */
  readonly collected?: Map<FileLike, Source> | undefined
  /** Name that the server is told; the source's own unless told. */
  readonly fileName?: string | undefined
  /** Bytes of a part: a multiple of 1024 that divides 524288; chosen by size unless told. */
  readonly partSize?: number | undefined
  /** Most parts the account may send: 4000 unless told, 8000 with Premium. */
  readonly maxParts?: number | undefined
  /** Asks for that number, which is left out then. Called once it is sure that the file has more than 4000 parts. */
  readonly askMaxParts?: (() => Promise<number>) | undefined
  /** How often a part is tried before the upload fails: 5 unless told. Flood waits do not count. */
  readonly maxAttempts?: number | undefined
  /**
   * Whether an error that could be mended by repeating is a lane's, on which the sender has repeated enough by itself: only
   * another lane can do better, and if there is none, the error is final.
   */
  readonly isFinal?: ((error: unknown) => boolean) | undefined
  /** Longest flood wait to sit out, in seconds; a longer one fails the upload. 3600 unless told. */
  readonly maxWait?: number | undefined
  /** Told of progress at most every 100 ms, at the start and at the end. Throwing fails the upload. */
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined
  /** Told of everything that happens. Throwing fails the upload. */
  readonly onEvent?: ((event: UploadEvent) => void) | undefined
  /** Keeps note of the parts that have arrived, and knows those of an earlier upload of the same file. */
  readonly resume?: ResumeRun | undefined
  /** Where the buffers of the parts come from. */
  readonly buffers?: BufferPool | undefined
}
