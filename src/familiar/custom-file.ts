/**
 * A file by name, size and path, as GramJS has it.
 */
import type { FileLike, NamedFile } from '../files/source.ts'

/** A file on the disk, or in memory, under a name. */
export class CustomFile {
  readonly name: string
  readonly size: number
  readonly path: string
  readonly buffer: Uint8Array | undefined

  /**
   * @param name what the server is told
   * @param size bytes; checked against what comes
   * @param path where it lies; looked at if there is no buffer
   * @param buffer the bytes themselves
   */
  constructor(name: string, size: number, path: string, buffer?: Uint8Array) {
    this.name = name
    this.size = size
    this.path = path
    this.buffer = buffer
  }
}

/** What an upload takes. */
export function fileOf(file: CustomFile | FileLike): FileLike {
  if (!(file instanceof CustomFile)) return file
  const { name, size, path, buffer } = file
  return { name, size, data: buffer ?? path } satisfies NamedFile
}
