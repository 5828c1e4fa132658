/**
 * A client in the style of MadelineProto: `new API('session.madeline')`, `start()`, and methods by their namespaces, with named
 * parameters: `api.messages.uploadMedia({ peer, media })`.
 *
 * It is a thin layer over `UploadClient`. A peer may be a name, an id, or what was received; so may a media.
 */
import { UploadClient } from '../client/client.ts'
import type { ConnectOptions } from '../client/options.ts'
import type { PeerLike } from '../client/peers.ts'
import type { SessionStorage } from '../client/storage.ts'
import { UsageError } from '../errors.ts'
import type { PeerName } from '../tl/classes.ts'
import type { InputFile, MessageMedia } from '../tl/generated/api-types.ts'
import { settingsOfEnvironment } from './environment.ts'
import { type AnyFile, type AnyMedia, camelCased, mediaOf, sourceOf } from './files.ts'

/** What an `API` is told: what `UploadClient.connect` is told but for the session. */
export type Settings = Omit<ConnectOptions, 'storage'>

/** Parameters of `messages.uploadMedia`. */
export interface UploadMediaParams {
  /**
   * A username, an id as bots have it, an `Update`, a `Message` or an `InputPeer`. Left out, it is nobody for bots, and oneself for
   * people.
   */
  readonly peer?: PeerName | undefined
  /**
   * A `MessageMedia`, an `Update`, a `Message`, an `InputMedia` with paths where files stand, what a builder makes, a file_id, or an
   * object of the Bot API.
   */
  readonly media: AnyMedia
  readonly business_connection_id?: string | undefined
  readonly onProgress?: ((percent: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Uploads files for programs that were written for MadelineProto. */
export class API {
  /** The methods of the namespace `messages`. */
  readonly messages: { readonly uploadMedia: (params: UploadMediaParams) => Promise<MessageMedia> }
  readonly #options: ConnectOptions
  #client: UploadClient | undefined

  /**
   * @param session where it is kept: the path of a file, or a storage
   * @param settings the application, and how to log in if the session has no login; what the environment says, unless told
   */
  constructor(session: string | SessionStorage, settings: Settings = settingsOfEnvironment()) {
    this.#options = { ...settings, storage: session }
    this.messages = { uploadMedia: (params) => this.#uploadMedia(params) }
  }

  /**
   * Connects, and logs in as the settings say if the session has no login.
   * @returns who is logged in
   * @throws TransportError, SecurityError, RpcError, StorageError, UsageError as `UploadClient.connect`
   */
  async start(): Promise<UploadClient['user']> {
    this.#client ??= await UploadClient.connect(this.#options)
    return this.#client.user
  }

  /** Connects, and logs in as a bot. @throws as {@link start} */
  async botLogin(token: string): Promise<UploadClient['user']> {
    this.#client ??= await UploadClient.connect({ ...this.#options, botToken: token })
    return this.#client.user
  }

  #started(): UploadClient {
    if (!this.#client) throw new UsageError('the client is not connected: call start() first')
    return this.#client
  }

  async #uploadMedia({ peer, media, onProgress, signal, ...rest }: UploadMediaParams): Promise<MessageMedia> {
    const client = this.#started()
    return client.uploadMedia({
      // What is no peer is refused by name.
      peer: (camelCased(peer) as PeerLike | undefined) ?? (client.user?.bot ? 'empty' : 'me'),
      media: mediaOf(media),
      businessConnectionId: rest.business_connection_id,
      onProgress: percentOf(onProgress),
      signal,
    })
  }

  /** Uploads a file, for `file` in an `InputMedia`. @throws FileError, RpcError, TransportError */
  async upload(file: AnyFile, fileName = '', onProgress?: (percent: number) => void): Promise<InputFile> {
    const { inputFile } = await this.#started().uploadFile(sourceOf(file), {
      fileName: fileName === '' ? undefined : fileName,
      onProgress: percentOf(onProgress),
    })
    return inputFile
  }

  /** Closes the connections and saves the session. */
  async stop(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    await client?.close()
  }
}

/** Progress in hundredths, as people are told it there. */
function percentOf(
  tell: ((percent: number) => void) | undefined,
): ((progress: { readonly sentBytes: number; readonly totalBytes?: number | undefined }) => void) | undefined {
  return tell && (({ sentBytes, totalBytes }) => void (totalBytes && tell((100 * sentBytes) / totalBytes)))
}
