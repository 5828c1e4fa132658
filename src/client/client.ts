/**
 * The client: connect once, upload as often as you like.
 */
import { platform } from '#platform'
import { RpcError, TransportError, UsageError } from '../errors.ts'
import { type MediaLike, resolveMedia } from '../files/media.ts'
import type { UploadKind } from '../files/plan.ts'
import type { FileLike } from '../files/source.ts'
import {
  type PartRequest,
  type PartSender,
  type UploadEvent,
  type UploadedFile,
  type UploadProgress,
  upload,
} from '../files/upload.ts'
import type { MessageMedia, MethodMap } from '../tl/generated/api-types.ts'
import {
  contactsResolveUsername,
  messagesUploadMedia,
  uploadSaveBigFilePart,
  uploadSaveFilePart,
} from '../tl/generated/client/methods.ts'
import type { Method } from '../tl/method.ts'
import { Account } from './account.ts'
import { METHODS } from './methods.ts'
import type { ConnectOptions } from './options.ts'
import { type PeerLike, toInputPeer } from './peers.ts'

const DEFAULT_LANES = 4
const MAX_LANES = 16
/** A file's parts are sent anew to the server that lost them at most this often. */
const MAX_REPAIRS = 16

/** What can be told about one upload. */
export interface UploadFileOptions {
  /** Told the progress some ten times a second, and once at the end. */
  readonly onProgress?: (progress: UploadProgress) => void
  /** Told about waits and repeated parts. */
  readonly onEvent?: (event: UploadEvent) => void
  /** Aborts the upload: no timer, no open file and no request stays behind. */
  readonly signal?: AbortSignal
  /** Name of the file as the server is told; its own unless told. */
  readonly fileName?: string
  /** Bytes in a part: a multiple of 1024 that divides 524288. Chosen by size unless told. */
  readonly partSize?: number
  /** Most parts that the account may send: 4000 (2 GB) unless told, 8000 (4 GB) with Premium. */
  readonly maxParts?: number
}

/** What to upload, and for whom. */
export interface UploadMediaOptions extends UploadFileOptions {
  /** `'me'`, `'empty'` (bots), `'@username'` or an `InputPeer`; `'me'` unless told. */
  readonly peer?: PeerLike
  /** Made by `photo()` or `document()`, or an `InputMedia`. */
  readonly media: MediaLike
  /** The business connection on whose behalf the media is uploaded. */
  readonly businessConnectionId?: string
}

/**
 * Uploads files to Telegram.
 *
 * ```ts
 * const client = await UploadClient.connect({ apiId, apiHash, botToken })
 * const media = await client.uploadMedia({ peer: 'me', media: photo('cat.jpg') })
 * await client.close()
 * ```
 */
export class UploadClient {
  readonly #account: Account
  readonly #options: ConnectOptions
  readonly #sender: PartSender

  private constructor(account: Account, options: ConnectOptions) {
    this.#account = account
    this.#options = options
    this.#sender = {
      maxLanes: options.lanes ?? DEFAULT_LANES,
      sendPart: (request, { lane, signal }) => this.#sendPart(request, lane, signal),
    }
  }

  /**
   * Connects and logs in, or takes up the session in `storage`.
   * @throws UsageError for options that cannot be
   * @throws TransportError when the server is out of reach or does not speak MTProto
   * @throws SecurityError when it is not the server that it should be
   * @throws RpcError when the login is refused
   * @throws StorageError when the session cannot be read or saved
   */
  static async connect(options: ConnectOptions): Promise<UploadClient> {
    const { lanes } = options
    if (lanes !== undefined && !(Number.isInteger(lanes) && lanes >= 1 && lanes <= MAX_LANES)) {
      throw new UsageError(`lanes must be a whole number from 1 to ${MAX_LANES}, not ${String(lanes)}`)
    }
    return new UploadClient(await Account.open(options, platform), options)
  }

  /** The account that is logged in. */
  get user(): { readonly id: bigint; readonly bot: boolean; readonly username?: string } | undefined {
    return this.#account.user
  }

  /** Number of the datacenter that the account lives in. */
  get dcId(): number {
    return this.#account.dcId
  }

  /**
   * Uploads a file and turns it into media, without sending a message.
   * @returns the `MessageMedia` that the server made of it
   * @throws FileError when the file is missing, unreadable, empty, too big, or changes meanwhile
   * @throws RpcError when the server refuses it; `error.message` says what to do
   * @see https://core.telegram.org/method/messages.uploadMedia
   */
  async uploadMedia(options: UploadMediaOptions): Promise<MessageMedia> {
    const { signal, businessConnectionId } = options
    signal?.throwIfAborted()
    const peer = await toInputPeer(options.peer ?? 'me', (username) =>
      this.#account.invoke(contactsResolveUsername, { _: 'contacts.resolveUsername', username }, signalOf(signal)),
    )
    const uploads: UploadedFile[] = []
    const media = await resolveMedia(options.media, async (file, fileOptions) => {
      const uploaded = await this.#upload(file, { ...options, ...fileOptions })
      uploads.push(uploaded)
      return uploaded
    })
    const request = {
      _: 'messages.uploadMedia',
      peer,
      media,
      ...(businessConnectionId !== undefined && { businessConnectionId }),
    } as const
    for (let repairs = 0; ; repairs++) {
      try {
        return await this.#account.invoke(messagesUploadMedia, request, signalOf(signal))
      } catch (error) {
        // Only one file's parts can be told missing without guessing which file is meant.
        const part = error instanceof RpcError && error.type === 'FILE_PART_X_MISSING' ? error.parameter : undefined
        if (part === undefined || uploads.length !== 1 || repairs >= MAX_REPAIRS) throw error
        this.#account.emit({ type: 'repair', part })
        await uploads[0]!.resend(part)
      }
    }
  }

  /**
   * Uploads a file and returns what refers to it: give `inputFile` to a method that takes an `InputFile`.
   * @param file a path, bytes, a Blob, a stream, an iterable, a Response or a URL
   * @throws FileError, RpcError, TransportError as {@link uploadMedia}
   * @see https://core.telegram.org/api/files#uploading-files
   */
  uploadFile(file: FileLike, options: UploadFileOptions = {}): Promise<UploadedFile> {
    return this.#upload(file, options)
  }

  #upload(file: FileLike, options: UploadFileOptions & { readonly kind?: UploadKind }): Promise<UploadedFile> {
    const { onProgress, onEvent, signal, fileName, partSize, maxParts, kind } = options
    const { host = platform.host, crypto = platform.crypto } = this.#options
    const { maxWait } = this.#account
    const { openFile: openPath } = platform
    return upload(this.#sender, file, {
      host,
      crypto,
      openPath,
      maxWait,
      onProgress,
      onEvent,
      signal,
      fileName,
      partSize,
      maxParts,
      kind,
    })
  }

  /**
   * Calls any method that the client knows, as it stands in the schema.
   * @throws UsageError for a method that is not among them
   * @throws RpcError, TransportError, TlError
   */
  async invoke<Name extends keyof MethodMap>(
    request: MethodMap[Name]['request'] & { readonly _: Name },
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<MethodMap[Name]['result']> {
    const method: Method<{ readonly _: string }, unknown> | undefined = METHODS.get(request._)
    if (!method) {
      const known = [...METHODS.keys()].join(', ')
      throw new UsageError(`the client was not generated with the method ${String(request?._)}; it knows ${known}`)
    }
    // The table is keyed by name, so method and request belong together.
    return (await this.#account.invoke(method, request, options)) as MethodMap[Name]['result']
  }

  /** Closes all connections and saves the session. Calls that wait are rejected with a TransportError CLIENT_CLOSED. */
  close(): Promise<void> {
    return this.#account.close()
  }

  /** Sends one part; by the main connection if its lane cannot be had. */
  async #sendPart(request: PartRequest, lane: number, signal: AbortSignal): Promise<boolean> {
    const send = (on: number): Promise<boolean> =>
      request._ === 'upload.saveFilePart'
        ? this.#account.invokeOnce(uploadSaveFilePart, request, { lane: on, signal })
        : this.#account.invokeOnce(uploadSaveBigFilePart, request, { lane: on, signal })
    try {
      return await send(lane)
    } catch (error) {
      if (lane === 0 || !(error instanceof TransportError) || error.code === 'CLIENT_CLOSED') throw error
      return send(0)
    }
  }
}

function signalOf(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal ? { signal } : {}
}
