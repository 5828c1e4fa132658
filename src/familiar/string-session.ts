/**
 * A session as a string, as GramJS and Telethon have it: given on one start, taken by `save()` for the next.
 */
import { decodeSession } from '../client/session-data.ts'
import { exportSession, importSession, type StringAddress } from '../client/session-strings/index.ts'
import { memoryStorage, type SessionStorage } from '../client/storage.ts'

/** What a string does not say. */
export interface StringSessionOptions {
  /** Whether it is of Telegram's test datacenters; false unless told. */
  readonly test?: boolean | undefined
}

/**
 * Keeps a session as a string. It takes strings of GramJS, Telethon, Pyrogram and mtcute, and gives back those of GramJS. Whoever has
 * one is logged in.
 *
 * ```ts
 * const session = new StringSession(process.env.SESSION ?? '')
 * ```
 */
export class StringSession {
  /** Where a client keeps it: to be given to `UploadClient`, too. */
  readonly storage: SessionStorage & { readonly data: string | undefined }
  /** Where the server is, if it is none of Telegram's and the session does not say so. */
  server: StringAddress | undefined

  /**
   * @param text what `save()` returned earlier, or another library's string; a new session if it is empty
   * @throws StorageError SESSION_DAMAGED for what is no session string
   */
  constructor(text = '', options: StringSessionOptions = {}) {
    this.storage = memoryStorage(text === '' ? undefined : importSession(text, options))
  }

  /** Whether there is anything in it. */
  get empty(): boolean {
    return this.storage.data === undefined
  }

  /** The session as a string of GramJS; empty as long as nobody has logged in. */
  save(): string {
    const { data } = this.storage
    if (data === undefined) return ''
    return exportSession(data, 'gramjs', { address: decodeSession(data).address ?? this.server })
  }
}
