/**
 * A session as a string that goes in and comes out: for environment variables, secret stores and databases of one's own.
 */
import { importSession } from './session-strings/index.ts'
import { toOwnString } from './session-strings/own.ts'
import { memoryStorage, type SessionStorage } from './storage.ts'

/** A session in a string. */
export interface StringStorage extends SessionStorage {
  /** The session as it is now, on one line; empty if there is none. Whoever has it is logged in. */
  readonly text: string
}

/**
 * A session that is given as a string and can be taken out as one. The string changes while it is used: keep the one that
 * is there when the client has closed, or use `onChange`.
 *
 * ```ts
 * const storage = stringStorage(process.env.SESSION, (text) => secrets.put('session', text))
 * const client = await UploadClient.connect({ apiId, apiHash, botToken, storage })
 * ```
 * @param text of ours, or one of Telethon, GramJS, Pyrogram or mtcute; nothing or the empty string for a new session
 * @param onChange given each new string; a save waits for it, and fails with it
 * @throws StorageError SESSION_DAMAGED for a string of none of them, SESSION_NEWER for one of a newer version
 */
export function stringStorage(text = '', onChange?: (text: string) => unknown): StringStorage {
  const memory = memoryStorage(text.trim() === '' ? undefined : importSession(text))
  const current = (): string => (memory.data ? toOwnString(memory.data) : '')
  return {
    load: () => memory.load(),
    async save(data) {
      await memory.save(data)
      await onChange?.(current())
    },
    get text(): string {
      return current()
    },
  }
}
