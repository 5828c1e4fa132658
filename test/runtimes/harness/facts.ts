/**
 * What a program in another runtime is given, and what it says. No imports: it is part of bundles for browsers.
 */

/** What a program is started with: in the environment as JSON, or in the page's address. */
export interface Job {
  readonly dcId: number
  readonly host: string
  readonly port: number
  /** The server's public key, PEM. */
  readonly key: string
  /** A file of {@link FILE_SIZE} bytes, and a folder to write in; not for browsers. */
  readonly file: string
  readonly folder: string
}

/** One thing that was done. */
export interface Fact {
  readonly name: string
  /** What came out of it; an `error` if it failed. */
  readonly [key: string]: unknown
}

/** The size of the large file: above 10 MB, so that it goes by `upload.saveBigFilePart`, and no whole number of parts. */
export const FILE_SIZE = 12_345_678

/** The account with a password: one of the numbers whose codes are known. */
export const PHONE = '9996610001'
export const CODE = '11111'
export const PASSWORD = 'correct horse battery staple'

/** Bytes that both sides can make: a pattern that no two places share soon. */
export function sampleBytes(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size)
  for (let i = 0, x = size | 1; i < size; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) | 0
    bytes[i] = x >>> 24
  }
  return bytes
}

/** Runs one task after another; what fails is said, and the next goes on. */
export async function runTasks(
  tasks: Readonly<Record<string, () => Promise<object>>>,
  say: (fact: Fact) => void,
): Promise<void> {
  for (const [name, task] of Object.entries(tasks)) {
    try {
      say({ name, ...(await task()) })
    } catch (error) {
      const { stack, message } = error as Error
      say({ name, error: `${message}\n${stack ?? ''}` })
    }
  }
}

/** A client, as far as {@link uploading} needs one. */
interface Uploader<Media> {
  uploadMedia(options: { readonly media: Media }): Promise<{ readonly _: string }>
  close(): Promise<void>
}

/** Makes the task of most programs: connects, uploads a document, closes; says the size that the server tells. */
export function uploading<Options, Media>(
  connect: (options?: Options) => Promise<Uploader<Media>>,
): (media: Media, options?: Options) => Promise<{ readonly size: number }> {
  return async (media, options) => {
    const client = await connect(options)
    try {
      const result = await client.uploadMedia({ media })
      const { document } = result as { readonly document?: { readonly size?: bigint } }
      if (document?.size === undefined) throw new Error(`made ${result._}`)
      return { size: Number(document.size) }
    } finally {
      await client.close()
    }
  }
}
