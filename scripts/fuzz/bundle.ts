/**
 * Makes a fuzz target ready to run: bundled with everything it reaches, with counters in the code under test.
 *
 * Not counted are the targets themselves, which are not under test, and the inner loops of ciphers, hashes and long numbers,
 * whose way does not depend on what they are given, or only says how long a number is.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import type { Coverage } from '../../src/lab/fuzz/fuzzer.ts'
import type { FuzzTarget } from '../../src/lab/fuzz/target.ts'
import { fromRoot } from '../output.ts'
import { Blocks, instrument, preamble } from './instrument.ts'

/** A target that counts. */
export interface Instrumented {
  readonly target: FuzzTarget
  readonly coverage: Coverage
  /** Where each block stands: `path:line`. */
  readonly places: readonly string[]
}

/** A change of the sources that is made in the bundle alone: to see whether it is found. */
export interface Planted {
  readonly path: string
  readonly from: string
  readonly to: string
}

/**
 * Numbers that are smaller in the bundle: a packet's length is believed up to its limit, and taking 16 MiB for each of a
 * million inputs would be all that is done; so would be the proof of work.
 */
const SCALED: readonly Planted[] = [
  { path: 'src/transport/framing/limits.ts', from: 'MAX_PACKET = 16_777_216', to: 'MAX_PACKET = 65_536' },
  { path: 'src/lab/server/proof-of-work.ts', from: '0x3fffffff) | 0x40000001', to: '0xff) | 0x101' },
]

const UNCOUNTED =
  /^src\/(?:lab\/fuzz\/|explain\/|crypto\/(?:aes|hash|md5|ige|words|crc32|modpow|prime|pq|primitives)\.ts)/

function counting(blocks: Blocks, changes: readonly Planted[]): Plugin {
  return {
    name: 'counting',
    setup(bundler) {
      bundler.onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
        const path = relative(fromRoot(''), file).split(sep).join('/')
        let text = readFileSync(file, 'utf8')
        for (const { from, to } of changes.filter((change) => change.path === path)) {
          if (!text.includes(from)) throw new Error(`${path} does not contain ${from}`)
          text = text.replace(from, () => to)
        }
        const contents = path.startsWith('src/') && !UNCOUNTED.test(path) ? instrument(path, text, blocks) : text
        return { contents, loader: 'ts' }
      })
    },
  }
}

/**
 * Bundles, instruments and loads a target.
 * @param name that of a module in `src/lab/fuzz/targets`
 */
export async function loadTarget(name: string, planted?: Planted): Promise<Instrumented> {
  const blocks = new Blocks()
  const { outputFiles } = await build({
    entryPoints: [fromRoot(`src/lab/fuzz/targets/${name}.ts`)],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['source-node'],
    treeShaking: true,
    packages: 'external',
    logLevel: 'warning',
    plugins: [counting(blocks, planted ? [...SCALED, planted] : SCALED)],
  })
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'))
  try {
    const file = resolve(folder, `${name}.mjs`)
    writeFileSync(file, preamble(blocks.places.length) + outputFiles[0]!.text)
    const { target, coverage } = (await import(pathToFileURL(file).href)) as { target: FuzzTarget; coverage: Coverage }
    return { target, coverage, places: blocks.places }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
