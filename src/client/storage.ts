/**
 * Where a session is kept between runs.
 *
 * A storage keeps one string. What is in it is the client's business; the storage must give back exactly what it was
 * given, and must never leave half of it behind.
 */

/** Keeps one session. Calls never overlap. */
export interface SessionStorage {
  /** What was saved last, undefined if nothing was. */
  load(): Promise<string | undefined>
  /** Replaces what was saved. */
  save(data: string): Promise<void>
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
