/**
 * What one upload can be told.
 */
import type { MediaLike } from '../files/media-types.ts'
import type { Resume } from '../files/resumption.ts'
import type { UploadEvent, UploadProgress } from '../files/upload.ts'
import type { Received } from '../media/convert.ts'
import type { PeerLike } from './peers.ts'

/** What can be told about one upload. */
export interface UploadFileOptions {
  /**
   * Told the progress some ten times a second, at the start and at the end. Several files of one media (its thumbnail, its
   * cover, photos that are sold together) are told of as one, and their total is known once the last of them has begun (in bundles
   * for browsers nothing is told of the thumbnail and the cover of a `document()` or `video()`). It starts
   * anew when the server has lost the file and it is sent again. Throwing fails the upload; on Node, Bun and Deno so does a
   * promise that is rejected, when the next thing is told.
   */
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined
  /** Told about waits and repeated parts. */
  readonly onEvent?: ((event: UploadEvent) => void) | undefined
  /** Aborts the upload: no timer, no open file and no request stays behind. */
  readonly signal?: AbortSignal | undefined
  /** Name of the file as the server is told; its own unless told. */
  readonly fileName?: string | undefined
  /** Bytes in a part: a multiple of 1024 that divides 524288. Chosen by size unless told. */
  readonly partSize?: number | undefined
  /**
   * Most parts that the account may send: 4000 (2 GB), or 8000 (4 GB) with Premium. Unless told, the server is asked when a
   * file needs more than 4000; in bundles for browsers it is 4000.
   */
  readonly maxParts?: number | undefined
  /**
   * Lets a killed process go on where it was, by notes of the parts that have arrived: the path of a folder on Node, Bun
   * and Deno, which is made if need be; elsewhere, or for a store of one's own, what `resumable()` of
   * `mtproto-upload/resume` makes. The same call, made again within some hours, then sends only what is missing.
   */
  readonly resume?: Resume | string | undefined
}

/** What to upload, and for whom. */
export interface UploadMediaOptions extends UploadFileOptions {
  /** For whom, in any form of `PeerLike`: `'@username'`, a link, an id, a message and so on; `'me'` unless told. */
  readonly peer?: PeerLike | undefined
  /**
   * Made by `photo()`, `video()`, `poll()` …, or an `InputMedia`; files may stand in it where an `InputFile` stands (in bundles for
   * browsers: of `withFiles()`). On Node, Bun and Deno also what was received, which is turned into an `InputMedia` by `toInputMedia`
   * of `mtproto-upload/media`: a `MessageMedia`, a message, an update, a photo, a document, a poll …, or a file_id of the Bot API.
   */
  readonly media: MediaLike | Received
  /**
   * The business connection in which alone the media will be used; for bots. The call goes to the bot's own datacenter: only
   * methods that are wrapped in `invokeWithBusinessConnection` go to that of the connection, and this one is not.
   * Source: https://core.telegram.org/method/messages.uploadMedia
   */
  readonly businessConnectionId?: string | undefined
}
