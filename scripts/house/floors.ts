/**
 * Rule: imports in src/ go downwards only.
 *
 * The floors are those of ARCHITECTURE.md, the highest first. A module may import from its own room and from every floor
 * below; not from above, and not from another room on its own floor. Type-only imports count too: what a module's types
 * speak of, it depends on. A module without a floor is a finding, so that nothing is built beside the house.
 */
import type { Module } from './module.ts'
import type { Finding, Project, Rule } from './project.ts'
import { targetsOf } from './resolve.ts'

/** A place in the house: a folder (ends in `/`) or one file, below src/. */
type Room = string

/**
 * Highest floor first; the rooms of one floor do not see each other. Where a room lies inside another (`lab/server/` in
 * `lab/`), the longest name that fits is the one that counts.
 */
export const FLOORS: readonly (readonly Room[])[] = [
  ['cli/'],
  ['lab/'],
  ['lab/server/'],
  ['node.ts'],
  ['index.ts'],
  ['familiar/', 'observe/'],
  ['client/'],
  ['media/', 'probe/'],
  ['files/'],
  ['transport/'],
  ['transport/session/', 'transport/exchange/', 'transport/proxy/'],
  ['transport/framing/', 'transport/carrier/'],
  ['crypto/', 'tl/index.ts'],
  ['tl/generated/client/', 'tl/generated/compact/', 'tl/generated/server/'],
  ['tl/generated/', 'tl/generated/mtproto/'],
  ['tl/'],
  ['errors.ts', 'explain/', 'host.ts', 'bytes.ts', 'base64.ts'],
]

interface Place {
  readonly floor: number
  readonly room: Room
}

/** Where in the house a path lies; undefined for what has no floor. */
export function placeOf(path: string): Place | undefined {
  const inside = path.replace(/^src\//, '')
  let best: Place | undefined
  FLOORS.forEach((rooms, floor) => {
    for (const room of rooms) {
      const fits = room.endsWith('/') ? inside.startsWith(room) : inside === room
      if (fits && room.length > (best?.room.length ?? 0)) best = { floor, room }
    }
  })
  return best
}

/** The floors are counted from the top: a larger number lies lower. Ground-floor files form one room. */
function mayImport(from: Place, to: Place): boolean {
  if (from.floor === to.floor) return from.room === to.room || from.floor === FLOORS.length - 1
  return from.floor < to.floor
}

function checkModule(module: Module): Finding[] {
  const from = placeOf(module.path)
  if (!from) {
    return [{ path: module.path, line: 1, message: 'has no floor: see FLOORS in scripts/house/floors.ts' }]
  }
  return module.imports.flatMap((imported) =>
    (targetsOf(module, imported) ?? []).flatMap((path): Finding[] => {
      const finding = (message: string): Finding[] => [{ path: module.path, line: imported.line, message }]
      if (!path.startsWith('src/')) return finding(`imports ${path}, which is outside src/`)
      const to = placeOf(path)
      if (!to || mayImport(from, to)) return []
      const where = from.floor === to.floor ? 'another room on the same floor' : 'a floor above'
      return finding(`imports ${path}: ${to.room} is ${where} (${from.room} may use only what lies below it)`)
    }),
  )
}

export const floors: Rule = (project: Project): Finding[] =>
  project.modules.filter((module) => module.path.startsWith('src/')).flatMap(checkModule)
