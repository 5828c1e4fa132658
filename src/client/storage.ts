/**
 * Where a session is kept between runs.
 *
 * A storage keeps one string. What is in it is the client's business; the storage must give back exactly what it was
 * given, and must never leave half of it behind.
 */

/** Gives a session up; calling it again does nothing. */
export type SessionClaim = () => Promise<void>

/** Keeps one session. Calls never overlap. */
export interface SessionStorage {
  /** What was saved last; undefined, or the empty string, if nothing was. */
  load(): Promise<string | undefined>
  /** Replaces what was saved; by the empty string when the session is to be forgotten. */
  save(data: string): Promise<void>
  /**
   * Takes the session for one client, until what it returns is called: two that use one login at the same time disturb each
   * other, up to the loss of the login. Storages that cannot know who else uses them leave it out.
   * @throws StorageError SESSION_IN_USE when somebody else has it
   */
  claim?(): Promise<SessionClaim>
}

/**
 * Keeps the session in memory, and lets it be taken out.
 * @param initial a string saved earlier
 */
export function memoryStorage(initial?: string): SessionStorage & { readonly data: string | undefined } {
  let data = initial
  return {
    get data(): string | undefined {
      return data
    },
    load: () => Promise.resolve(data),
    save: (next) => {
      data = next
      return Promise.resolve()
    },
  }
}
