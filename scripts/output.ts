/**
 * What the scripts that write committed files share: paths from the root of the repository, and writing or comparing.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** A path inside the repository, whatever the working directory is. */
export function fromRoot(path: string): string {
  return join(ROOT, path)
}

function existing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function filesIn(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(relative(root, entry.parentPath), entry.name).split(sep).join('/'))
}

/**
 * Writes `files` (path from the root → text), or compares them with what is there.
 * @param options `folder`: every other file in it is removed (or reported); `command`: what to run when files differ;
 *   `root`: what paths count from, the root of the repository unless told
 * @returns the exit code: 0, or 1 when files differ
 */
export function finish(
  files: ReadonlyMap<string, string>,
  options: { check: boolean; command: string; folder?: string; root?: string },
): number {
  const differing: string[] = []
  const root = options.root ?? ROOT
  for (const [path, text] of files) {
    if (existing(join(root, path)) === text) continue
    differing.push(path)
    if (options.check) continue
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  for (const path of options.folder === undefined ? [] : filesIn(root, options.folder)) {
    if (files.has(path)) continue
    differing.push(path)
    if (!options.check) rmSync(join(root, path))
  }
  if (!options.check) {
    console.log(`${files.size} files, ${differing.length} changed`)
    return 0
  }
  for (const path of differing) console.error(`${path} differs from what the generator makes: run ${options.command}`)
  return differing.length > 0 ? 1 : 0
}
