/**
 * Everything the rules look at: the files that are, or could be, in a commit, and the modules among them, parsed.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Module, parseModule } from './module.ts'

/** A rule that was broken, and where. */
export interface Finding {
  readonly path: string
  readonly line: number
  readonly message: string
}

/** The files of the project. */
export interface Project {
  /** Paths of all text files from the top of the checkout. */
  readonly paths: readonly string[]
  /** Text of one of them. */
  text(path: string): string
  /** Every TypeScript module, generated ones included. */
  readonly modules: readonly Module[]
  /** The module at a path, if there is one. */
  module(path: string): Module | undefined
}

/** Looks at the whole project and tells what is wrong. */
export type Rule = (project: Project) => Finding[]

/** Written by the generator, never by hand. */
export function isGenerated(path: string): boolean {
  return path.startsWith('src/tl/generated/') || path === 'src/explain/documented.ts'
}

/** A project made of the texts given, by path: what the tests of the rules use. */
export function projectOf(files: ReadonlyMap<string, string>): Project {
  const modules = new Map<string, Module>()
  for (const [path, text] of files) if (/\.m?ts$/.test(path)) modules.set(path, parseModule(path, text))
  return {
    paths: [...files.keys()],
    text: (path) => files.get(path) ?? '',
    modules: [...modules.values()],
    module: (path) => modules.get(path),
  }
}

/** The project in a folder: what git tracks there and what it would add, without binary files. */
export function readProject(root: string): Project {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  const files = new Map<string, string>()
  for (const path of [...new Set(listed.split('\0'))].sort()) {
    const full = join(root, path)
    if (path === '' || !existsSync(full)) continue
    const bytes = readFileSync(full)
    if (!bytes.subarray(0, 8000).includes(0)) files.set(path, bytes.toString('utf8'))
  }
  return projectOf(files)
}
