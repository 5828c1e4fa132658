/**
 * Looks for a planted defect, seed after seed, until a rule is broken.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Violation } from '../../src/lab/simulator/index.ts'
import { bundleWorker } from './bundle.ts'
import type { Patch, Sabotage } from './defect.ts'
import { runSeeds } from './pool.ts'

/** What came of it. */
export interface Catch {
  /** The first seed that shows the defect; undefined if none of those that were run does. */
  readonly seed: number | undefined
  readonly violation: Violation | undefined
  /** Seconds that it took. */
  readonly seconds: number
}

/** Plants a defect and runs the seeds from 1 to `most`, one after another, until one of them breaks a rule. */
export async function hunt(patch: Patch | undefined, most: number): Promise<Catch> {
  const started = performance.now()
  const folder = mkdtempSync(join(tmpdir(), 'sabotage-'))
  let caught: { readonly seed: number; readonly violation: Violation } | undefined
  function* seeds(): Generator<number> {
    for (let seed = 1; seed <= most && caught === undefined; seed++) yield seed
  }
  try {
    const worker = await bundleWorker(folder, patch)
    await runSeeds({
      worker,
      jobs: 1,
      seeds: seeds(),
      onReport: ({ seed, violations: [violation] }) => {
        if (violation) caught = { seed, violation }
      },
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const seconds = Math.round((performance.now() - started) / 100) / 10
  return { seed: caught?.seed, violation: caught?.violation, seconds }
}

/**
 * Looks for defects, several at a time.
 * @param onCatch told of each as it is done with
 */
export async function huntAll(
  defects: Readonly<Record<string, Sabotage>>,
  jobs: number,
  onCatch: (name: string, what: Catch) => void,
): Promise<void> {
  const left = Object.entries(defects)[Symbol.iterator]()
  const some = async (): Promise<void> => {
    for (const [name, defect] of left) onCatch(name, await hunt(defect, defect.within))
  }
  await Promise.all(Array.from({ length: jobs }, some))
}
