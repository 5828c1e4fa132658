/** Rule: no hand-written file of src/ or scripts/ is over 400 lines; who needs more has two files in one. */
import { type Finding, isGenerated, type Project, type Rule } from './project.ts'

/** Most lines a hand-written file may have. */
export const MAX_LINES = 400

export const length: Rule = (project: Project): Finding[] =>
  project.paths.flatMap((path): Finding[] => {
    if (!/^(?:src|scripts)\//.test(path) || isGenerated(path)) return []
    const lines = project.text(path).trimEnd().split('\n').length
    return lines > MAX_LINES
      ? [{ path, line: MAX_LINES + 1, message: `has ${lines} lines, more than ${MAX_LINES}` }]
      : []
  })
