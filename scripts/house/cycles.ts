/**
 * Rule: no circles of imports, anywhere in the project.
 *
 * Type-only imports count as well, without exception: they leave no trace at run time, but two modules whose types speak
 * of each other can only be understood together, and then belong in one file or need a third below them. A module that
 * imports itself is a circle of one.
 */
import type { Finding, Project, Rule } from './project.ts'
import { importedModules } from './resolve.ts'

/** Strongly connected groups of more than one module, or of one that imports itself (Tarjan 1972). */
export function circlesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const stack: string[] = []
  const circles: string[][] = []
  const visit = (at: string): void => {
    order.set(at, order.size)
    lowest.set(at, order.get(at)!)
    stack.push(at)
    for (const next of graph.get(at) ?? []) {
      if (!order.has(next)) visit(next)
      else if (!stack.includes(next)) continue
      lowest.set(at, Math.min(lowest.get(at)!, lowest.get(next)!))
    }
    if (lowest.get(at) !== order.get(at)) return
    const group = stack.splice(stack.indexOf(at))
    if (group.length > 1 || graph.get(at)?.includes(at)) circles.push(group.sort())
  }
  for (const at of graph.keys()) if (!order.has(at)) visit(at)
  return circles
}

export const cycles: Rule = (project: Project): Finding[] => {
  const graph = new Map(
    project.modules.map((module) => [
      module.path,
      [...importedModules(project, module)].map(({ target }) => target.path),
    ]),
  )
  return circlesOf(graph).map((group) => {
    const first = project.module(group[0]!)!
    const into = [...importedModules(project, first)].find(({ target }) => group.includes(target.path))
    return {
      path: first.path,
      line: into?.imported.line ?? 1,
      message: `is in a circle of imports: ${group.join(', ')}`,
    }
  })
}
