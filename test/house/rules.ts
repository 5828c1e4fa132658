/** Runs one rule over a few files given as texts. */
import { projectOf, type Rule } from '../../scripts/house/project.ts'

/** What the rule finds, as `path:line message`. */
export function findingsOf(rule: Rule, files: Record<string, string>): string[] {
  return rule(projectOf(new Map(Object.entries(files)))).map(({ path, line, message }) => `${path}:${line} ${message}`)
}
