/**
 * Folders whose entries are to be on the disk: what makes the renaming of a file last through a power cut.
 */
import { type FileHandle, open } from 'node:fs/promises'

/** The rename is durable once the folder is on the disk. Not every system can do that; the file is whole all the same. */
export async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined
  try {
    handle = await open(folder, 'r')
    await handle.sync()
  } catch {
    // Windows opens no folders, and some network file systems do not sync them.
  } finally {
    await handle?.close()
  }
}
