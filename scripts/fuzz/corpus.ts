/**
 * The corpus on disk: one text file for each target, an input a line in base64, the shortest first.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Coverage, learn, type Reached, Runner } from '../../src/lab/fuzz/fuzzer.ts'
import { shrink } from '../../src/lab/fuzz/shrink.ts'
import type { FuzzTarget } from '../../src/lab/fuzz/target.ts'

/** How often an input may be tried while it is made smaller. */
const TRIES = 300

const fileOf = (folder: string, target: string): string => join(folder, `${target}.txt`)

/** The inputs kept for a target; none where there is no file. */
export function readCorpus(folder: string, target: string): Uint8Array[] {
  const file = fileOf(folder, target)
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => new Uint8Array(Buffer.from(line, 'base64')))
}

/** Replaces what was kept for a target. */
export function writeCorpus(folder: string, target: string, inputs: readonly Uint8Array[]): void {
  mkdirSync(folder, { recursive: true })
  const lines = inputs.map((input) => Buffer.from(input).toString('base64')).filter((line) => line !== '')
  lines.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
  writeFileSync(fileOf(folder, target), [...new Set(lines), ''].join('\n'))
}

/**
 * The fewest and smallest inputs that reach all that `inputs` reach: the shortest first, each that adds nothing left out,
 * each that adds something made smaller.
 */
export async function minimize(
  target: FuzzTarget,
  coverage: Coverage,
  inputs: readonly Uint8Array[],
): Promise<Uint8Array[]> {
  const runner = new Runner(target, coverage)
  const known = new Uint8Array(runner.blocks)
  const kept: Uint8Array[] = []
  const none = new Uint8Array(runner.blocks)
  for (const input of [...inputs].sort((a, b) => a.length - b.length)) {
    await runner.run(input.slice())
    const fresh = runner.fresh(known)
    if (fresh.length === 0) continue
    const keeps = async (smaller: Uint8Array): Promise<boolean> => {
      await runner.run(smaller.slice())
      return covers(runner.fresh(none), fresh)
    }
    const small = await shrink(input, keeps, TRIES)
    await runner.run(small.slice())
    learn(known, runner.fresh(known))
    kept.push(small)
  }
  return kept
}

function covers(all: readonly Reached[], wanted: readonly Reached[]): boolean {
  const found = new Map(all.map(({ block, bit }) => [block, bit]))
  return wanted.every(({ block, bit }) => found.get(block) === bit)
}
