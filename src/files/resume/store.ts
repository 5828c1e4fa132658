/**
 * Where notes of uploads are kept: one text for each upload, under a key.
 */

/**
 * Keeps texts under keys of 32 hexadecimal digits. Three methods are enough; IndexedDB, `localStorage` or a database have
 * them at hand. Whatever it throws is told as an event, and the upload goes on without notes.
 *
 * ```ts
 * const store: ResumeStore = {
 *   load: async (key) => localStorage.getItem(`upload ${key}`) ?? undefined,
 *   save: async (key, text) => localStorage.setItem(`upload ${key}`, text),
 *   remove: async (key) => localStorage.removeItem(`upload ${key}`),
 * }
 * ```
 */
export interface ResumeStore {
  /** The text saved last under this key; `undefined` if there is none. */
  load(key: string): Promise<string | undefined>
  /** Replaces the text; whoever loads meanwhile, or after a crash, gets the old one or the new one, never a mixture. */
  save(key: string, text: string): Promise<void>
  /** Forgets the text; it may not be there. */
  remove(key: string): Promise<void>
  /**
   * Writes behind what was saved under this key, so that it outlives the process from now on. Where it exists, every part
   * is noted at once; without it the whole text is saved anew a few times a second. A piece that was not written as a
   * whole does no harm as long as nothing is written behind it.
   */
  append?(key: string, text: string): void
  /** Keys of all texts. Without it, what was noted of a file that nobody uploads again stays for ever. */
  keys?(): Promise<readonly string[]>
  /**
   * Takes a key for this process, until what it returns is called or the process ends; `undefined` if another process has
   * it. Without it, two processes that upload the same file at the same time do so under one id: the file arrives whole,
   * but everything is sent twice. In browsers the Web Locks API does this.
   */
  claim?(key: string): Promise<(() => void) | undefined>
}

/** Keeps notes in memory: for tests, and for uploads that are repeated by the same process. */
export function memoryResumeStore(): ResumeStore & { readonly texts: Map<string, string> } {
  const texts = new Map<string, string>()
  return {
    texts,
    load: async (key) => texts.get(key),
    save: async (key, text) => void texts.set(key, text),
    remove: async (key) => void texts.delete(key),
    append: (key, text) => void texts.set(key, texts.get(key) + text),
    keys: async () => [...texts.keys()],
  }
}
