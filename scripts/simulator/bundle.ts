/**
 * The simulator in one file, made by esbuild: starts in a fraction of the time that its modules take one by one, and may
 * have a defect planted in it.
 */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'
import type { Patch } from './defect.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Bundles the worker.
 * @param folder where to
 * @param patch a defect to plant
 * @returns the path of the bundle
 * @throws Error if the patch does not fit exactly once
 */
export async function bundleWorker(folder: string, patch?: Patch): Promise<string> {
  const outfile = join(folder, 'worker.mjs')
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['scripts/simulator/worker.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['source-node'],
    // No socket is ever opened.
    external: ['ws'],
    plugins: patch ? [planting(patch)] : [],
    logLevel: 'warning',
  })
  return outfile
}

/** Replaces one piece of one file as it is loaded. */
function planting({ file, find, replace }: Patch): Plugin {
  return {
    name: 'sabotage',
    setup(building) {
      const path = resolve(ROOT, file)
      let planted = false
      building.onLoad({ filter: /\.ts$/ }, async (loaded) => {
        if (loaded.path !== path) return undefined
        const pieces = (await readFile(path, 'utf8')).split(find)
        if (pieces.length !== 2) throw new Error(`"${find}" stands ${pieces.length - 1} times in ${file}, not once`)
        planted = true
        return { contents: pieces.join(replace), loader: 'ts' }
      })
      building.onEnd(() => {
        if (!planted) throw new Error(`${file} is no part of the simulation`)
      })
    },
  }
}
