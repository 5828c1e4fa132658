/**
 * Takes each check of SECURITY.md out of the source, one at a time, and demands that the test named beside it fails.
 *
 *     npm run check:mutations                 all of them
 *     npm run check:mutations -- WORD...      those of the tables called so, or whose rule holds one of the words
 *
 * Exit code 0 if every mutation is caught, 1 if one is not, or if a rule has none.
 */
import { readFileSync } from 'node:fs'
import { EXCHANGE } from './mutate/exchange.ts'
import { FRAMING } from './mutate/framing.ts'
import { MESSAGES } from './mutate/messages.ts'
import { runTrials, type Trial } from './mutate/run.ts'
import { readTables } from './mutate/table.ts'

const MUTATIONS = { ...FRAMING, ...EXCHANGE, ...MESSAGES }

const words = process.argv.slice(2)
const begun = performance.now()
const rows = [...readTables(readFileSync('SECURITY.md', 'utf8')).values()].flat()
const trials = rows.flatMap((row): Trial[] => {
  if (typeof row === 'string') return []
  if (words.length > 0 && !words.some((word) => row.table === word || row.rule.includes(word))) return []
  return (MUTATIONS[row.rule] ?? []).map((mutation) => ({ row, mutation }))
})

const outcomes = await runTrials(trials, ({ row, mutation, verdict }) => {
  const what = `${row.rule}: ${mutation.find.trim().split('\n')[0]}`
  if (verdict === 'caught') console.log(`caught  ${what}`)
  else {
    const why =
      verdict === 'missed' ? 'passes without it' : 'did not run, or the source does not hold the piece just once'
    console.error(
      `${verdict.toUpperCase()}  ${what} -> ${mutation.replace || '(nothing)'}\n        ${row.test.file}: ${row.test.title} ${why}`,
    )
  }
})
const caught = outcomes.filter(({ verdict }) => verdict === 'caught').length
console.log(`${caught} of ${trials.length} mutations caught, ${Math.round((performance.now() - begun) / 1000)} s`)
// Said in any case: tests that fail, as they should, leave a 1 behind.
process.exitCode = caught < trials.length || trials.length === 0 ? 1 : 0
