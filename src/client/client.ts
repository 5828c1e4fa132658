/**
 * The client: connect once, upload as often as you like.
 */

import { Account } from '#account'
import { hint } from '#explain'
import { messagesUploadMedia, uploadSaveBigFilePart, uploadSaveFilePart } from '#methods'
import { platform } from '#platform'
import { RpcError, TransportError, UsageError } from '../errors.ts'
import { resolveMedia } from '../files/media.ts'
import type { MediaLike, MediaTools } from '../files/media-types.ts'
import type { UploadKind } from '../files/plan.ts'
import type { Resume, ResumeRun } from '../files/resumption.ts'
import type { FileLike, Source } from '../files/source.ts'
import { type PartSender, type UploadedFile, upload } from '../files/upload.ts'
import type { InputMedia, InputPeer, MessageMedia, MethodMap } from '../tl/generated/api-types.ts'
import type { Method } from '../tl/method.ts'
import { DEFAULT_MAX_WAIT, MAX_LANES, MAX_REPAIRS } from './limits.ts'
import type { AnyMethod } from './methods.ts'
import type { ConnectOptions } from './options.ts'
import type { CallOptions } from './other-datacenters.ts'
import { type PeerLike, plainPeer, type WithPeers } from './peers.ts'
import type { SessionStorage } from './storage.ts'
import type { ManyItem, ManyUploads, UploadManyOptions } from './upload-many.ts'
import type { UploadFileOptions, UploadMediaOptions } from './upload-options.ts'

/** Options of a call of which notes are kept, or not. */
type Resuming<Options> = Omit<Options, 'resume'> & { readonly resume: ResumeRun | undefined }

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
  readonly #sender: PartSender

  private constructor(account: Account, maxLanes: number) {
    this.#account = account
    this.#sender = {
      maxLanes,
      sendPart: (request, options) =>
        account.invokeOnce(
          request._ === 'upload.saveFilePart' ? uploadSaveFilePart : uploadSaveBigFilePart,
          request,
          options,
        ),
      replaceLane: (lane, error) => account.replaceLane(lane, error),
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
    platform.checkOptions?.(options)
    const { lanes = MAX_LANES, maxWait = DEFAULT_MAX_WAIT, host = platform.host, crypto = platform.crypto } = options
    return new UploadClient(await Account.open({ ...options, maxWait, host, crypto }, platform), lanes)
  }

  /** The account that is logged in. */
  get user(): { readonly id: bigint; readonly bot: boolean; readonly username?: string | undefined } | undefined {
    return this.#account.user
  }

  /** Number of the datacenter that the account lives in. */
  get dcId(): number {
    return this.#account.dcId
  }

  /** Where the session is kept. */
  get storage(): SessionStorage {
    return this.#account.storage
  }

  /**
   * Uploads a file and turns it into media, without sending a message.
   * @returns the `MessageMedia` that the server made of it
   * @throws FileError when the file is missing, unreadable, empty, too big, or changes meanwhile
   * @throws RpcError when the server refuses it; `error.message` says what to do
   * @see https://core.telegram.org/method/messages.uploadMedia
   */
  uploadMedia(options: UploadMediaOptions): Promise<MessageMedia> {
    return this.#resuming(options, (resuming) => this.#uploadMedia(resuming))
  }

  async #uploadMedia(options: Resuming<UploadMediaOptions>): Promise<MessageMedia> {
    const { signal, businessConnectionId } = options
    signal?.throwIfAborted()
    const peer = await this.resolvePeer(options.peer, options)
    const collected = new Map<FileLike, Source>()
    const make: MediaTools['make'] = async (like, watch) => {
      let uploads: UploadedFile[] = []
      const resolve = (): Promise<InputMedia> => {
        uploads = []
        return resolveMedia(like, {
          ...platform,
          ...watch,
          host: this.#account.options.host,
          make,
          upload: async (file, fileOptions) => {
            const uploaded = await this.#upload(file, { ...options, ...watch, ...fileOptions, collected })
            uploads.push(uploaded)
            return uploaded
          },
        })
      }
      let media = await resolve()
      for (let repairs = 0; ; repairs++) {
        try {
          const request = { _: 'messages.uploadMedia', peer, media, businessConnectionId } as const
          return await this.#account.invoke(messagesUploadMedia, request, { signal: watch.signal })
        } catch (error) {
          const part = error instanceof RpcError && error.type === 'FILE_PART_X_MISSING' ? error.parameter! : Number.NaN
          // It is not said which of several files lacks the part: each that has it sends it again.
          const lacking = uploads.filter((one) => part < one.parts)
          if (repairs >= MAX_REPAIRS || !lacking[0] || !lacking.every((one) => one.canResend)) throw error
          this.#account.options.onEvent?.({ type: 'repair', part })
          // Part 0 means that the server has nothing of the file: it starts over under a new id.
          if (part) for (const one of lacking) await one.resend(part, watch.signal)
          else media = await resolve()
        }
      }
    }
    // What was received has become what names it, where that is understood; elsewhere it is refused as no media.
    return make(options.media as MediaLike, options)
  }

  /**
   * Uploads many files, some at a time; see the function `uploadMany`, which is also how bundles for browsers have it.
   *
   * ```ts
   * for await (const outcome of client.uploadMany(paths.map((path) => document(path)), { concurrency: 8 })) {
   *   if (outcome.status === 'fulfilled') console.log(outcome.index, outcome.media)
   *   else console.error(outcome.index, outcome.error)
   * }
   * ```
   * @throws UsageError in bundles for browsers
   */
  uploadMany<Item extends ManyItem>(
    items: Iterable<Item> | AsyncIterable<Item>,
    options: UploadManyOptions = {},
  ): ManyUploads<Item> {
    return platform.uploadMany(this, items, { host: this.#account.options.host, ...options })
  }

  /**
   * Uploads a file and returns what refers to it: give `inputFile` to a method that takes an `InputFile`.
   * @param file a path, bytes, a Blob, a stream, an iterable, a Response or a URL
   * @throws FileError, RpcError, TransportError as {@link uploadMedia}
   * @see https://core.telegram.org/api/files#uploading-files
   */
  uploadFile(file: FileLike, options: UploadFileOptions = {}): Promise<UploadedFile> {
    return this.#resuming(options, (resuming) => this.#upload(file, resuming))
  }

  /** Does something with the option `resume` in use, where it is given. */
  async #resuming<Options extends UploadFileOptions, T>(
    options: Options,
    work: (options: Resuming<Options>) => Promise<T>,
  ): Promise<T> {
    const told = platform.prepareUpload?.(options) ?? options
    const resume = told.resume as Resume | undefined
    return resume?.(this, (run) => work({ ...told, resume: run })) ?? work(told as Resuming<Options>)
  }

  #upload(
    file: FileLike,
    options: Resuming<UploadFileOptions> & { readonly kind?: UploadKind; readonly collected?: Map<FileLike, Source> },
  ): Promise<UploadedFile> {
    const { host, crypto, maxWait, onEvent } = this.#account.options
    return upload(this.#sender, file, {
      openPath: platform.openFile,
      buffers: platform.buffers,
      askMaxParts: options.maxParts ? undefined : platform.askMaxParts?.(this.#account, options.signal),
      ...options,
      host,
      crypto,
      maxWait,
      onEvent: (event) => {
        options.onEvent?.(event)
        onEvent?.(event)
      },
      // A connection gives up after a minute of its own; only then does its error come here. One that was closed was not
      // given up, but left for another.
      isFinal: (error) => error instanceof TransportError && error.code !== 'CLIENT_CLOSED',
    })
  }

  /**
   * Finds who is meant, as `peer` of every call does: for calls that are made by hand, and to find mistakes before an upload.
   * @throws UsageError for what names nobody
   * @throws PeerError for who is named well but cannot be reached: an id that this session has never seen
   * @throws RpcError USERNAME_NOT_OCCUPIED and the like
   */
  async resolvePeer(
    peer: PeerLike = 'me',
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<InputPeer> {
    const { peers = platform.peers } = this.#account.options
    return plainPeer(peer) ?? peers(peer, this.#account, options)
  }

  /**
   * Calls a method of the schema by its name: any that the package was generated with (`MethodMap`); in bundles for
   * browsers those that the client itself needs and those in the option `methods`. See {@link call} too.
   * @throws UsageError for a method that is not among them
   * @throws RpcError, TransportError, TlError
   */
  async invoke<Name extends keyof MethodMap>(
    request: WithPeers<MethodMap[Name]['request']> & { readonly _: Name },
    options: CallOptions = {},
  ): Promise<MethodMap[Name]['result']> {
    const known = [...platform.methods, ...(this.#account.options.methods ?? [])]
    const method = known.find(({ name }) => name === request?._)
    if (!method) {
      throw new UsageError(
        `${request?._} is not known by name${hint('; this package was made without it, so call it by a constant of your own') ?? ''}`,
      )
    }
    // The table is keyed by name, so method and request belong together.
    return (await this.#account.invoke(method as AnyMethod, request, options)) as MethodMap[Name]['result']
  }

  /**
   * Calls any method, given as the constant that was generated for it.
   *
   * ```ts
   * import { uploadGetFile } from 'mtproto-upload/tl'
   * const chunk = await client.call(uploadGetFile, { _: 'upload.getFile', location, offset: 0n, limit: 1048576 })
   * ```
   * @throws RpcError, TransportError, TlError
   */
  call<Request extends { readonly _: string }, Result>(
    method: Method<Request, Result>,
    request: NoInfer<WithPeers<Request>>,
    options: CallOptions = {},
  ): Promise<Result> {
    // Where peers may stand in any form, the account finds them; elsewhere the types alone must do.
    return this.#account.invoke(method, request as Request, options)
  }

  /**
   * Tells the client that the network has changed or is back: connections that are lost are tried at once instead of at the
   * end of their pause, and the others are asked for a sign of life. In browsers:
   * `addEventListener('online', () => client.networkChanged())`.
   */
  networkChanged(): void {
    this.#account.networkChanged()
  }

  /** Closes all connections and saves the session. Calls that wait are rejected with a TransportError CLIENT_CLOSED. */
  close(): Promise<void> {
    return this.#account.close()
  }
}
