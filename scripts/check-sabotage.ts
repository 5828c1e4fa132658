/**
 * `npm run check:sabotage [-- NAME...]`: plants every defect of the list, or those named, and sees the simulator find it
 * within its number of seeds. Prints what found it, and in which seed.
 */
import { availableParallelism } from 'node:os'
import { huntAll } from './simulator/hunt.ts'
import { SABOTAGES } from './simulator/sabotage.ts'

/** Most of a violation that is printed. */
const SHOWN = 110

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !Object.hasOwn(SABOTAGES, name))
if (unknown.length > 0) throw new Error(`there is no defect ${unknown.join(', ')}`)
const defects = Object.fromEntries(
  Object.entries(SABOTAGES).filter(([name]) => asked.length === 0 || asked.includes(name)),
)
const missed: string[] = []
await huntAll(defects, availableParallelism(), (name, { seed, violation, seconds }) => {
  const found = violation && `${violation.check}: ${violation.detail.split('\n')[0]!.slice(0, SHOWN)}`
  if (seed === undefined) missed.push(name)
  console.log(
    `${name.padEnd(24)} ${`${seed ?? '-'}`.padStart(4)} ${seconds.toFixed(1).padStart(6)} s  ${found ?? 'not found'}`,
  )
})
console.log(
  missed.length === 0 ? `All ${Object.keys(defects).length} defects are found.` : `Not found: ${missed.join(', ')}`,
)
process.exitCode = missed.length === 0 ? 0 : 1
