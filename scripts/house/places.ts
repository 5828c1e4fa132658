/**
 * Rule: the project speaks of itself alone. No path of anyone's machine, no address of a package registry, and no download
 * address in a lock file, so that a clone installs from wherever its owner installs from.
 */
import { homedir, tmpdir } from 'node:os'
import { dirname } from 'node:path'
import type { Finding, Project, Rule } from './project.ts'

/** A folder of one person or one machine; the character class keeps the pattern from finding itself. */
const HOME = /(?<![\w./~-])\/(?:[h]ome|[U]sers|[r]oot)\/[\w.]/
const REGISTRY = /\bregistry[.](?:npmjs|yarnpkg|[\w-]+)[.](?:org|com|net|dev)\b|\bnpm[.]pkg[.]github/
const RESOLVED = /"resolved": "(?!file:|[.]{1,2}\/)/

/** The absolute paths that this very machine would leak: where the checkout lies and the home of who works in it. */
export function localPaths(checkout: string, home: string): string[] {
  const common = new Set(['/', tmpdir(), '/tmp', '/var/tmp'])
  return [checkout, dirname(checkout), home].filter((path) => !common.has(path)).map((path) => `${path}/`)
}

/** Whether a line has the absolute path in it, and not just a longer one that contains it. */
function names(line: string, path: string): boolean {
  for (let at = line.indexOf(path); at !== -1; at = line.indexOf(path, at + 1)) {
    if (at === 0 || !/[\w./~-]/.test(line[at - 1]!)) return true
  }
  return false
}

function checkLine(path: string, line: string, local: readonly string[]): string | undefined {
  if (path.endsWith('package-lock.json')) return RESOLVED.test(line) ? 'carries a download address' : undefined
  // Tests make up homes of people who do not exist.
  const home = !path.startsWith('test/') && HOME.test(line)
  if (home || local.some((each) => names(line, each))) return 'names a path of one machine'
  return REGISTRY.test(line) ? 'names the host of a package registry' : undefined
}

/** Builds the rule for the paths given, so that tests do not depend on where they run. */
export function placesRule(local: readonly string[]): Rule {
  return (project: Project): Finding[] =>
    project.paths.flatMap((path) =>
      project
        .text(path)
        .split('\n')
        .flatMap((text, index): Finding[] => {
          const message = checkLine(path, text, local)
          return message === undefined ? [] : [{ path, line: index + 1, message }]
        }),
    )
}

export const places: Rule = (project: Project): Finding[] => placesRule(localPaths(process.cwd(), homedir()))(project)
