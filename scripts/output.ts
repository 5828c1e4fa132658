/**
 * What the scripts that write committed files share: paths from the root of the repository, and writing or comparing.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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

function filesIn(folder: string): string[] {
  return readdirSync(fromRoot(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(relative(ROOT, entry.parentPath), entry.name).split(sep).join('/'))
}

/**
 * Writes `files` (path from the root → text), or compares them with what is there.
 * @param options `folder`: every other file in it is removed (or reported); `command`: what to run when files differ
 * @returns the exit code: 0, or 1 when files differ
 */
export function finish(
  files: ReadonlyMap<string, string>,
  options: { check: boolean; command: string; folder?: string },
): number {
  const differing: string[] = []
  for (const [path, text] of files) {
    if (existing(fromRoot(path)) === text) continue
    differing.push(path)
    if (options.check) continue
    mkdirSync(dirname(fromRoot(path)), { recursive: true })
    writeFileSync(fromRoot(path), text)
  }
  for (const path of options.folder === undefined ? [] : filesIn(options.folder)) {
    if (files.has(path)) continue
    differing.push(path)
    if (!options.check) rmSync(fromRoot(path))
  }
  if (!options.check) {
    console.log(`${files.size} files, ${differing.length} changed`)
    return 0
  }
  for (const path of differing) console.error(`${path} differs from what the generator makes: run ${options.command}`)
  return differing.length > 0 ? 1 : 0
}
