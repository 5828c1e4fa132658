/**
 * `npm run check:house`: holds the project to the rules of its own house, which no compiler and no linter knows.
 *
 * Each rule is a small module in scripts/house/ that says what it demands and why. Prints one line per finding
 * (`path:line: message [rule]`) and exits with 1 when there is any.
 */
import { cycles } from './house/cycles.ts'
import { docs } from './house/docs.ts'
import { doors } from './house/doors.ts'
import { floors } from './house/floors.ts'
import { length } from './house/length.ts'
import { marks } from './house/marks.ts'
import { places } from './house/places.ts'
import { type Rule, readProject } from './house/project.ts'

const RULES: Readonly<Record<string, Rule>> = { floors, cycles, doors, length, docs, marks, places }

const project = readProject(process.cwd())
let count = 0
for (const [name, rule] of Object.entries(RULES)) {
  for (const { path, line, message } of rule(project)) {
    console.log(`${path}:${line}: ${message} [${name}]`)
    count++
  }
}
const looked = `${project.modules.length} modules, ${Object.keys(RULES).length} rules`
console.log(count === 0 ? `The house is in order: ${looked}.` : `${count} findings in ${looked}.`)
process.exitCode = count === 0 ? 0 : 1
