/** Which files this process has open: for tests that see to it that nothing stays open. */
import { existsSync, readdirSync, readlinkSync } from 'node:fs'

const DESCRIPTORS = '/proc/self/fd'

/** Whether the system tells; where it does not, {@link openFilesBelow} finds nothing. */
export const tellsOpenFiles: boolean = existsSync(DESCRIPTORS)

/** Paths below a folder that this process has open, as often as it has. */
export function openFilesBelow(folder: string): string[] {
  if (!tellsOpenFiles) return []
  return readdirSync(DESCRIPTORS).flatMap((fd) => {
    try {
      const target = readlinkSync(`${DESCRIPTORS}/${fd}`)
      return target.startsWith(folder) ? [target] : []
    } catch {
      // Closed since: the listing itself had one.
      return []
    }
  })
}
